#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// Whether histories say what came after what. Not those of sets, nor where of a hundred visitors
// with several events fewer than one has them at different times: guests, who pay once.
[[nodiscard]] inline bool tells_order(const Interactions& interactions) {
  if (interactions.order() != Order::kTime) return interactions.order() == Order::kSequence;
  std::int64_t with_several = 0, with_times = 0;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    if (events.size() < 2) continue;
    ++with_several;
    with_times += events.front().time_us != events.back().time_us ? 1 : 0;
  }
  return with_times * 100 >= with_several;
}

// Whether hardly anybody comes back, as where a session is all that is known of a visitor: of a
// hundred visitors with several events fewer than ten have them on several days. False where times
// are not known.
[[nodiscard]] inline bool visits_are_single(const Interactions& interactions) {
  if (interactions.order() != Order::kTime) return false;
  std::int64_t with_several = 0, returned = 0;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    if (events.size() < 2) continue;
    ++with_several;
    const auto span = events.back().time_us - events.front().time_us;
    returned += span >= kMicrosecondsPerDay ? 1 : 0;
  }
  return returned * 10 < with_several;
}

// The users who did anything, ascending.
[[nodiscard]] inline std::vector<UserIndex> active_users(const Interactions& interactions) {
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    if (!interactions.events_of(user).empty()) users.push_back(user);
  }
  return users;
}

// Whether histories without times come in the order in which their visitors came, as the sessions
// of a log do: whether what the newest tenth of the visitors had is told better with the help of
// the tenth before them than by all before them alike. In any other order a tenth of the visitors
// is but a smaller sample, which tells worse. False where times are known or there is no order
// within a history. Takes O(n_events).
[[nodiscard]] inline bool newest_visitors_last(const Interactions& interactions) {
  constexpr std::size_t kFewest = 100;   // visitors of whom nothing can be said
  constexpr double kStandardErrors = 4;  // by which the gain must be above 0
  constexpr double kPrior = 0.5;         // events that every item has more than it has
  if (interactions.order() != Order::kSequence) return false;
  const auto users = active_users(interactions);
  const auto n = users.size();
  if (n < kFewest) return false;
  const auto begin = n - n / 10, before = begin - n / 10;
  const auto n_items = static_cast<std::size_t>(interactions.n_items());
  std::vector<double> all(n_items, kPrior), late(n_items);
  double all_sum = kPrior * static_cast<double>(n_items), late_sum = 0;
  for (std::size_t k = 0; k < begin; ++k) {
    for (const auto& event : interactions.events_of(users[k])) {
      const auto item = static_cast<std::size_t>(event.item);
      ++all[item];
      ++all_sum;
      if (k < before) continue;
      ++late[item];
      ++late_sum;
    }
  }
  double visitors = 0, sum = 0, squares = 0;  // of each visitor's mean gain in log-likelihood
  for (std::size_t k = begin; k < n && late_sum > 0; ++k) {
    const auto events = interactions.events_of(users[k]);
    double gain = 0;
    for (const auto& event : events) {
      const auto item = static_cast<std::size_t>(event.item);
      gain += std::log(0.5 + 0.5 * (late[item] / late_sum) / (all[item] / all_sum));
    }
    gain /= static_cast<double>(events.size());
    ++visitors;
    sum += gain;
    squares += gain * gain;
  }
  if (visitors < 2) return false;
  const double mean = sum / visitors;
  const double variance = std::max(0.0, squares / visitors - mean * mean);
  return mean > kStandardErrors * std::sqrt(variance / visitors);
}

// What the visitors did who came last, or some drawn by chance where it is not known who came when:
// at most `max_events` events together. Whoever has more than there is room for is left out. All of
// it where that is no more.
[[nodiscard]] inline Interactions newest_part(const Interactions& all, std::int64_t max_events,
                                              std::uint64_t seed) {
  if (all.n_events() <= max_events) return all;
  auto users = active_users(all);
  const auto last_us = [&](UserIndex user) { return all.events_of(user).back().time_us; };
  if (all.order() == Order::kTime) {
    std::stable_sort(users.begin(), users.end(),
                     [&](UserIndex a, UserIndex b) { return last_us(a) < last_us(b); });
  } else if (!newest_visitors_last(all)) {
    Random random(seed);
    for (auto n = users.size(); n > 1; --n) std::swap(users[n - 1], users[random.below(n)]);
  }
  std::vector<bool> is_kept(static_cast<std::size_t>(all.n_users()));
  std::int64_t n_events = 0;
  std::reverse(users.begin(), users.end());
  for (const auto user : users) {
    const auto own = std::ssize(all.events_of(user));
    if (n_events + own > max_events) continue;
    n_events += own;
    is_kept[static_cast<std::size_t>(user)] = true;
  }
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  events.reserve(static_cast<std::size_t>(n_events));
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto own = all.events_of(user);
    if (is_kept[static_cast<std::size_t>(user)])
      events.insert(events.end(), own.begin(), own.end());
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {all.n_items(), all.order(), std::move(offsets), std::move(events)};
}

}  // namespace endcap
