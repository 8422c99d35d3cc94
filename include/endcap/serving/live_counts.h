#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/news.h"
#include "endcap/serving/meetings.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// What arrived since a snapshot, counted for everybody's answers by the models that count
// (models/row_update.h): which items met in the histories of visitors and in baskets. One thread
// changes it at a time, and none reads it meanwhile.
class LiveCounts {
 public:
  // Something that a visitor did with an item that the snapshot knows.
  struct Step {
    std::int64_t time_us = 0;
    ItemIndex item = 0;
    std::int64_t basket = 0;  // equal within one; below 0: one of its own
  };

  // The snapshot must outlive this.
  explicit LiveCounts(const Snapshot& snapshot);

  // Whether a model of the snapshot counts meetings; all else requires it.
  [[nodiscard]] bool is_needed() const { return is_needed_; }
  // Counts what the snapshot knows, in O(n_events), once. Any number of threads may ask for it, and
  // none needs to wait to read.
  void prepare();
  // One of them, and what the visitor did around it.
  struct Visit {
    std::vector<Step> line;      // oldest first
    std::size_t place = 0;       // of the step in the line
    std::vector<ItemIndex> had;  // the items of the whole history before it
  };
  // `position` is what it may be erased by. Requires prepare().
  void add(Visit visit, std::int64_t position);
  // As Meetings do.
  template <class IsGone>
  void erase(IsGone&& is_gone);
  void erase_since(std::int64_t begin);

  // Of the newest items of a history; null if there is nothing.
  [[nodiscard]] std::shared_ptr<const News> news_of(std::span<const Interaction> events) const;
  // Whether anything was ever added; may be asked at any time.
  [[nodiscard]] bool have_met() const { return have_met_.load(std::memory_order_acquire); }

 private:
  const Snapshot& snapshot_;
  const bool is_needed_;
  std::once_flag prepared_;
  bool has_baskets_ = false;  // else all that a visitor does is one
  Meetings visitors_, baskets_;
  std::atomic<bool> have_met_ = false;
};

template <class IsGone>
void LiveCounts::erase(IsGone&& is_gone) {
  visitors_.erase(is_gone);
  baskets_.erase(is_gone);
}

}  // namespace endcap
