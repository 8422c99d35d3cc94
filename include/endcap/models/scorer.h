#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "endcap/base/types.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/score_board.h"

namespace endcap {

// What every model is: scores for all items, given one visitor's events. Immutable once fitted, so
// any number of threads may score at once, each with a ScoreBoard of its own.
class Scorer {
 public:
  virtual ~Scorer() = default;

  [[nodiscard]] virtual std::int32_t n_items() const = 0;

  // Adds weight * the model's score of each item to `board`; nothing for an item it has no opinion
  // on. Events whose item is not in [0, n_items()) say nothing: a product newer than the model.
  virtual void accumulate(const History& history, float weight, ScoreBoard& board) const = 0;

  void score(const History& history, ScoreBoard& board) const { accumulate(history, 1, board); }

  // scores[i] becomes the score of items[i], to rounding, at the cost of a query or less. The board
  // is empty, and is again afterwards. Requires 0 <= items[i] < n_items().
  virtual void score_items(const History& history, std::span<const ItemIndex> items,
                           ScoreBoard& board, std::span<float> scores) const {
    score(history, board);
    for (std::size_t i = 0; i < items.size(); ++i) scores[i] = board[items[i]];
    board.clear();
  }

  // parts[e] becomes what event e of the history adds to the score of `item`. Returns the rest of
  // the score, which no event explains (0 for most models): rest + sum of parts == score.
  // Requires parts.size() == history.events.size() and 0 <= item < n_items().
  virtual float explain(const History& history, ItemIndex item, std::span<float> parts) const = 0;

  // The same for each of several items, at the cost of one query: parts is (n_items, n_events),
  // rests (n_items,).
  virtual void explain_each(const History& history, std::span<const ItemIndex> items,
                            std::span<float> parts, std::span<float> rests) const {
    const std::size_t n = history.events.size();
    for (std::size_t i = 0; i < items.size(); ++i) {
      rests[i] = explain(history, items[i], parts.subspan(i * n, n));
    }
  }
};

}  // namespace endcap
