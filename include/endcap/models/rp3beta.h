#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct Rp3BetaOptions {
  float alpha = 0.8f;    // >= 0: how much less a step through a busy user or item says
  float beta = 0.4f;     // >= 0: how much popular items are held back
  int neighbors = 400;   // kept per item; 0: all
  int max_events = 500;  // of a user, the newest
  HistoryWeights history = {};
};

// A random walk of three steps from item to user to item, popular ends held back:
// W[i, j] = sum over users u of both of n_i^-alpha * n_u^-alpha / n_j^beta, where n counts distinct
// partners. Source: B. Paudel, F. Christoffel, C. Newell, A. Bernstein, "Updatable, Accurate,
// Diverse, and Scalable Recommendations for Interactive Applications", ACM TiiS 7(1), 2016,
// section 3.2. Fitting takes O(sum of n_u^2). Exact: the user weights are added in fixed point.
class Rp3Beta final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range.
  [[nodiscard]] static Rp3Beta fit(const Interactions& interactions,
                                   const Rp3BetaOptions& options = {}, const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

namespace detail {

// Each user's distinct items among the newest `max_events`, ascending.
inline std::vector<std::vector<ItemIndex>> distinct_items(const Interactions& interactions,
                                                          int max_events) {
  std::vector<std::vector<ItemIndex>> items(static_cast<std::size_t>(interactions.n_users()));
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    const auto kept = events.last(std::min(events.size(), static_cast<std::size_t>(max_events)));
    auto& own = items[static_cast<std::size_t>(user)];
    for (const auto& event : kept) own.push_back(event.item);
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
  }
  return items;
}

// The users of each item, ascending.
inline std::vector<std::vector<UserIndex>> users_of_items(
    const std::vector<std::vector<ItemIndex>>& items, std::int32_t n_items) {
  std::vector<std::vector<UserIndex>> users(static_cast<std::size_t>(n_items));
  for (std::size_t user = 0; user < items.size(); ++user) {
    for (const auto item : items[user]) {
      users[static_cast<std::size_t>(item)].push_back(static_cast<UserIndex>(user));
    }
  }
  return users;
}

}  // namespace detail

inline Rp3Beta Rp3Beta::fit(const Interactions& interactions, const Rp3BetaOptions& options,
                            const Context& context) {
  require(options.alpha >= 0, "alpha", "be 0 or more", options.alpha);
  require(options.beta >= 0, "beta", "be 0 or more", options.beta);
  require(options.neighbors >= 0, "neighbors", "be 0 (all) or more", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const auto items = detail::distinct_items(interactions, options.max_events);
  const auto users = detail::users_of_items(items, interactions.n_items());
  std::vector<std::int64_t> user_weight(items.size());
  for (std::size_t u = 0; u < items.size(); ++u) {
    if (!items[u].empty()) {
      user_weight[u] = to_fixed(std::pow(static_cast<double>(items[u].size()), -options.alpha));
    }
  }
  std::vector<float> from(users.size()), to(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto degree = static_cast<double>(std::max<std::size_t>(users[i].size(), 1));
    from[i] = static_cast<float>(std::pow(degree, -options.alpha));
    to[i] = static_cast<float>(std::pow(degree, -options.beta));
  }
  auto matrix = count_matrix(
      context, interactions.n_items(), options.neighbors,
      [&](ItemIndex i, CountRow& row) {
        for (const auto user : users[static_cast<std::size_t>(i)]) {
          const auto u = static_cast<std::size_t>(user);
          for (const auto j : items[u]) {
            if (j != i) row.add(j, user_weight[u]);
          }
        }
      },
      [&](ItemIndex i, ItemIndex j, std::int64_t count) {
        return static_cast<float>(from_fixed(count)) * from[static_cast<std::size_t>(i)] *
               to[static_cast<std::size_t>(j)];
      });
  return {std::move(matrix), options.history};
}

}  // namespace endcap
