#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event_codec.h"
#include "hash_table.h"

namespace endcap {

// Where in the log each user's events and each event id stand: the index that the file does
// without. Holds hashes, not ids, so whoever asks compares the events themselves. The rows of a
// user are a chain, newest first. Costs 16 bytes an event, 21 to 43 bytes a user and as much an
// event id. Not thread-safe.
class EventIndex {
 public:
  // Makes room for `more` calls of add() that cannot fail.
  void reserve(std::size_t more) {
    users_.reserve(more);
    event_ids_.reserve(more);
    if (links_.capacity() < links_.size() + more) {
      links_.reserve(std::max(links_.size() + more, 2 * links_.size()));
    }
  }

  // Adds a row that is larger than all before.
  void add(std::int64_t row, const EventKeys& keys) {
    auto* newest = users_.find(keys.user, any);
    const auto link = static_cast<std::int64_t>(links_.size());
    links_.push_back({row, newest ? *newest : kEnd});
    if (newest) {
      *newest = link;
    } else {
      users_.insert(keys.user, link);
    }
    if (keys.event_id) event_ids_.insert(*keys.event_id, row);
  }

  // The rows of all users of this hash, ascending.
  [[nodiscard]] std::vector<std::int64_t> rows_of_user(std::uint64_t hash) {
    std::vector<std::int64_t> rows;
    const auto* newest = users_.find(hash, any);
    for (auto link = newest ? *newest : kEnd; link != kEnd; link = at(link).previous) {
      rows.push_back(at(link).row);
    }
    std::reverse(rows.begin(), rows.end());
    return rows;
  }

  // Whether `is_wanted(row)` holds for a row whose event id has this hash.
  template <class Predicate>
  [[nodiscard]] bool has_event_id(std::uint64_t hash, Predicate&& is_wanted) {
    return event_ids_.find(hash, is_wanted) != nullptr;
  }

  // Forgets one row.
  void remove(std::int64_t row, const EventKeys& keys) {
    auto* newest = users_.find(keys.user, any);
    auto* link = newest;
    while (at(*link).row != row) link = &at(*link).previous;
    *link = at(*link).previous;
    if (*newest == kEnd) HashTable::remove(newest);
    if (keys.event_id) {
      HashTable::remove(event_ids_.find(*keys.event_id, [row](auto of) { return of == row; }));
    }
  }

 private:
  static constexpr std::int64_t kEnd = -1;
  struct Link {
    std::int64_t row;
    std::int64_t previous;  // of the same user, a place in links_, or kEnd
  };
  static constexpr auto any = [](std::int64_t) { return true; };

  Link& at(std::int64_t link) { return links_[static_cast<std::size_t>(link)]; }

  HashTable users_;      // to the newest link
  HashTable event_ids_;  // to rows
  std::vector<Link> links_;
};

}  // namespace endcap
