#include "endcap/tuning/validation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace endcap {
namespace {

constexpr std::int64_t kDay = kMicrosecondsPerDay;
const std::vector<bool> kAnyKind = {true, true};

struct Event {
  ItemIndex item;
  std::int64_t day;
  std::int16_t kind = 0;
};

// Events of a day make a basket.
Interactions log_of(Order order, const std::vector<std::vector<Event>>& visitors) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  std::int32_t n_items = 0;
  for (const auto& visitor : visitors) {
    std::int32_t basket = -1;
    std::int64_t day = -1;
    for (const auto& event : visitor) {
      if (event.day != day) ++basket;
      day = event.day;
      n_items = std::max(n_items, event.item + 1);
      events.push_back({.time_us = day * (order == Order::kTime ? kDay : 1),
                        .item = event.item,
                        .basket = order == Order::kTime ? basket : kNoIndex,
                        .kind = event.kind});
    }
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {n_items, order, std::move(offsets), std::move(events)};
}

std::vector<ItemIndex> items(const std::vector<Interaction>& events) {
  std::vector<ItemIndex> result;
  result.reserve(events.size());
  for (const auto& event : events) result.push_back(event.item);
  return result;
}

// 1,000 visitors of three items each. The fashion changes with every hundred visitors, if at all.
Interactions fashions(bool change) {
  std::vector<std::vector<Event>> visitors;
  for (int user = 0; user < 1000; ++user) {
    const int first = change ? user / 100 * 2 : user % 7;
    visitors.push_back({{first + user % 10, 0}, {first + user % 3, 1}, {first + user % 5, 2}});
  }
  return log_of(Order::kSequence, visitors);
}

TEST(ValidationTest, AsksBeforeTheFirstTargetInTheNewestDays) {
  const auto log = log_of(
      Order::kTime, {{{0, 0}, {1, 95, 1}, {2, 96}, {3, 97}, {4, 98, 1}}, {{5, 3}, {6, 100, 1}}});
  const auto v = hold_out(log, {true, false}, 0, {.enough_queries = 1});
  ASSERT_EQ(v.queries.size(), 1u);  // the second visitor has no target event after day 90
  EXPECT_EQ(items(v.queries[0].history), (std::vector<ItemIndex>{0, 1}));
  EXPECT_EQ(v.queries[0].wanted, (std::vector<ItemIndex>{2, 3}));
  EXPECT_EQ(v.queries[0].now_us, 96 * kDay);
  EXPECT_EQ(train_part(log, v).n_events(), 2);
}

TEST(ValidationTest, TakesTheNewestEventsWhereTheLogThinsOut) {
  std::vector<std::vector<Event>> visitors = {{{0, 0}, {1, 1000}}};  // the last one goes out late
  for (int day = 0; day < 100; ++day) visitors.push_back({{2, day}, {3, day + 5}});
  const auto log = log_of(Order::kTime, visitors);
  EXPECT_EQ(hold_out(log, kAnyKind, 0, {.enough_queries = 1}).queries.size(), 1u);
  const auto v = hold_out(log, kAnyKind, 0, {.enough_queries = 2});
  EXPECT_EQ(v.queries.size(), 6u);  // of those who came before day 92, since when a tenth came
  EXPECT_EQ(train_part(log, v).n_events(), 180);
}

TEST(ValidationTest, TakesMoreDaysWhereTooFewVisitorsAreAsked) {
  const auto log = log_of(Order::kTime, {{{0, 0}, {1, 75}}, {{2, 5}, {3, 100}}});
  EXPECT_EQ(hold_out(log, kAnyKind, 0, {.enough_queries = 1}).queries.size(), 1u);
  EXPECT_EQ(hold_out(log, kAnyKind, 0, {.enough_queries = 2}).queries.size(), 2u);  // from day 70
}

TEST(ValidationTest, AsksForDiscoveriesAsIfTheyHadNotBeenMet) {
  // Item 1 was looked at before it was bought, item 2 bought before, item 3 never met.
  const auto log = log_of(Order::kTime, {{{0, 0, 1}, {1, 5, 1}, {2, 6}, {1, 95}, {2, 96}, {3, 97}},
                                         {{4, 3, 1}, {4, 100}}});
  const auto v = hold_out(log, {true, false}, 0, {.enough_queries = 1});
  ASSERT_EQ(v.queries.size(), 2u);
  EXPECT_EQ(items(v.queries[0].history), (std::vector<ItemIndex>{0, 1, 2}));
  ASSERT_EQ(v.discoveries.size(), 2u);  // of the second visitor nothing else is known
  EXPECT_EQ(items(v.discoveries[0].history), (std::vector<ItemIndex>{0, 2}));
  EXPECT_EQ(v.discoveries[0].wanted, (std::vector<ItemIndex>{1, 2, 3}));
  EXPECT_EQ(items(v.discoveries[1].history), (std::vector<ItemIndex>{0, 1, 2, 1, 2}));
  EXPECT_EQ(v.discoveries[1].wanted, (std::vector<ItemIndex>{3}));
  EXPECT_EQ(train_part(log, v).n_events(), 2);  // models have not seen the looks either
  EXPECT_TRUE(hold_out(log, kAnyKind, 0).discoveries.empty());  // where all are targets
}

TEST(ValidationTest, NobodyAsksForMoreThanFourDiscoveries) {
  std::vector<Event> collector = {{0, 0, 1}};
  for (int i = 1; i < 20; ++i) collector.push_back({i, 95});
  const auto v = hold_out(log_of(Order::kTime, {collector}), {true, false}, 0);
  EXPECT_EQ(v.discoveries.size(), 4u);
}

TEST(ValidationTest, AsksAsBeforeWhereTheNewestDaysAskLittle) {
  std::vector<std::vector<Event>> visitors(3, {{0, 0}, {1, 75}, {2, 85}, {3, 95}, {4, 100}});
  const auto log = log_of(Order::kTime, visitors);
  const auto newest = hold_out(log, kAnyKind, 0, {.enough_queries = 1});
  const auto older = more_hold_outs(log, kAnyKind, 0, newest);
  ASSERT_EQ(older.size(), 2u);
  for (std::size_t age = 0; age < older.size(); ++age) {
    ASSERT_EQ(older[age].queries.size(), 3u);
    const std::vector<ItemIndex> wanted = {2 - static_cast<ItemIndex>(age)};
    EXPECT_EQ(older[age].queries[0].wanted, wanted);  // and nothing that came later
    EXPECT_EQ(train_part(log, older[age]).end_us(), (age == 0 ? 75 : 0) * kDay);
  }
  EXPECT_EQ(more_hold_outs(log, kAnyKind, 0, newest, {.max_queries = 4}).size(), 1u);
  EXPECT_TRUE(more_hold_outs(log, kAnyKind, 0, newest, {.max_queries = 3}).empty());
}

TEST(ValidationTest, LearnsFromAtLeastHalfTheLog) {
  std::vector<std::vector<Event>> visitors(3, {{0, 0}, {1, 41}, {2, 75}, {3, 100}});
  const auto log = log_of(Order::kTime, visitors);
  const auto newest = hold_out(log, kAnyKind, 0);  // 30 of 100 days, for want of queries
  EXPECT_EQ(newest.cut_us, 70 * kDay);
  EXPECT_TRUE(more_hold_outs(log, kAnyKind, 0, newest).empty());
}

TEST(ValidationTest, AsksForLastDiscoveriesWhenAllElseIsKnown) {
  // Item 2 was looked at before it was bought; item 1 was bought before.
  std::vector<std::vector<Event>> visitors;
  for (std::int64_t user = 0; user < 400; ++user) {
    const std::int64_t day = user % 50;
    visitors.push_back(
        {{0, day, 1}, {1, day + 1}, {2, day + 2, 1}, {2, day + 30}, {1, day + 40}, {3, 99, 1}});
  }
  visitors.push_back({{5, 3, 1}, {6, 100, 1}});  // discovers nothing
  const auto log = log_of(Order::kTime, visitors);
  const auto newest = hold_out(log, {true, false}, 0);
  const auto more = more_hold_outs(log, {true, false}, 0, newest);
  ASSERT_EQ(more.size(), 2u);
  std::vector<UserIndex> asked;
  for (const auto& half : more) {
    EXPECT_TRUE(half.queries.empty());
    EXPECT_NEAR(static_cast<double>(half.discoveries.size()), 200, 40);
    for (const auto& query : half.discoveries) {
      EXPECT_EQ(items(query.history), (std::vector<ItemIndex>{0, 1}));
      EXPECT_EQ(query.wanted, (std::vector<ItemIndex>{1, 2}));
      EXPECT_EQ(query.now_us, query.history[0].time_us + 30 * kDay);
      asked.push_back(query.user);
    }
    EXPECT_EQ(train_part(log, half).n_events(), log.n_events() - 4 * std::ssize(half.discoveries));
  }
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(std::adjacent_find(asked.begin(), asked.end()), asked.end());
  EXPECT_EQ(asked.size(), 400u);  // each once
}

TEST(ValidationTest, HoldsOutNoMoreWhereTimesAreNotKnown) {
  const auto log = fashions(true);
  EXPECT_TRUE(more_hold_outs(log, kAnyKind, 0, hold_out(log, kAnyKind, 0)).empty());
}

TEST(ValidationTest, AsksNewcomersWithinTheirFirstDay) {
  std::vector<Event> newcomer, returning = {{9, 0}};
  for (int i = 0; i < 8; ++i) newcomer.push_back({i, 95});
  newcomer.push_back({8, 99, 1});
  returning.insert(returning.end(), newcomer.begin(), newcomer.end());
  std::vector<std::vector<Event>> visitors(200, newcomer);
  visitors.push_back(returning);
  visitors.push_back({{0, 95}, {1, 96}});  // wants nothing that counts
  visitors.push_back({{0, 100, 1}});       // one event: nothing is left to want
  const auto v = hold_out(log_of(Order::kTime, visitors), {false, true}, 0, {.enough_queries = 1});
  ASSERT_EQ(v.first_visits.size(), 200u);
  std::size_t shortest = 9, longest = 0;
  for (const auto& query : v.first_visits) {
    EXPECT_LT(query.user, 200);
    EXPECT_EQ(query.wanted, std::vector<ItemIndex>{8});
    EXPECT_EQ(query.now_us, 95 * kDay);
    shortest = std::min(shortest, query.history.size());
    longest = std::max(longest, query.history.size());
  }
  EXPECT_EQ(shortest, 1u);
  EXPECT_EQ(longest, 8u);  // what came days later is no part of the visit
  EXPECT_TRUE(hold_out(fashions(true), kAnyKind, 0).first_visits.empty());
}

TEST(ValidationTest, AsksForTheLastBasketWhereTimesCountFromEachBeginning) {
  std::vector<std::vector<Event>> visitors(20, {{0, 0}, {1, 1}});
  visitors[1] = {{2, 0}, {3, 1}, {4, 5}, {4, 5}, {3, 5}};
  visitors[2] = {{5, 0}};  // one basket: nothing to ask
  const auto log = log_of(Order::kTime, visitors);
  const auto v = hold_out(log, kAnyKind, 0, {.share_of_sequences = 1});
  ASSERT_EQ(v.queries.size(), 19u);
  EXPECT_EQ(v.queries[0].wanted, std::vector<ItemIndex>{1});
  EXPECT_EQ(items(v.queries[1].history), (std::vector<ItemIndex>{2, 3}));
  EXPECT_EQ(v.queries[1].wanted, (std::vector<ItemIndex>{3, 4}));
  EXPECT_EQ(v.queries[1].now_us, 5 * kDay);
  EXPECT_EQ(train_part(log, v).n_events(), 18 + 2 + 1);
}

TEST(ValidationTest, HoldsOutTheNewestVisitorsWhereTheyComeLast) {
  const auto log = fashions(true);
  EXPECT_TRUE(newest_visitors_last(log));
  const auto v = hold_out(log, kAnyKind, 0);
  EXPECT_EQ(train_part(log, v).n_events(), 2700);  // nothing of the last hundred visitors
  ASSERT_EQ(v.queries.size(), 100u);
  EXPECT_EQ(v.queries[0].user, 900);
  std::vector<std::size_t> lengths;
  for (const auto& query : v.queries) lengths.push_back(query.history.size());
  EXPECT_EQ(std::count(lengths.begin(), lengths.end(), 1u) +
                std::count(lengths.begin(), lengths.end(), 2u),
            100);
  EXPECT_GT(std::count(lengths.begin(), lengths.end(), 1u), 30);
}

TEST(ValidationTest, HoldsOutLastEventsWhereVisitorsComeInNoOrder) {
  const auto log = fashions(false);
  EXPECT_FALSE(newest_visitors_last(log));
  const auto v = hold_out(log, kAnyKind, 0);
  EXPECT_EQ(v.queries.size(), 301u);
  EXPECT_EQ(train_part(log, v).n_events(), 2699);
  for (const auto& query : v.queries) EXPECT_EQ(query.history.size(), 2u);
}

TEST(ValidationTest, HoldsOutAPartOfSets) {
  const std::vector<Event> set = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}};
  const auto log = log_of(Order::kNone, {set, set, set});
  const auto v = hold_out(log, kAnyKind, 0);
  ASSERT_EQ(v.queries.size(), 2u);
  for (const auto& query : v.queries) {
    EXPECT_EQ(query.history.size(), 3u);
    EXPECT_EQ(query.wanted.size(), 2u);
  }
  EXPECT_EQ(train_part(log, v).n_events(), 11);
}

