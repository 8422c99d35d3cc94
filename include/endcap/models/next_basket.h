#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/detail/neighborhood_solver.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct NextBasketOptions {
  float regularization = 30;        // lambda, in weighted baskets; > 0
  int neighbors = 200;              // > 0: items that each item is told from
  std::int32_t max_events = 1'000;  // > 0: of a user, the newest
  HistoryWeights history = {.length_power = 0.5f, .repeat_decay = 0};
};

// What the next basket holds, the same again included, told from all that was bought before it: a
// ridge regression of each basket y on the set x of the items of the user's earlier baskets, solved
// in each item's neighbourhood. Column j is w = (G_NN + lambda I)^-1 R_Nj with G = sum of c x x',
// R = sum of c x y'; a basket counts c = |x|^-1/2 * (the user's baskets - 1)^-1/2. Negative
// weights are kept.
// Source: H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, with what
// comes next in place of what goes together, as in M. Choi et al., "Session-aware Linear
// Item-Item Models for Session-based Recommendation", WWW 2021, section 3.2. Fitting takes
// O(sum of a user's events times items + n_items * neighbors^3) time.
class NextBasket final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range or interactions without an order.
  [[nodiscard]] static NextBasket fit(const Interactions& interactions,
                                      const NextBasketOptions& options = {},
                                      const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

namespace detail {

// The baskets of all users, numbered 0, 1, ... within each, with what each counts.
class BasketHistory {
 public:
  struct Bought {
    ItemIndex item;
    std::int32_t basket;
  };
  struct Buyer {
    UserIndex user;
    std::int32_t basket;
  };

  BasketHistory(const Interactions& interactions, std::int32_t max_events);

  // The user's items, each with the first basket that held it.
  [[nodiscard]] std::span<const Bought> firsts(UserIndex user) const {
    return firsts_[static_cast<std::size_t>(user)];
  }
  // Who bought the item, in every basket that held it; a user's first such basket comes first.
  [[nodiscard]] std::span<const Buyer> buyers(ItemIndex item) const {
    return buyers_[static_cast<std::size_t>(item)];
  }
  // Fixed point: what a basket counts, and all baskets after it together.
  [[nodiscard]] std::int64_t weight(UserIndex user, std::int32_t basket) const {
    return after(user, basket - 1) - after(user, basket);
  }
  [[nodiscard]] std::int64_t after(UserIndex user, std::int64_t basket) const {
    return after_[static_cast<std::size_t>(user)][static_cast<std::size_t>(basket + 1)];
  }

 private:
  void add(UserIndex user, std::span<const Interaction> events);

  std::vector<std::vector<Bought>> firsts_;
  std::vector<std::vector<Buyer>> buyers_;
  std::vector<std::vector<std::int64_t>> after_;  // by user: after basket -1, 0, 1, ...
};

inline BasketHistory::BasketHistory(const Interactions& interactions, std::int32_t max_events)
    : firsts_(static_cast<std::size_t>(interactions.n_users())),
      buyers_(static_cast<std::size_t>(interactions.n_items())),
      after_(static_cast<std::size_t>(interactions.n_users())) {
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    add(user, events.last(std::min(events.size(), static_cast<std::size_t>(max_events))));
  }
}

inline void BasketHistory::add(UserIndex user, std::span<const Interaction> events) {
  auto& firsts = firsts_[static_cast<std::size_t>(user)];
  std::vector<std::int64_t> known_before;  // by basket: items that earlier ones held
  std::int32_t basket = -1;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto& event = events[e];
    if (e == 0 || event.basket == kNoIndex || event.basket != events[e - 1].basket) {
      ++basket;
      known_before.push_back(static_cast<std::int64_t>(firsts.size()));
    }
    auto& buyers = buyers_[static_cast<std::size_t>(event.item)];
    const bool bought = !buyers.empty() && buyers.back().user == user;
    if (!bought) firsts.push_back({event.item, basket});
    if (!bought || buyers.back().basket != basket) buyers.push_back({user, basket});
  }
  auto& after = after_[static_cast<std::size_t>(user)];
  after.assign(known_before.size() + 1, 0);
  const auto n_baskets = static_cast<double>(known_before.size());
  for (std::size_t b = known_before.size(); b-- > 0;) {
    const auto known = static_cast<double>(known_before[b]);
    after[b] = after[b + 1] + (known > 0 ? to_fixed(1 / std::sqrt(known * (n_baskets - 1))) : 0);
  }
}

// Sum of c x x'.
inline CsrMatrix before_gram(const BasketHistory& baskets, std::int32_t n_items,
                             const Context& context) {
  return count_matrix(
      context, n_items, 0,
      [&](ItemIndex i, CountRow& row) {
        UserIndex last = kNoIndex;
        for (const auto& [user, basket] : baskets.buyers(i)) {
          if (std::exchange(last, user) == user) continue;  // the first basket tells
          for (const auto& [item, first] : baskets.firsts(user)) {
            row.add(item, baskets.after(user, std::max(first, basket)));
          }
        }
      },
      [](ItemIndex, ItemIndex, std::int64_t count) {
        return static_cast<float>(from_fixed(count));
      });
}

// Row j: the sum of c x over the baskets that hold j.
inline CsrMatrix before_each(const BasketHistory& baskets, std::int32_t n_items,
                             const Context& context) {
  return count_matrix(
      context, n_items, 0,
      [&](ItemIndex j, CountRow& row) {
        for (const auto& [user, basket] : baskets.buyers(j)) {
          const auto weight = baskets.weight(user, basket);
          for (const auto& [item, first] : baskets.firsts(user)) {
            if (first >= basket) break;  // in the order of the baskets
            row.add(item, weight);
          }
        }
      },
      [](ItemIndex, ItemIndex, std::int64_t count) {
        return static_cast<float>(from_fixed(count));
      });
}

}  // namespace detail

inline NextBasket NextBasket::fit(const Interactions& interactions,
                                  const NextBasketOptions& options, const Context& context) {
  require(interactions.order() != Order::kNone, "interactions", "have an order", "sets");
  require(options.regularization > 0, "regularization", "be positive", options.regularization);
  require(options.neighbors > 0, "neighbors", "be positive", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const detail::BasketHistory baskets(interactions, options.max_events);
  const auto n_items = interactions.n_items();
  const auto gram = detail::before_gram(baskets, n_items, context);
  const auto targets = detail::before_each(baskets, n_items, context);
  const detail::Neighborhoods neighborhoods = {.regularization = options.regularization,
                                               .neighbors = options.neighbors,
                                               .with_itself = true};
  return {detail::solve_neighborhoods(gram, targets, neighborhoods, context), options.history};
}

}  // namespace endcap
