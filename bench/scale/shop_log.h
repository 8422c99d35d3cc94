#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/events/events.h"

namespace endcap {

// A shop's log of any size, made up: the same seed and size give the same log, user by user, so
// that a part of it can be made without the rest. What it imitates, and how near it comes to real
// logs, stands in docs/scale.md.
//   items      n_events / 100, in groups of 50; groups, and the items of a group, are the more
//              popular the lower their number; a group has its season somewhere in the year
//   users      n_events / 10; visits by a Pareto law; a user keeps mostly to a few groups
//   sessions   a geometric number of events, mostly in one group; now and then a step back to an
//              item of the session
//   kinds      every event views; some go into the cart, some of those are bought
struct ShopLog {
  std::int64_t n_events = 0;  // wanted; the log comes within a few percent
  std::uint64_t seed = 1;

  static constexpr std::int32_t kGroup = 50;  // items of a group
  static constexpr std::int64_t kBegin = 1'672'531'200 * kMicrosecondsPerSecond;  // 2023-01-01
  static constexpr int kDays = 730;

  struct Row {
    std::int64_t time_us;
    std::int32_t item, session;
    std::int16_t kind;  // 0 view, 1 cart, 2 purchase
  };

  [[nodiscard]] std::int32_t n_users() const {
    return static_cast<std::int32_t>(std::max<std::int64_t>(n_events / 10, 1));
  }
  [[nodiscard]] std::int32_t n_groups() const {
    return static_cast<std::int32_t>(std::max<std::int64_t>(n_events / 100 / kGroup, 2));
  }
  [[nodiscard]] std::int32_t n_items() const { return n_groups() * kGroup; }

  // Appends the events of one user, oldest first.
  void append_user(std::int32_t user, std::vector<Row>& rows) const;

 private:
  struct Visit {
    std::int64_t time_us;
    std::int32_t session, group;
  };

  // A rank below n, the density of rank r falling as r^-.5.
  static std::int32_t low_rank(Random& random, std::int32_t n) {
    const double draw = random.uniform();
    return static_cast<std::int32_t>(draw * draw * n);
  }
  // Pareto's law with the mean 2.7 and exponent 1.6, cut at 300.
  static int n_visits(Random& random) {
    return static_cast<int>(std::min(300.0, std::pow(1 - random.uniform(), -1 / 1.6)));
  }
  // How much of a group's trade is left on a day of the year, in (0, 1].
  static double season(std::int32_t group, int day) {
    const int peak = static_cast<int>(Random(static_cast<std::uint64_t>(group)).below(365));
    const double away = 2 * std::numbers::pi * (day - peak) / 365;
    return .25 + .75 * std::exp(6 * (std::cos(away) - 1));
  }
  // The same for all: a group's items have popularities of their own.
  [[nodiscard]] std::int32_t item_of(std::int32_t group, Random& random) const {
    return group * kGroup + low_rank(random, kGroup);
  }
  [[nodiscard]] std::int32_t group_of(const std::vector<std::int32_t>& favourites, int day,
                                      Random& random) const;
  void append_visit(const Visit& visit, Random& random, std::vector<Row>& rows) const;
};

inline std::int32_t ShopLog::group_of(const std::vector<std::int32_t>& favourites, int day,
                                      Random& random) const {
  for (;;) {
    const auto group = random.uniform() < .7 ? favourites[random.below(favourites.size())]
                                             : low_rank(random, n_groups());
    if (random.uniform() < season(group, day % 365)) return group;
  }
}

inline void ShopLog::append_visit(const Visit& visit, Random& random,
                                  std::vector<Row>& rows) const {
  const auto first = rows.size();
  auto time = visit.time_us;
  do {
    const auto seen = rows.size() - first;
    auto item =
        item_of(random.uniform() < .85 ? visit.group : low_rank(random, n_groups()), random);
    if (seen > 0 && random.uniform() < .1) item = rows[first + random.below(seen)].item;
    rows.push_back({time, item, visit.session, 0});
    time += static_cast<std::int64_t>((10 + random.below(120)) * kMicrosecondsPerSecond);
    for (std::int16_t kind = 1; kind <= 2 && random.uniform() < (kind == 1 ? .08 : .4); ++kind) {
      rows.push_back({time, item, visit.session, kind});
      time += kMicrosecondsPerSecond * 60;
    }
  } while (random.uniform() < .74);
}

inline void ShopLog::append_user(std::int32_t user, std::vector<Row>& rows) const {
  Random random(Random(seed + static_cast<std::uint64_t>(user)).next());
  std::vector<std::int32_t> favourites(1 + random.below(3));
  for (auto& group : favourites) group = low_rank(random, n_groups());
  std::vector<std::int64_t> times(static_cast<std::size_t>(n_visits(random)));
  for (auto& time : times) {
    time = kBegin + static_cast<std::int64_t>(random.uniform() * kDays *
                                              static_cast<double>(kMicrosecondsPerDay));
  }
  std::sort(times.begin(), times.end());
  for (std::int32_t session = 0; const auto time : times) {
    const auto day = static_cast<int>((time - kBegin) / kMicrosecondsPerDay);
    append_visit({time, session++, group_of(favourites, day, random)}, random, rows);
  }
}

// The whole log in memory.
inline Events make_events(const ShopLog& log) {
  EventColumns columns;
  std::vector<std::int64_t> users(static_cast<std::size_t>(log.n_users()));
  std::vector<std::int64_t> items(static_cast<std::size_t>(log.n_items()));
  std::iota(users.begin(), users.end(), std::int64_t{0});
  std::iota(items.begin(), items.end(), std::int64_t{0});
  columns.users = Vocabulary(std::move(users));
  columns.items = Vocabulary(std::move(items));
  const std::int16_t kinds[] = {columns.kinds.at("view"), columns.kinds.at("cart"),
                                columns.kinds.at("purchase")};
  std::vector<ShopLog::Row> rows;
  for (std::int32_t user = 0; user < log.n_users(); ++user) {
    rows.clear();
    log.append_user(user, rows);
    for (const auto& row : rows) {
      columns.user.push_back(user);
      columns.item.push_back(row.item);
      columns.kind.push_back(kinds[row.kind]);
      columns.time_us.push_back(row.time_us);
      columns.session.push_back(row.session);
    }
  }
  return Events(std::move(columns));
}

}  // namespace endcap
