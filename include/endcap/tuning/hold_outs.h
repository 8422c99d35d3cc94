#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// One question whose answer is known: what a visitor had done, and what they did next.
struct ValidationQuery {
  UserIndex user = kNoIndex;
  std::vector<Interaction> history = {};
  std::vector<ItemIndex> wanted = {};  // distinct, ascending
  std::int64_t now_us = 0;
};

// The shop's own newest events, held out: models are fitted on the others and asked `queries`.
struct Validation {
  std::vector<bool> held_out = {};  // by event of the log
  std::vector<ValidationQuery> queries = {};
  // If times are known: newcomers; and, where some events are no targets, visitors as before they
  // met what they want.
  std::vector<ValidationQuery> first_visits = {}, discoveries = {};
  std::int64_t cut_us = 0;  // if times are known: nothing after it is learned from
};

struct ValidationOptions {
  std::int64_t max_queries = 6'000;
  double newest_share = 0.1;         // of the span of times that is held out,
  double longest_days = 30;          // but no more than this;
  std::size_t enough_queries = 500;  // up to three times both, or the share of the events, until
                                     // it asks so many
  // Of each asked user's items, where there is no order. So many, because what comes next is less
  // like the past than a random draw from it: with less to go by, models must say what lasts.
  double share_of_a_set = 0.4;
  double share_of_sequences = 0.3;  // of the users whose last event is held out
  double newest_visitors = 0.1;     // that are held out whole, where visitors come in order
};

// What the models learn from: all but what is held out.
[[nodiscard]] inline Interactions train_part(const Interactions& all,
                                             const Validation& validation) {
  const auto& held_out = validation.held_out;
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> kept;
  kept.reserve(static_cast<std::size_t>(std::count(held_out.begin(), held_out.end(), false)));
  std::size_t e = 0;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    for (const auto& event : all.events_of(user)) {
      if (!held_out[e++]) kept.push_back(event);
    }
    offsets.push_back(static_cast<std::int64_t>(kept.size()));
  }
  return {all.n_items(), all.order(), std::move(offsets), std::move(kept)};
}

namespace detail {

// Nothing asked and nothing held out so far.
inline Validation empty_validation(const Interactions& all) {
  return {.held_out = std::vector<bool>(static_cast<std::size_t>(all.n_events()))};
}

inline std::vector<ItemIndex> distinct(std::vector<ItemIndex> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

// `n` of 0 .. size - 1, ascending, each set of n equally likely.
inline std::vector<std::size_t> sample(std::size_t size, std::size_t n, Random& random) {
  std::vector<std::size_t> picked;
  for (std::size_t i = 0; i < size && n > 0; ++i) {
    if (random.below(size - i) < n) {
      picked.push_back(i);
      --n;
    }
  }
  return picked;
}

// The users whose last events are held out, ascending.
inline std::vector<UserIndex> some_of(const std::vector<UserIndex>& users, Random& random,
                                      const ValidationOptions& options) {
  const auto share = options.share_of_sequences * static_cast<double>(users.size());
  const auto n = std::min(static_cast<std::int64_t>(share) + 1, options.max_queries);
  std::vector<UserIndex> some;
  for (const auto place : sample(users.size(), static_cast<std::size_t>(n), random)) {
    some.push_back(users[place]);
  }
  return some;
}

inline Validation hold_out_last(const Interactions& all, const std::vector<bool>& is_target,
                                Random& random, const ValidationOptions& options) {
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    if (events.size() >= 2 && is_target[static_cast<std::size_t>(events.back().kind)]) {
      users.push_back(user);
    }
  }
  Validation result = empty_validation(all);
  for (const auto user : some_of(users, random, options)) {
    const auto events = all.events_of(user);
    const auto end = all.offsets()[static_cast<std::size_t>(user) + 1];
    result.held_out[static_cast<std::size_t>(end) - 1] = true;
    result.queries.push_back({.user = user,
                              .history = {events.begin(), events.end() - 1},
                              .wanted = {events.back().item},
                              .now_us = events.back().time_us});
  }
  return result;
}

// The newest visitors are unknown when they are asked, each before one of their target events.
inline Validation hold_out_visitors(const Interactions& all, const std::vector<bool>& is_target,
                                    Random& random, const ValidationOptions& options) {
  const auto n = static_cast<double>(all.n_users());
  const auto newest = static_cast<UserIndex>(n - options.newest_visitors * n);
  Validation result = empty_validation(all);
  std::fill(result.held_out.begin() + all.offsets()[static_cast<std::size_t>(newest)],
            result.held_out.end(), true);
  std::vector<std::size_t> places;  // of the user's target events but the first event
  for (UserIndex user = newest; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    places.clear();
    for (std::size_t e = 1; e < events.size(); ++e) {
      if (is_target[static_cast<std::size_t>(events[e].kind)]) places.push_back(e);
    }
    if (places.empty()) continue;
    const auto next = places[random.below(places.size())];
    result.queries.push_back(
        {.user = user,
         .history = {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(next)},
         .wanted = {events[next].item},
         .now_us = events[next].time_us});
  }
  return result;
}

// Holds out a random part of the items that a user has, and asks for those that are a target.
inline void hold_out_part(const Interactions& all, UserIndex user,
                          const std::vector<bool>& is_target, Random& random,
                          const ValidationOptions& options, Validation& result) {
  const auto events = all.events_of(user);
  std::vector<ItemIndex> items;
  for (const auto& event : events) items.push_back(event.item);
  items = distinct(std::move(items));
  const auto share = options.share_of_a_set * static_cast<double>(items.size());
  std::vector<ItemIndex> hidden;
  for (const auto place :
       sample(items.size(), std::max<std::size_t>(1, static_cast<std::size_t>(share)), random)) {
    hidden.push_back(items[place]);
  }
  ValidationQuery query{.user = user};
  if (all.order() == Order::kTime) query.now_us = events.back().time_us;
  auto e = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
  for (const auto& event : events) {
    const bool hide = std::binary_search(hidden.begin(), hidden.end(), event.item);
    result.held_out[e++] = hide;
    if (!hide)
      query.history.push_back(event);
    else if (is_target[static_cast<std::size_t>(event.kind)])
      query.wanted.push_back(event.item);
  }
  query.wanted = distinct(std::move(query.wanted));
  if (!query.history.empty() && !query.wanted.empty()) result.queries.push_back(std::move(query));
}

inline Validation hold_out_random(const Interactions& all, const std::vector<bool>& is_target,
                                  Random& random, const ValidationOptions& options) {
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    if (all.events_of(user).size() >= 3) users.push_back(user);
  }
  const auto n = std::min(static_cast<std::int64_t>(users.size() / 3 + 1), options.max_queries);
  Validation result = empty_validation(all);
  for (const auto place : sample(users.size(), static_cast<std::size_t>(n), random)) {
    hold_out_part(all, users[place], is_target, random, options, result);
  }
  return result;
}

}  // namespace detail

}  // namespace endcap
