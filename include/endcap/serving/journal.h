#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "endcap/serving/query.h"

namespace endcap {

// The lists that a shop gave lately, in memory: to replay them, and to know what a visitor saw. Any
// number of threads may write and read; a lock is held for a few moves.
class Journal {
 public:
  static constexpr std::size_t kLists = 1'000;      // kept for replay
  static constexpr std::size_t kVisitors = 20'000;  // kept for rotation, and of each
  static constexpr std::size_t kShown = 100;        // so many places

  // Ids rise from `first_id` on.
  explicit Journal(std::uint64_t first_id) : next_id_(first_id) {}

  // Gives the list its id and keeps a copy.
  [[nodiscard]] Recommendation record(Recommendation list) {
    auto kept = std::make_shared<Recommendation>(list);
    const std::lock_guard lock(mutex_);
    lists_.push_back(kept);
    list.id = kept->id = next_id_++;
    if (lists_.size() > kLists) lists_.pop_front();
    return list;
  }

  [[nodiscard]] std::optional<Recommendation> find(std::uint64_t id) const {
    std::shared_ptr<const Recommendation> found;
    {
      const std::lock_guard lock(mutex_);
      const std::uint64_t first = next_id_ - lists_.size();
      if (first <= id && id < next_id_) found = lists_[static_cast<std::size_t>(id - first)];
    }
    if (!found) return std::nullopt;
    return *found;
  }

  // Remembers what a visitor was shown.
  void show(const Id& user, const std::vector<Pick>& picks) {
    const std::lock_guard lock(mutex_);
    const auto known = shown_.find(user);
    auto shown = known != shown_.end() ? known->second : std::deque<Id>();
    for (const auto& pick : picks) shown.push_back(pick.item);
    while (shown.size() > kShown) shown.pop_front();
    if (known == shown_.end()) visitors_.push_back(user);
    shown_.insert_or_assign(user, std::move(shown));
    while (visitors_.size() > kVisitors) {
      shown_.erase(visitors_.front());
      visitors_.pop_front();
    }
  }

  // Each place that an item took counts, so items may stand more than once.
  [[nodiscard]] std::vector<Id> shown(const Id& user) const {
    const std::lock_guard lock(mutex_);
    const auto found = shown_.find(user);
    if (found == shown_.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

  // Leaves nothing of a person behind.
  void forget(const Id& user) {
    const std::lock_guard lock(mutex_);
    shown_.erase(user);
    std::erase(visitors_, user);
    for (auto& list : lists_) {
      if (list && list->user == user) list.reset();
    }
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t next_id_;
  std::deque<std::shared_ptr<const Recommendation>> lists_;  // of consecutive ids
  std::map<Id, std::deque<Id>> shown_;
  std::deque<Id> visitors_;  // the first known first
};

}  // namespace endcap
