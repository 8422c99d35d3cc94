#pragma once

#include <vector>

#include "endcap/matrix/interactions.h"
#include "endcap/models/score_board.h"
#include "endcap/ranking/item_mask.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/serving/query.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// Turns one history into one list. Holds the scratch space of a query; one thread at a time.
class Ranker {
 public:
  explicit Ranker(const Snapshot& snapshot);

  struct Request {
    History history;
    int k = 10;
    Repeats repeats = Repeats::kExclude;
    const ItemMask* mask = nullptr;          // null: all items
    std::span<const ItemIndex> hidden = {};  // dislikes, and the item whose likes are asked for
    float diversity = 0;
  };

  // The k best by the blend; fewer only where fewer are allowed.
  [[nodiscard]] std::vector<ScoredItem> rank(const Request& request);

  // The k best by one model, then by the prior. Only mask and hidden count for what may stand
  // there.
  [[nodiscard]] std::vector<ScoredItem> rank_by(const Scorer& model, const Request& request);

 private:
  [[nodiscard]] bool allowed(ItemIndex item, const Request& request) const {
    return !hidden_.has(item) && (request.mask == nullptr || request.mask->allows(item));
  }
  void hide(const Request& request);
  std::vector<ScoredItem> best_of_board(const Request& request, Purpose purpose);
  std::vector<ScoredItem> best_of_history(const Request& request);
  std::vector<ScoredItem> diversified(std::vector<ScoredItem> pool, const Request& request) const;

  const Snapshot& snapshot_;
  ScoreBoard board_;
  ItemSet hidden_;
};

}  // namespace endcap