TEST(ValidationTest, FirstVisitsKnowAnythingOfABasketNotItsLowestItems) {
  std::vector<std::vector<Event>> visitors(1, {{0, 0}, {0, 50}, {0, 100}});
  for (int n = 0; n < 40; ++n) visitors.push_back({{1, 95}, {2, 95}, {3, 95}, {4, 95}, {5, 96}});
  const auto v = hold_out(log_of(Order::kTime, visitors), kAnyKind, 0, {.enough_queries = 1});
  ASSERT_EQ(v.first_visits.size(), 40u);
  int lowest = 0;
  for (const auto& query : v.first_visits) {
    const auto known = items(query.history);
    EXPECT_EQ(query.wanted.size(), 5 - known.size());
    EXPECT_EQ(query.wanted.back(), 5);  // of the next day
    lowest += *std::max_element(known.begin(), known.end()) == std::ssize(known) ? 1 : 0;
  }
  EXPECT_LT(lowest, 30);
}

// Of a long visit, what comes next: ten steps, or the whole of the basket that has the tenth item.
TEST(ValidationTest, AFirstVisitIsNotAskedForAllThatIsEverDone) {
  std::vector<Event> walk, basket = {{0, 91}};
  for (int n = 0; n < 40; ++n) walk.push_back({n, 91 + n / 4});
  for (int n = 1; n < 40; ++n) basket.push_back({n, n < 20 ? 92 : 93});
  std::vector<std::vector<Event>> visitors(20, walk);
  visitors.push_back({{0, 0}, {1, 50}, {2, 100}});
  for (int n = 0; n < 20; ++n) visitors.push_back(basket);
  const auto v = hold_out(log_of(Order::kTime, visitors), kAnyKind, 0, {.enough_queries = 1});
  for (const auto& query : v.first_visits) {
    const auto known = static_cast<ItemIndex>(query.history.size());
    if (query.user < 20) {  // to the end of the day of the tenth
      EXPECT_GE(query.wanted.size(), 10u);
      EXPECT_EQ(query.wanted.back(), (known + 9) / 4 * 4 + 3);
    } else {
      EXPECT_EQ(query.wanted.size(), 19u);
    }
  }
  EXPECT_EQ(v.first_visits.size(), 40u);
}

