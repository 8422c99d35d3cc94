#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "endcap/serving/list_record.h"
#include "endcap/serving/query.h"
#include "endcap/storage/record.h"

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
    list.id = next_id_++;
    RecordWriter record;
    put_list(record, list);
    auto bytes = std::make_shared<const Bytes>(record.bytes().begin(), record.bytes().end());
    const std::lock_guard lock(mutex_);
    lists_.insert_or_assign(list.id, Kept{list.user, std::move(bytes)});
    if (lists_.size() > kLists) lists_.erase(lists_.begin());
    return list;
  }

  [[nodiscard]] std::optional<Recommendation> find(std::uint64_t id) const {
    std::shared_ptr<const Bytes> bytes;
    {
      const std::lock_guard lock(mutex_);
      const auto found = lists_.find(id);
      if (found == lists_.end()) return std::nullopt;
      bytes = found->second.bytes;
    }
    RecordReader record(*bytes);
    return get_list(record);
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
    std::erase_if(lists_, [&](const auto& list) { return list.second.user == user; });
  }

 private:
  using Bytes = std::vector<std::byte>;
  struct Kept {
    std::optional<Id> user;
    std::shared_ptr<const Bytes> bytes;  // of put_list(); shared with who reads it just now
  };

  std::atomic<std::uint64_t> next_id_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Kept> lists_;  // by id
  std::map<Id, std::deque<Id>> shown_;
  std::deque<Id> visitors_;  // the first known first
};

}  // namespace endcap
