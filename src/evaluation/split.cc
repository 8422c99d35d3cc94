#include "endcap/evaluation/split.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/base/random.h"
#include "event_parts.h"

namespace endcap {
namespace {

void require_order(const Events& events) {
  require(events.order() != Order::kNone, "events", "have an order", "sets");
}

void require_times(const Events& events) {
  require(events.order() == Order::kTime, "events", "have times", "none");
}

void require_share(double share) {
  require(share > 0 && share < 1, "share", "be in (0, 1)", share);
}

// Numbers 0 .. n - 1 in a random order.
std::vector<std::int32_t> shuffled(std::int32_t n, std::uint64_t seed) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  Random random(seed);
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(left)]);
  }
  return order;
}

// Marks a random `share` of n numbers, at least one.
std::vector<bool> marked(std::int32_t n, double share, std::uint64_t seed) {
  std::vector<bool> is_marked(static_cast<std::size_t>(n));
  const auto order = shuffled(n, seed);
  const auto size = std::max<std::size_t>(1, static_cast<std::size_t>(share * n));
  for (std::size_t i = 0; i < std::min(size, order.size()); ++i) {
    is_marked[static_cast<std::size_t>(order[i])] = true;
  }
  return is_marked;
}

// Which visit of the log each row belongs to; a user's visits have neighbouring numbers.
std::vector<std::int64_t> visit_names(const Events& events) {
  std::vector<std::int64_t> names(static_cast<std::size_t>(events.size()), 0);
  for (std::size_t row = 0; row < names.size(); ++row) {
    const bool in_session = !events.session().empty() && events.session()[row] >= 0;
    if (in_session) {
      names[row] = events.session()[row];
    } else if (events.order() == Order::kTime) {
      names[row] = -1 - events.time_us()[row] / kMicrosecondsPerDay;
    }
  }
  return names;
}

struct Visit {
  std::int64_t begin_us, end_us;
  std::vector<std::size_t> rows;  // oldest first
};

// Every user's visits, (n_visits,).
std::vector<Visit> visits_of(const Events& events) {
  const auto names = visit_names(events);
  std::vector<Visit> visits;
  for (std::int32_t user = 0; user < events.users().size(); ++user) {
    std::map<std::int64_t, std::size_t> of_user;
    const auto begin = static_cast<std::size_t>(events.offsets()[static_cast<std::size_t>(user)]);
    const auto end = static_cast<std::size_t>(events.offsets()[static_cast<std::size_t>(user) + 1]);
    for (std::size_t row = begin; row < end; ++row) {
      const auto time_us = events.time_us()[row];
      const auto [place, is_new] = of_user.try_emplace(names[row], visits.size());
      if (is_new) visits.push_back({.begin_us = time_us, .end_us = time_us, .rows = {}});
      visits[place->second].end_us = time_us;
      visits[place->second].rows.push_back(row);
    }
  }
  return visits;
}

// Which visits are asked, and which are in neither part.
struct Choice {
  std::vector<bool> asked, dropped;
};

Choice choose(const std::vector<Visit>& visits, double share, bool timed, std::uint64_t seed) {
  const auto n = static_cast<std::int32_t>(visits.size());
  if (!timed) return {marked(n, share, seed), std::vector<bool>(visits.size())};
  std::vector<std::int64_t> begins;
  begins.reserve(visits.size());
  for (const auto& visit : visits) begins.push_back(visit.begin_us);
  std::sort(begins.begin(), begins.end());
  const auto newest = std::max<std::size_t>(1, static_cast<std::size_t>(share * n));
  const auto cut_us = begins[begins.size() - newest];
  Choice choice;
  for (const auto& visit : visits) {
    choice.asked.push_back(visit.begin_us >= cut_us);
    choice.dropped.push_back(visit.begin_us < cut_us && visit.end_us >= cut_us);
  }
  return choice;
}

}  // namespace

Split split_by_time(const Events& events, std::int64_t cut_us, const SplitOptions& options) {
  require_times(events);
  EventParts parts(events, options);
  const auto roles = parts.roles();
  for (std::size_t row = 0; row < roles.size(); ++row) {
    if (events.time_us()[row] >= cut_us) roles[row] = Role::kAnswer;
  }
  return parts.by_visitor(true);
}

Split split_last(const Events& events, int n, const SplitOptions& options) {
  require_order(events);
  require(n > 0, "n", "be positive", n);
  EventParts parts(events, options);
  for (std::int32_t user = 0; user < events.users().size(); ++user) {
    const auto begin = parts.begin_of(user), end = parts.end_of(user);
    const auto last = std::min(static_cast<std::size_t>(n), end - begin);
    if (last > 0) parts.ask_from(user, end - last, Role::kTrain);
  }
  return parts.by_visitor(true);
}

