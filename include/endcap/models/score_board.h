#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/csr_matrix.h"

namespace endcap {

// The scores of all items for one query, while models add to them. It remembers which items were
// touched, so that a query costs what it touches and not the size of the catalogue. Reused from
// query to query; one thread at a time.
class ScoreBoard {
 public:
  explicit ScoreBoard(std::int32_t n_items)
      : scores_(static_cast<std::size_t>(n_items), kUntouched), touched_(scores_.size() + 1) {}

  [[nodiscard]] std::int32_t n_items() const { return static_cast<std::int32_t>(scores_.size()); }

  // Requires 0 <= item < n_items().
  void add(ItemIndex item, float value) { n_touched_ = add(item, value, n_touched_); }

  // Adds weight * row. Requires the row's columns to be in [0, n_items()).
  void add(SparseRow row, float weight) {
    if (n_touched_ == scores_.size()) {  // nothing is left to mark
      for (std::size_t k = 0; k < row.size(); ++k) {
        scores_[static_cast<std::size_t>(row.columns[k])] += weight * row.values[k] + 0.0f;
      }
      return;
    }
    std::size_t n = n_touched_;
    for (std::size_t k = 0; k < row.size(); ++k) {
      n = add(row.columns[k], weight * row.values[k], n);
    }
    n_touched_ = n;
  }

  // All scores, to be added to in place; marks every item as touched. (n_items,)
  std::span<float> all() {
    if (n_touched_ < scores_.size()) {
      n_touched_ = scores_.size();
      std::iota(touched_.begin(), touched_.end(), 0);
      for (auto& score : scores_) score += 0.0f;
    }
    return scores_;
  }

  // The items that were touched, each once, in no order. The others score 0.
  [[nodiscard]] std::span<const ItemIndex> touched() const { return {touched_.data(), n_touched_}; }
  [[nodiscard]] bool is_touched(ItemIndex item) const {
    return is_touched(scores_[static_cast<std::size_t>(item)]);
  }
  [[nodiscard]] float operator[](ItemIndex item) const {
    return scores_[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] std::span<const float> scores() const { return scores_; }

  // Calls look(item, score) for all items that were touched and score at least bar(), each once, in
  // no order; bar() may rise meanwhile. Where many are touched, the scores are read in order.
  template <class Bar, class Look>
  void for_each_above(Bar&& bar, Look&& look) const;

  // Scores an item as if it was never touched. Nothing may be added to it until clear().
  void leave_out(ItemIndex item) { scores_[static_cast<std::size_t>(item)] = kUntouched; }

  // Back to all zero, at the cost of what was touched.
  void clear() {
    if (is_dense()) {
      std::fill(scores_.begin(), scores_.end(), kUntouched);
    } else {
      for (const auto item : touched()) scores_[static_cast<std::size_t>(item)] = kUntouched;
    }
    n_touched_ = 0;
  }

 private:
  // The zero that no sum comes to, since 0 is added to each part: -0 + x == x, and x - x == +0.
  static constexpr float kUntouched = -0.0f;
  static bool is_touched(float score) {
    return std::bit_cast<std::uint32_t>(score) != std::bit_cast<std::uint32_t>(kUntouched);
  }

  // Whether all scores in order are read faster than the touched ones one by one.
  [[nodiscard]] bool is_dense() const { return n_touched_ > scores_.size() / 16; }

  // Returns the number of touched items, which was n. Without a branch: which items of a row were
  // touched before cannot be foretold.
  std::size_t add(ItemIndex item, float value, std::size_t n) {
    float& score = scores_[static_cast<std::size_t>(item)];
    touched_[n] = item;
    n += is_touched(score) ? 0 : 1;
    score += value + 0.0f;
    return n;
  }

  std::vector<float> scores_;
  std::vector<ItemIndex> touched_;  // the first n_touched_; one more place than items
  std::size_t n_touched_ = 0;
};

template <class Bar, class Look>
void ScoreBoard::for_each_above(Bar&& bar, Look&& look) const {
  const auto look_at = [&](std::size_t i) {
    if (scores_[i] >= bar() && is_touched(scores_[i])) look(static_cast<ItemIndex>(i), scores_[i]);
  };
  if (!is_dense()) {
    for (const auto item : touched()) look_at(static_cast<std::size_t>(item));
    return;
  }
  constexpr std::size_t kBlock = 32;  // told at once whether any is looked at
  std::size_t i = 0;
  for (; i + kBlock <= scores_.size(); i += kBlock) {
    const float least = bar();
    std::uint32_t any = 0;
    for (std::size_t k = i; k < i + kBlock; ++k) any |= scores_[k] >= least ? 1U : 0U;
    if (any == 0) continue;
    for (std::size_t k = i; k < i + kBlock; ++k) look_at(k);
  }
  for (; i < scores_.size(); ++i) look_at(i);
}

}  // namespace endcap
