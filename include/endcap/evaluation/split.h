#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// A log in two parts over the same users and items: user u of both is user u of the log.
struct Split {
  Interactions train;
  Interactions held_out;
};

namespace detail {
// Events for which held_out(user, place in the user's history, event) holds go to the second part.
template <class Rule>
Split split_events(const Interactions& log, Rule&& held_out) {
  std::vector<std::int64_t> offsets[2] = {{0}, {0}};
  std::vector<Interaction> events[2];
  for (UserIndex user = 0; user < log.n_users(); ++user) {
    std::int64_t place = 0;
    for (const auto& event : log.events_of(user)) {
      events[held_out(user, place++, event) ? 1 : 0].push_back(event);
    }
    for (int part = 0; part < 2; ++part) {
      offsets[part].push_back(static_cast<std::int64_t>(events[part].size()));
    }
  }
  const auto part = [&](int p) {
    return Interactions(log.n_items(), log.order(), std::move(offsets[p]), std::move(events[p]));
  };
  return {part(0), part(1)};
}
}  // namespace detail

// Holds out all events from `cut_us` on: what a shop would have seen on that day. Throws
// std::invalid_argument unless the log has times.
[[nodiscard]] inline Split split_by_time(const Interactions& log, std::int64_t cut_us) {
  require(log.order() == Order::kTime, "log", "have times", static_cast<int>(log.order()));
  return detail::split_events(log, [cut_us](UserIndex, std::int64_t, const Interaction& event) {
    return event.time_us >= cut_us;
  });
}

// Holds out each user's newest n events, but never the oldest one: a query needs a history.
// Throws std::invalid_argument for a negative n or a log without order.
[[nodiscard]] inline Split split_last(const Interactions& log, int n) {
  require(n >= 0, "n", "be 0 or more", n);
  require(log.order() != Order::kNone, "log", "have an order", static_cast<int>(log.order()));
  return detail::split_events(
      log, [&log, n](UserIndex user, std::int64_t place, const Interaction&) {
        const auto size = static_cast<std::int64_t>(log.events_of(user).size());
        return place >= std::max<std::int64_t>(size - n, 1);
      });
}

// Holds out each event with probability `share`. A user's part depends on the seed and on the
// user's number only. Throws std::invalid_argument unless share is in [0, 1].
[[nodiscard]] inline Split split_at_random(const Interactions& log, double share,
                                           std::uint64_t seed) {
  require(share >= 0 && share <= 1, "share", "be in [0, 1]", share);
  Random random(0);
  return detail::split_events(log, [&](UserIndex user, std::int64_t place, const Interaction&) {
    if (place == 0) random = Random(Random(seed).next() + static_cast<std::uint64_t>(user));
    return random.uniform() < share;
  });
}

// The fold of each user, (n_users,), in [0, folds): a random order dealt out in turn, so that sizes
// differ by one at most. Throws std::invalid_argument unless folds is 2 or more.
[[nodiscard]] inline std::vector<int> user_folds(std::int32_t n_users, int folds,
                                                 std::uint64_t seed) {
  require(folds >= 2, "folds", "be 2 or more", folds);
  std::vector<int> fold(static_cast<std::size_t>(n_users));
  for (std::size_t u = 0; u < fold.size(); ++u) fold[u] = static_cast<int>(u) % folds;
  Random random(seed);
  for (std::size_t left = fold.size(); left > 1; --left) {
    std::swap(fold[left - 1], fold[random.below(left)]);
  }
  return fold;
}

// Holds out the whole histories of one fold's users, who have none in `train`. Throws
// std::invalid_argument unless fold_of has a fold for each user.
[[nodiscard]] inline Split split_users(const Interactions& log, const std::vector<int>& fold_of,
                                       int fold) {
  require(fold_of.size() == static_cast<std::size_t>(log.n_users()), "fold_of",
          "have one fold per user", fold_of.size());
  return detail::split_events(log, [&](UserIndex user, std::int64_t, const Interaction&) {
    return fold_of[static_cast<std::size_t>(user)] == fold;
  });
}

}  // namespace endcap
