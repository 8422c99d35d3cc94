#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// Who has what, each thing once and in no order: the items of each user and the users of each item,
// both ascending. A view of neither outlives it.
class ItemSets {
 public:
  // The newest `max_events` events of each user count. Requires max_events > 0.
  ItemSets(const Interactions& interactions, int max_events);

  [[nodiscard]] std::int32_t n_users() const {
    return static_cast<std::int32_t>(users_.size()) - 1;
  }
  [[nodiscard]] std::int32_t n_items() const {
    return static_cast<std::int32_t>(items_.size()) - 1;
  }
  [[nodiscard]] std::span<const ItemIndex> items_of(UserIndex user) const {
    return slice(users_, items_of_users_, user);
  }
  [[nodiscard]] std::span<const UserIndex> users_of(ItemIndex item) const {
    return slice(items_, users_of_items_, item);
  }

  // For each user scale * (number of items)^-power in fixed point; 0 for a user without items.
  [[nodiscard]] std::vector<std::int64_t> user_weights(double power, double scale = 1) const;
  // For each item (number of users)^-power; 1 for an item without users.
  [[nodiscard]] std::vector<float> item_weights(double power) const;

  // Adds user_weights[u] to row[j] for every user u of `item` and every item j of u, `item` too.
  void count_partners(ItemIndex item, std::span<const std::int64_t> user_weights,
                      CountRow& row) const {
    constexpr std::size_t kAhead = 8;  // users stand anywhere in memory: they are asked for early
    const auto users = users_of(item);
    for (std::size_t k = 0; k < users.size(); ++k) {
      if (k + 2 * kAhead < users.size()) {
        const auto later = static_cast<std::size_t>(users[k + 2 * kAhead]);
        __builtin_prefetch(&users_[later]);
        __builtin_prefetch(&user_weights[later]);
      }
      if (k + kAhead < users.size()) __builtin_prefetch(items_of(users[k + kAhead]).data());
      const auto weight = user_weights[static_cast<std::size_t>(users[k])];
      for (const auto partner : items_of(users[k])) row.add(partner, weight);
    }
  }

 private:
  static std::span<const std::int32_t> slice(const std::vector<std::int64_t>& offsets,
                                             const std::vector<std::int32_t>& values,
                                             std::int32_t i) {
    const auto* first = offsets.data() + i;
    return std::span(values).subspan(static_cast<std::size_t>(first[0]),
                                     static_cast<std::size_t>(first[1] - first[0]));
  }

  std::vector<std::int64_t> users_, items_;  // offsets: (n_users + 1,), (n_items + 1,)
  std::vector<ItemIndex> items_of_users_;
  std::vector<UserIndex> users_of_items_;
};

inline ItemSets::ItemSets(const Interactions& interactions, int max_events)
    : users_{0}, items_(static_cast<std::size_t>(interactions.n_items()) + 1) {
  std::vector<ItemIndex> own;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    own.clear();
    for (const auto& event :
         events.last(std::min(events.size(), static_cast<std::size_t>(max_events)))) {
      own.push_back(event.item);
    }
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    items_of_users_.insert(items_of_users_.end(), own.begin(), own.end());
    users_.push_back(static_cast<std::int64_t>(items_of_users_.size()));
    for (const auto item : own) ++items_[static_cast<std::size_t>(item) + 1];
  }
  std::partial_sum(items_.begin(), items_.end(), items_.begin());
  users_of_items_.resize(items_of_users_.size());
  auto next = items_;
  for (UserIndex user = 0; user < n_users(); ++user) {
    for (const auto item : items_of(user)) {
      users_of_items_[static_cast<std::size_t>(next[static_cast<std::size_t>(item)]++)] = user;
    }
  }
}

inline std::vector<std::int64_t> ItemSets::user_weights(double power, double scale) const {
  std::vector<std::int64_t> weights(static_cast<std::size_t>(n_users()));
  for (UserIndex user = 0; user < n_users(); ++user) {
    const auto size = static_cast<double>(items_of(user).size());
    if (size > 0)
      weights[static_cast<std::size_t>(user)] = to_fixed(scale * std::pow(size, -power));
  }
  return weights;
}

inline std::vector<float> ItemSets::item_weights(double power) const {
  std::vector<float> weights(static_cast<std::size_t>(n_items()));
  for (ItemIndex item = 0; item < n_items(); ++item) {
    const auto size = static_cast<double>(std::max<std::size_t>(users_of(item).size(), 1));
    weights[static_cast<std::size_t>(item)] = static_cast<float>(std::pow(size, -power));
  }
  return weights;
}

}  // namespace endcap