TEST(ValidationTest, AsksHowVisitsGoOnWhereNobodyComesBack) {
  constexpr int kVisitors = 200;
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (std::int64_t day = 0; day < kVisitors; ++day) {
    for (std::int64_t step = 0; step < 3; ++step) {
      events.push_back(
          {.time_us = day * kDay + step, .item = static_cast<ItemIndex>((day + step) % 7)});
    }
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  const Interactions log(7, Order::kTime, std::move(offsets), std::move(events));
  const auto v = hold_out(log, kAnyKind, 0, {.enough_queries = 1});
  EXPECT_EQ(v.queries.size(), 20u);  // the newest tenth
  EXPECT_TRUE(v.first_visits.empty());
  EXPECT_EQ(train_part(log, v).n_events(), 3 * 180);  // which nothing else is known of
  for (const auto& query : v.queries) {
    EXPECT_EQ(query.history.size() + query.wanted.size(), 3u);
    EXPECT_EQ(query.now_us, query.history.back().time_us);
  }
}

TEST(ValidationTest, AsksGuestsForAPartOfTheirOnlyBasket) {
  std::vector<std::vector<Event>> visitors(100);
  for (std::int64_t day = 0; auto& visitor : visitors) {
    visitor = {{0, day}, {1, day}, {2, day}, {2, day}};
    ++day;
  }
  const auto log = log_of(Order::kTime, visitors);
  const auto newest = hold_out(log, kAnyKind, 0, {.enough_queries = 1});
  ASSERT_EQ(newest.queries.size(), 10u);  // of the newest tenth
  for (const auto& query : newest.queries) {
    ASSERT_EQ(query.wanted.size(), 1u);
    EXPECT_EQ(query.history.size(), query.wanted[0] == 2 ? 2u : 3u);  // all of an item is hidden
    EXPECT_EQ(query.now_us, query.history[0].time_us);
  }
  EXPECT_EQ(train_part(log, newest).n_events(), 90 * 4);  // and all else of the asked
  const auto more = more_hold_outs(log, kAnyKind, 0, newest);
  ASSERT_EQ(more.size(), 3u);
  EXPECT_EQ(more[0].queries.size(), 10u);
  EXPECT_EQ(train_part(log, more[0]).n_events(), 80 * 4);
}

TEST(ValidationTest, HoldsOutAPartWhereAllTimesAreOne) {
  const std::vector<Event> basket = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}};
  const auto v = hold_out(log_of(Order::kTime, {basket, basket, basket}), kAnyKind, 0);
  EXPECT_EQ(v.queries.size(), 2u);
}

TEST(ValidationTest, WantsTargetsOfSets) {
  const std::vector<Event> set = {{0, 0, 1}, {1, 0, 0}, {2, 0, 1}, {3, 0, 1}, {4, 0, 1}};
  const std::vector<std::vector<Event>> sets(30, set);
  const auto v = hold_out(log_of(Order::kNone, sets), {true, false}, 0);
  ASSERT_FALSE(v.queries.empty());
  EXPECT_LT(v.queries.size(), 11u);  // nothing is asked where no target is hidden
  for (const auto& query : v.queries) {
    EXPECT_EQ(query.wanted, std::vector<ItemIndex>{1});
    EXPECT_EQ(query.history.size(), 3u);
  }
}

}  // namespace
}  // namespace endcap
