#include "endcap/matrix/visitor_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace endcap {
namespace {

// `n` visitors of one item each: that of their tenth, or any.
Interactions log_of(int n, bool by_tenths, Order order = Order::kSequence) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < n; ++user) {
    // The newest tenth has what the tenth before it had.
    const int tenth = by_tenths ? user * 10 / n : user % 10;
    events.push_back({.item = by_tenths && tenth == 9 ? 8 : tenth});
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {10, order, std::move(offsets), std::move(events)};
}

TEST(VisitorOrderTest, IsSeenByWhatTheNewestHaveInCommon) {
  EXPECT_TRUE(newest_visitors_last(log_of(500, true)));
  EXPECT_FALSE(newest_visitors_last(log_of(500, false)));
}

TEST(VisitorOrderTest, VisitorsWhoDidNothingSayNothing) {
  const auto log = log_of(500, true);
  std::vector<std::int64_t> offsets(log.offsets().begin(), log.offsets().end());
  offsets.insert(offsets.end(), 500, offsets.back());
  EXPECT_TRUE(newest_visitors_last({10, Order::kSequence, std::move(offsets), log.events()}));
}

TEST(VisitorOrderTest, NeedsAnOrderWithoutTimesAndEnoughVisitors) {
  EXPECT_FALSE(newest_visitors_last(log_of(500, true, Order::kTime)));
  EXPECT_FALSE(newest_visitors_last(log_of(500, true, Order::kNone)));
  EXPECT_FALSE(newest_visitors_last(log_of(99, true)));
  EXPECT_FALSE(newest_visitors_last({}));
}

// Visitors of two events, the second so many days after the first.
Interactions two_events_each(const std::vector<int>& days) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (const auto later : days) {
    events.push_back({.time_us = 5, .item = 0});
    events.push_back({.time_us = 6 + later * kMicrosecondsPerDay, .item = 1});
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {2, Order::kTime, std::move(offsets), std::move(events)};
}

TEST(VisitorOrderTest, VisitsAreSingleWhereNotOneInTenComesBack) {
  std::vector<int> days(20, 0);
  days[7] = 3;
  EXPECT_TRUE(visits_are_single(two_events_each(days)));
  days[8] = 1;
  EXPECT_FALSE(visits_are_single(two_events_each(days)));
  EXPECT_FALSE(visits_are_single(log_of(500, true)));                // no times
  EXPECT_FALSE(visits_are_single(log_of(500, true, Order::kTime)));  // one event each
}

// `n` visitors who come twice after `guests` who do two things at once.
Interactions guests_and(int guests, int n) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < guests + n; ++user) {
    events.push_back({.time_us = user, .item = 0});
    events.push_back({.time_us = user < guests ? user : user + 1, .item = 1});
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {2, Order::kTime, std::move(offsets), std::move(events)};
}

TEST(VisitorOrderTest, GuestsTellNone) {
  EXPECT_FALSE(tells_order(guests_and(100, 0)));
  EXPECT_FALSE(tells_order(guests_and(100, 1)));
  EXPECT_TRUE(tells_order(guests_and(99, 1)));
  EXPECT_TRUE(tells_order(guests_and(0, 1)));
  EXPECT_TRUE(tells_order(log_of(5, true, Order::kTime)));  // one event each: nothing against it
}

TEST(VisitorOrderTest, SequencesTellOneAndSetsNone) {
  EXPECT_TRUE(tells_order(log_of(5, true, Order::kSequence)));
  EXPECT_FALSE(tells_order(log_of(5, true, Order::kNone)));
}

// Who did anything in a part of a log.
std::vector<UserIndex> users_in_part(const Interactions& log, std::int64_t max_events) {
  const auto part = newest_part(log, max_events, 1);
  EXPECT_EQ(part.n_users(), log.n_users());
  EXPECT_EQ(part.n_items(), log.n_items());
  for (UserIndex user = 0; user < part.n_users(); ++user) {  // all that they did
    const auto own = part.events_of(user), whole = log.events_of(user);
    EXPECT_TRUE(own.empty() || std::equal(own.begin(), own.end(), whole.begin(), whole.end()));
  }
  return active_users(part);
}

TEST(VisitorOrderTest, TheNewestPartIsOfThoseWhoCameLast) {
  const auto at = [](std::int64_t time_us) { return Interaction{.time_us = time_us}; };
  const Interactions log(1, Order::kTime, std::vector<std::int64_t>{0, 2, 3, 3, 5},
                         std::vector<Interaction>{at(1), at(9), at(7), at(2), at(8)});
  EXPECT_EQ(users_in_part(log, 5), (std::vector<UserIndex>{0, 1, 3}));
  EXPECT_EQ(users_in_part(log, 4), (std::vector<UserIndex>{0, 3}));
  EXPECT_EQ(users_in_part(log, 3), (std::vector<UserIndex>{0, 1}));  // no room for the last but one
  EXPECT_EQ(users_in_part(log, 1), (std::vector<UserIndex>{1}));
  const auto newest = users_in_part(log_of(500, true), 100);
  ASSERT_EQ(newest.size(), 100u);
  EXPECT_EQ(newest.front(), 400);
}

TEST(VisitorOrderTest, APartOfALogWithoutOrderIsDrawn) {
  const auto log = log_of(500, false);
  const auto some = users_in_part(log, 100), others = active_users(newest_part(log, 100, 2));
  EXPECT_EQ(some.size(), 100u);
  EXPECT_NE(some, others);
  EXPECT_LT(some.front(), 50);
  EXPECT_GT(some.back(), 450);
}

}  // namespace
}  // namespace endcap
