#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "endcap/serving/ranker.h"

namespace endcap {

// Rankers for any number of threads at once: as many as were ever asked at the same time.
class RankerPool {
  struct GiveBack {
    const RankerPool* pool;
    void operator()(Ranker* ranker) const { pool->keep(std::unique_ptr<Ranker>(ranker)); }
  };

 public:
  // A ranker of one's own, back in the pool when it is let go; the pool must outlive it.
  using Lease = std::unique_ptr<Ranker, GiveBack>;

  // The snapshot must outlive the pool.
  explicit RankerPool(const Snapshot& snapshot) : snapshot_(snapshot) {}

  [[nodiscard]] Lease lease() const {
    std::unique_ptr<Ranker> ranker;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        ranker = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!ranker) ranker = std::make_unique<Ranker>(snapshot_);
    return {ranker.release(), GiveBack{this}};
  }

 private:
  void keep(std::unique_ptr<Ranker> ranker) const {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(ranker));
  }

  const Snapshot& snapshot_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Ranker>> idle_;
};

}  // namespace endcap
