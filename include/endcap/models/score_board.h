#pragma once

#include <algorithm>
#include <cstdint>
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
      : scores_(static_cast<std::size_t>(n_items)),
        is_touched_(static_cast<std::size_t>(n_items)) {}

  [[nodiscard]] std::int32_t n_items() const { return static_cast<std::int32_t>(scores_.size()); }

  // Requires 0 <= item < n_items().
  void add(ItemIndex item, float value) {
    const auto i = static_cast<std::size_t>(item);
    scores_[i] += value;
    if (is_touched_[i] == 0) {
      is_touched_[i] = 1;
      touched_.push_back(item);
    }
  }

  // Adds weight * row. Requires the row's columns to be in [0, n_items()).
  void add(SparseRow row, float weight) {
    for (std::size_t k = 0; k < row.size(); ++k) add(row.columns[k], weight * row.values[k]);
  }

  // All scores, to be added to in place; marks every item as touched. (n_items,)
  std::span<float> all() {
    if (touched_.size() < scores_.size()) {
      touched_.resize(scores_.size());
      for (std::size_t i = 0; i < touched_.size(); ++i) touched_[i] = static_cast<ItemIndex>(i);
      std::fill(is_touched_.begin(), is_touched_.end(), 1);
    }
    return scores_;
  }

  // The items that were touched, each once, in no order. The others score 0.
  [[nodiscard]] std::span<const ItemIndex> touched() const { return touched_; }
  [[nodiscard]] bool is_touched(ItemIndex item) const {
    return is_touched_[static_cast<std::size_t>(item)] != 0;
  }
  [[nodiscard]] float operator[](ItemIndex item) const {
    return scores_[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] std::span<const float> scores() const { return scores_; }

  // Back to all zero, at the cost of what was touched.
  void clear() {
    for (const auto item : touched_) {
      scores_[static_cast<std::size_t>(item)] = 0;
      is_touched_[static_cast<std::size_t>(item)] = 0;
    }
    touched_.clear();
  }

 private:
  std::vector<float> scores_;
  std::vector<std::uint8_t> is_touched_;
  std::vector<ItemIndex> touched_;
};

}  // namespace endcap
