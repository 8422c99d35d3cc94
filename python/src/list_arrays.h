#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// Lists of at most N items each as arrays (n, N) of items (-1: none) and scores (NaN).
class ListArrays {
 public:
  ListArrays(const std::vector<std::vector<ScoredItem>>& lists, int n_best)
      : shape_{static_cast<pybind11::ssize_t>(lists.size()), n_best} {
    const auto n = static_cast<std::size_t>(n_best);
    items_.assign(lists.size() * n, kNoIndex);
    scores_.assign(items_.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t row = 0; row < lists.size(); ++row) {
      for (std::size_t place = row * n; const auto& [item, score] : lists[row]) {
        items_[place] = item;
        scores_[place++] = score;
      }
    }
  }

  // With the GIL held.
  [[nodiscard]] pybind11::tuple to_python() && {
    return pybind11::make_tuple(to_numpy(std::move(items_), shape_),
                                to_numpy(std::move(scores_), shape_));
  }

 private:
  std::vector<pybind11::ssize_t> shape_;
  std::vector<ItemIndex> items_;
  std::vector<float> scores_;
};

}  // namespace endcap
