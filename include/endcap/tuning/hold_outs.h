#pragma once

#include <algorithm>
#include <cmath>
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

// The shop's own newest events, held out: models are fitted on `train` and asked `queries`.
struct Validation {
  Interactions train;
  std::vector<ValidationQuery> queries;
  // If times are known: newcomers; and, where some events are no targets, the queries as before the
  // visitor met what they want.
  std::vector<ValidationQuery> first_visits = {}, discoveries = {};
};

struct ValidationOptions {
  std::int64_t max_queries = 6'000;
  double newest_share = 0.1;         // of the span of times that is held out,
  double longest_days = 30;          // but no more than this,
  std::size_t enough_queries = 500;  // and up to three times both until it asks so many
  double share_of_a_set = 0.2;       // of each asked user's items, where there is no order
  double share_of_sequences = 0.3;   // of the users whose last event is held out
  double newest_visitors = 0.1;      // that are held out whole, where visitors come in order
};

namespace detail {

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

// The interactions without the events that are marked.
inline Interactions without(const Interactions& all, const std::vector<bool>& held_out) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> kept;
  std::size_t e = 0;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    for (const auto& event : all.events_of(user)) {
      if (!held_out[e++]) kept.push_back(event);
    }
    offsets.push_back(static_cast<std::int64_t>(kept.size()));
  }
  return {all.n_items(), all.order(), std::move(offsets), std::move(kept)};
}

inline std::int64_t begin_us(const Interactions& all) {
  std::int64_t begin = all.end_us();
  for (const auto& event : all.events()) begin = std::min(begin, event.time_us);
  return begin;
}

// Whether times only count from each visitor's beginning: half of all begin with the log.
inline bool times_are_relative(const Interactions& all) {
  constexpr std::int64_t kFewest = 20;  // visitors that say anything
  const auto begin = begin_us(all);
  std::int64_t visitors = 0, first = 0;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    if (events.empty()) continue;
    ++visitors;
    first += events.front().time_us == begin ? 1 : 0;
  }
  return begin < all.end_us() && visitors >= kFewest && 2 * first >= visitors;
}

// The wanted items that the history tells of, but never as a target: looked at, not bought.
inline std::vector<ItemIndex> contacts_of(const ValidationQuery& query,
                                          const std::vector<bool>& is_target) {
  std::vector<ItemIndex> met, had;
  for (const auto& event : query.history) {
    auto& items = is_target[static_cast<std::size_t>(event.kind)] ? had : met;
    items.push_back(event.item);
  }
  met = distinct(std::move(met));
  had = distinct(std::move(had));
  std::vector<ItemIndex> contacts;
  for (const auto item : query.wanted) {
    if (std::binary_search(met.begin(), met.end(), item) &&
        !std::binary_search(had.begin(), had.end(), item)) {
      contacts.push_back(item);
    }
  }
  return contacts;
}

inline Validation hold_out_after(const Interactions& all, const std::vector<bool>& is_target,
                                 std::int64_t cut) {
  const bool has_looks = std::any_of(
      all.events().begin(), all.events().end(),
      [&](const auto& event) { return !is_target[static_cast<std::size_t>(event.kind)]; });
  Validation result;
  std::vector<bool> held_out(static_cast<std::size_t>(all.n_events()));
  std::size_t e = 0;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    const std::size_t first = e;
    ValidationQuery query{.user = user};
    bool asked = false;
    for (const auto& event : events) {
      const bool newest = event.time_us > cut;
      held_out[e++] = newest;
      const bool target = newest && is_target[static_cast<std::size_t>(event.kind)];
      if (target && !asked) query.now_us = event.time_us;
      asked = asked || target;
      if (!asked || event.time_us < query.now_us) query.history.push_back(event);
      if (target) query.wanted.push_back(event.item);
    }
    query.wanted = distinct(std::move(query.wanted));
    std::erase_if(query.history, [&](const auto& event) { return event.time_us >= query.now_us; });
    if (!asked || query.history.empty()) continue;
    const auto contacts = contacts_of(query, is_target);
    const auto is_contact = [&](const auto& event) {
      return std::binary_search(contacts.begin(), contacts.end(), event.item);
    };
    for (std::size_t k = 0; k < events.size(); ++k) {
      if (is_contact(events[k])) held_out[first + k] = true;
    }
    if (has_looks) {
      ValidationQuery unaware = query;
      std::erase_if(unaware.history, is_contact);
      if (!unaware.history.empty()) result.discoveries.push_back(std::move(unaware));
    }
    result.queries.push_back(std::move(query));
  }
  result.train = without(all, held_out);
  return result;
}

// Visitors who came after the cut, each asked after one to sixteen events, mostly few, of their
// first day.
inline std::vector<ValidationQuery> first_visits_after(const Interactions& all,
                                                       const std::vector<bool>& is_target,
                                                       std::int64_t cut, Random& random) {
  constexpr double kMostEvents = 16;
  std::vector<ValidationQuery> queries;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    if (events.size() < 2 || events.front().time_us <= cut) continue;
    const auto end_of_day = events.front().time_us + kMicrosecondsPerDay;
    std::size_t begun = std::min(events.size() - 1,
                                 static_cast<std::size_t>(std::pow(kMostEvents, random.uniform())));
    while (events[begun - 1].time_us >= end_of_day) --begun;
    ValidationQuery query{
        .user = user,
        .history = {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(begun)},
        .now_us = events[begun - 1].time_us};
    for (const auto& event : events.subspan(begun)) {
      if (is_target[static_cast<std::size_t>(event.kind)]) query.wanted.push_back(event.item);
    }
    query.wanted = distinct(std::move(query.wanted));
    if (!query.wanted.empty()) queries.push_back(std::move(query));
  }
  return queries;
}

