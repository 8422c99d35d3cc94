#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "endcap/base/types.h"

namespace endcap {

struct ScoredItem {
  ItemIndex item = kNoIndex;
  float score = 0;
  friend bool operator==(const ScoredItem&, const ScoredItem&) = default;
};

// The order of every list: higher scores first, ties to the lower index.
inline bool ranks_before(const ScoredItem& a, const ScoredItem& b) {
  return a.score > b.score || (a.score == b.score && a.item < b.item);
}

// Keeps the k best of the items that are offered. An offer below the k-th costs one comparison.
class TopK {
 public:
  // Requires k >= 0.
  explicit TopK(int k) : k_(static_cast<std::size_t>(k)) { heap_.reserve(k_); }

  void offer(ScoredItem candidate) {
    if (heap_.size() < k_) {
      heap_.push_back(candidate);
      std::push_heap(heap_.begin(), heap_.end(), ranks_before);
    } else if (k_ > 0 && ranks_before(candidate, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), ranks_before);
      heap_.back() = candidate;
      std::push_heap(heap_.begin(), heap_.end(), ranks_before);
    }
  }

  // Whether an offer of this rank would be kept.
  [[nodiscard]] bool accepts(ScoredItem candidate) const {
    return heap_.size() < k_ || (k_ > 0 && ranks_before(candidate, heap_.front()));
  }

  // No lower score would be kept; -infinity while any would.
  [[nodiscard]] float bar() const {
    if (k_ == 0) return std::numeric_limits<float>::infinity();
    return heap_.size() < k_ ? -std::numeric_limits<float>::infinity() : heap_.front().score;
  }

  // The best first; leaves nothing behind.
  [[nodiscard]] std::vector<ScoredItem> take() {
    std::sort_heap(heap_.begin(), heap_.end(), ranks_before);
    return std::move(heap_);
  }

 private:
  std::size_t k_;
  std::vector<ScoredItem> heap_;  // the worst kept item in front
};

}  // namespace endcap