Split split_baskets(const Events& events, int n, const SplitOptions& options) {
  require_order(events);
  require(n > 0, "n", "be positive", n);
  require(events.order() == Order::kTime || !events.session().empty(), "events",
          "have sessions or times", "none");
  EventParts parts(events, options);
  const auto names = visit_names(events);
  for (std::int32_t user = 0; user < events.users().size(); ++user) {
    const auto begin = parts.begin_of(user);
    auto first = parts.end_of(user);
    for (int left = n; left > 0 && first > begin; --left) {
      const auto name = names[first - 1];
      while (first > begin && names[first - 1] == name) --first;
    }
    if (first < parts.end_of(user)) parts.ask_from(user, first, Role::kTrain);
  }
  return parts.by_visitor(true);
}

Split split_sessions(const Events& events, double share, const SplitOptions& options) {
  require_order(events);
  require_share(share);
  EventParts parts(events, options);
  const auto roles = parts.roles();
  const auto visits = visits_of(events);
  const auto choice = choose(visits, share, events.order() == Order::kTime, options.seed);
  std::vector<std::int32_t> query_of_row(roles.size(), kNoIndex);
  for (std::size_t v = 0; v < visits.size(); ++v) {
    for (const auto row : visits[v].rows) {
      if (choice.dropped[v]) roles[row] = Role::kDropped;
      if (!choice.asked[v]) continue;
      query_of_row[row] = static_cast<std::int32_t>(v);
      const bool is_last = events.time_us()[row] == visits[v].end_us;
      roles[row] = is_last ? Role::kAnswer : Role::kHistory;
    }
  }
  return parts.by_query(query_of_row, static_cast<std::int32_t>(visits.size()));
}

Split split_cold_items(const Events& events, double share, std::optional<std::int64_t> cut_us,
                       const SplitOptions& options) {
  require_share(share);
  const bool timed = events.order() == Order::kTime;
  if (cut_us) require_times(events);
  if (timed && !cut_us) {
    constexpr std::int64_t kTenths = 10;
    cut_us = events.end_us() - (events.end_us() - events.begin_us()) / kTenths;
  }
  EventParts parts(events, options);
  const auto roles = parts.roles();
  const auto is_cold = marked(events.items().size(), share, options.seed);
  for (std::size_t row = 0; row < roles.size(); ++row) {
    const bool is_late = timed && events.time_us()[row] >= *cut_us;
    const bool cold = is_cold[static_cast<std::size_t>(events.item()[row])];
    if (cold) roles[row] = is_late || !timed ? Role::kAnswer : Role::kDropped;
    if (!cold && is_late) roles[row] = Role::kDropped;
  }
  return parts.by_visitor(true);
}

Split split_users(const Events& events, int fold, int folds, double share,
                  const SplitOptions& options) {
  require_share(share);
  require(folds >= 2, "folds", "be 2 or more", folds);
  require(0 <= fold && fold < folds, "fold", "be in [0, folds)", fold);
  EventParts parts(events, options);
  const auto roles = parts.roles();
  const auto order = shuffled(events.users().size(), options.seed);
  for (std::size_t place = static_cast<std::size_t>(fold); place < order.size();
       place += static_cast<std::size_t>(folds)) {
    const auto user = order[place];
    const auto begin = parts.begin_of(user), size = parts.end_of(user) - begin;
    if (size == 0) continue;
    const auto n = std::clamp<std::size_t>(
        static_cast<std::size_t>(share * static_cast<double>(size)), 1, size);
    if (events.order() != Order::kNone) {
      parts.ask_from(user, begin + size - n, Role::kHistory);
      continue;
    }
    const auto own_seed = options.seed + static_cast<std::uint64_t>(user) + 1;
    const auto asked = marked(static_cast<std::int32_t>(size), share, own_seed);
    for (std::size_t i = 0; i < size; ++i) {
      roles[begin + i] = asked[i] ? Role::kAnswer : Role::kHistory;
    }
  }
  return parts.by_visitor(false);
}

Split split_at_random(const Events& events, double share, const SplitOptions& options) {
  require_share(share);
  EventParts parts(events, options);
  Random random(options.seed);
  for (auto& role : parts.roles()) {
    if (random.uniform() < share) role = Role::kAnswer;
  }
  return parts.by_visitor(true);
}

}  // namespace endcap