inline Validation hold_out_newest(const Interactions& all, const std::vector<bool>& is_target,
                                  Random& random, const ValidationOptions& options) {
  constexpr int kWidest = 3;
  const auto span = static_cast<double>(all.end_us() - begin_us(all));
  const double window =
      std::min(span * options.newest_share, options.longest_days * kMicrosecondsPerDay);
  Validation result;
  for (int width = 1; width <= kWidest; ++width) {
    const auto cut = all.end_us() - static_cast<std::int64_t>(width * window);
    result = hold_out_after(all, is_target, cut);
    result.first_visits = first_visits_after(all, is_target, cut, random);
    if (result.queries.size() >= options.enough_queries) break;
  }
  return result;
}

// Each asked visitor's last basket that has a target, and what came after it.
inline Validation hold_out_last_baskets(const Interactions& all, const std::vector<bool>& is_target,
                                        Random& random, const ValidationOptions& options) {
  const auto begin_of_last = [&](UserIndex user) {  // 0: nothing comes before it
    const auto events = all.events_of(user);
    auto begin = events.size();
    while (begin > 0 && !is_target[static_cast<std::size_t>(events[begin - 1].kind)]) --begin;
    const auto basket = begin > 0 ? events[begin - 1].basket : kNoIndex;
    while (begin > 0 && events[begin - 1].basket == basket) --begin;
    return begin;
  };
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    if (begin_of_last(user) > 0) users.push_back(user);
  }
  const auto n = std::min(
      static_cast<std::int64_t>(options.share_of_sequences * static_cast<double>(users.size())) + 1,
      options.max_queries);
  Validation result;
  std::vector<bool> held_out(static_cast<std::size_t>(all.n_events()));
  for (const auto place : sample(users.size(), static_cast<std::size_t>(n), random)) {
    const UserIndex user = users[place];
    const auto events = all.events_of(user);
    const auto begin = begin_of_last(user);
    ValidationQuery query{
        .user = user,
        .history = {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(begin)},
        .now_us = events[begin].time_us};
    const auto first = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
    for (auto e = begin; e < events.size(); ++e) {
      held_out[first + e] = true;
      if (is_target[static_cast<std::size_t>(events[e].kind)])
        query.wanted.push_back(events[e].item);
    }
    query.wanted = distinct(std::move(query.wanted));
    result.queries.push_back(std::move(query));
  }
  result.train = without(all, held_out);
  return result;
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
  const auto n = std::min(
      static_cast<std::int64_t>(options.share_of_sequences * static_cast<double>(users.size())) + 1,
      options.max_queries);
  Validation result;
  std::vector<bool> held_out(static_cast<std::size_t>(all.n_events()));
  for (const auto place : sample(users.size(), static_cast<std::size_t>(n), random)) {
    const UserIndex user = users[place];
    const auto events = all.events_of(user);
    held_out[static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user) + 1]) - 1] =
        true;
    result.queries.push_back({.user = user,
                              .history = {events.begin(), events.end() - 1},
                              .wanted = {events.back().item},
                              .now_us = events.back().time_us});
  }
  result.train = without(all, held_out);
  return result;
}

// The newest visitors are unknown when they are asked, each before one of their target events.
inline Validation hold_out_visitors(const Interactions& all, const std::vector<bool>& is_target,
                                    Random& random, const ValidationOptions& options) {
  const auto n = static_cast<double>(all.n_users());
  const auto newest = static_cast<UserIndex>(n - options.newest_visitors * n);
  Validation result;
  std::vector<bool> held_out(static_cast<std::size_t>(all.n_events()));
  std::fill(held_out.begin() + all.offsets()[static_cast<std::size_t>(newest)], held_out.end(),
            true);
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
  result.train = without(all, held_out);
  return result;
}

inline Validation hold_out_random(const Interactions& all, Random& random,
                                  const ValidationOptions& options) {
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    if (all.events_of(user).size() >= 3) users.push_back(user);
  }
  const auto n = std::min(static_cast<std::int64_t>(users.size() / 3 + 1), options.max_queries);
  Validation result;
  std::vector<bool> held_out(static_cast<std::size_t>(all.n_events()));
  for (const auto place : sample(users.size(), static_cast<std::size_t>(n), random)) {
    const UserIndex user = users[place];
    const auto events = all.events_of(user);
    const auto first = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
    const auto size = static_cast<double>(events.size());
    const auto hidden = sample(
        events.size(),
        std::max<std::size_t>(1, static_cast<std::size_t>(options.share_of_a_set * size)), random);
    ValidationQuery query{.user = user};
    std::size_t h = 0;
    for (std::size_t place_in = 0; place_in < events.size(); ++place_in) {
      if (h < hidden.size() && hidden[h] == place_in) {
        held_out[first + place_in] = true;
        query.wanted.push_back(events[place_in].item);
        ++h;
      } else {
        query.history.push_back(events[place_in]);
      }
    }
    query.wanted = distinct(std::move(query.wanted));
    result.queries.push_back(std::move(query));
  }
  result.train = without(all, held_out);
  return result;
}

}  // namespace detail

}  // namespace endcap
