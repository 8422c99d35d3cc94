#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

using Lists = std::vector<std::vector<ItemIndex>>;

inline std::vector<Interaction> events_of(const std::vector<ItemIndex>& items) {
  std::vector<Interaction> events(items.size());
  for (std::size_t e = 0; e < items.size(); ++e) {
    events[e].item = items[e];
    events[e].time_us = static_cast<std::int64_t>(e);
  }
  return events;
}

// One user a list, oldest item first.
inline Interactions interactions_of(std::int32_t n_items, const Lists& lists,
                                    Order order = Order::kSequence) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> all;
  for (const auto& list : lists) {
    const auto events = events_of(list);
    all.insert(all.end(), events.begin(), events.end());
    offsets.push_back(static_cast<std::int64_t>(all.size()));
  }
  return {n_items, order, std::move(offsets), std::move(all)};
}

// Sets of 2, 3 and 1 items; each item has two users.
inline Interactions three_users() { return interactions_of(3, {{0, 1}, {0, 1, 2}, {2}}); }

// One attribute an item.
inline CsrMatrix attributes_of(const std::vector<std::int32_t>& attribute,
                               std::int32_t n_attributes) {
  std::vector<std::int64_t> offsets{0};
  for (std::size_t i = 0; i < attribute.size(); ++i) offsets.push_back(static_cast<int>(i) + 1);
  return {n_attributes, std::move(offsets), attribute, std::vector<float>(attribute.size(), 1)};
}

// Histories of up to `longest` events, with repeats; low items are the popular ones.
inline Lists random_lists(int n_users, std::int32_t n_items, int longest) {
  Random random(7);
  Lists lists(static_cast<std::size_t>(n_users));
  for (auto& list : lists) {
    list.resize(random.below(static_cast<std::uint64_t>(longest) + 1));
    for (auto& item : list) {
      item = static_cast<ItemIndex>(random.uniform() * random.uniform() * n_items);
    }
  }
  return lists;
}

// The items in their order, of those that stand next to themselves one.
inline std::vector<ItemIndex> without_runs(std::vector<ItemIndex> list) {
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

}  // namespace endcap
