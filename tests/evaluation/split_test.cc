#include "endcap/evaluation/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {
namespace {

using Lists = std::map<std::string, std::vector<std::string>>;

std::string text(const Id& id) {
  const auto* number = std::get_if<std::int64_t>(&id);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(id);
}

Lists lists_of(const Events& events) {
  Lists lists;
  for (std::int64_t e = 0; e < events.size(); ++e) {
    const auto event = events.event(e);
    lists[text(event.user)].push_back(text(event.item));
  }
  return lists;
}

Lists answers_of(const Split& split) {
  Lists lists;
  for (std::int32_t q = 0; q < split.histories.users().size(); ++q) {
    for (const auto& id : split.relevant[static_cast<std::size_t>(q)]) {
      lists[text(split.histories.users().id(q))].push_back(text(id));
    }
  }
  return lists;
}

Event bought(const Id& user, const Id& item, std::int64_t time_us,
             const std::optional<Id>& session = {}) {
  Event event;
  event.user = user;
  event.item = item;
  event.kind = "purchase";
  event.time_us = time_us;
  event.session = session;
  return event;
}

// Ann has a b c at 10 20 30, Bob b at 25, Cem only d at 30.
Events small_log() {
  return Events::from_list({bought("ann", "a", 10), bought("ann", "b", 20), bought("ann", "c", 30),
                            bought("bob", "b", 25), bought("cem", "d", 30)});
}

TEST(SplitTest, TimeCutAsksKnownVisitorsForWhatCameFromThenOn) {
  const auto split = split_by_time(small_log(), 25);
  EXPECT_EQ(lists_of(split.train), (Lists{{"ann", {"a", "b"}}}));
  EXPECT_EQ(lists_of(split.histories), lists_of(split.train));
  EXPECT_EQ(answers_of(split), (Lists{{"ann", {"c"}}}));  // Bob and Cem were never seen before
  EXPECT_EQ(split.train.items().size(), 2);               // c is not even named
  EXPECT_TRUE(split.known);
}

TEST(SplitTest, LastAsksForTheNewestButLeavesAHistory) {
  const auto split = split_last(small_log(), 2);
  EXPECT_EQ(answers_of(split), (Lists{{"ann", {"b", "c"}}}));
  EXPECT_EQ(lists_of(split.train), (Lists{{"ann", {"a"}}}));
}

TEST(SplitTest, EqualTimesAreNeverDividedBetweenHistoryAndAnswer) {
  const auto split = split_last(Events::from_list({bought("ann", "a", 10), bought("ann", "b", 20),
                                                   bought("ann", "c", 20), bought("bob", "a", 1)}));
  EXPECT_EQ(answers_of(split), (Lists{{"ann", {"b", "c"}}}));
  EXPECT_EQ(lists_of(split.histories), (Lists{{"ann", {"a"}}}));
}

TEST(SplitTest, BasketsAreSessionsOrDays) {
  const auto day = kMicrosecondsPerDay;
  const auto days = Events::from_list(
      {bought("ann", "a", 1), bought("ann", "b", day), bought("ann", "c", day + 5)});
  EXPECT_EQ(answers_of(split_baskets(days)), (Lists{{"ann", {"b", "c"}}}));
  const auto sessions =
      Events::from_list({bought("ann", "a", 1, Id("x")), bought("ann", "b", 2, Id("x")),
                         bought("ann", "c", 3, Id("y"))});
  EXPECT_EQ(answers_of(split_baskets(sessions)), (Lists{{"ann", {"c"}}}));
}

TEST(SplitTest, SessionsAreAskedByStrangersForTheirLastItem) {
  // Visits x (1-2), y (5-9) and z (8-11). The newest third begins at 8: y was under way.
  const auto log =
      Events::from_list({bought("ann", "a", 1, Id("x")), bought("ann", "b", 2, Id("x")),
                         bought("bob", "b", 5, Id("y")), bought("bob", "c", 9, Id("y")),
                         bought("ann", "a", 8, Id("z")), bought("ann", "d", 11, Id("z"))});
  const auto split = split_sessions(log, 0.34);
  EXPECT_EQ(lists_of(split.train), (Lists{{"ann", {"a", "b"}}}));
  ASSERT_EQ(split.n_queries(), 1);
  EXPECT_EQ(split.relevant[0], (std::vector<Id>{Id("d")}));
  EXPECT_EQ(lists_of(split.histories).begin()->second, (std::vector<std::string>{"a"}));
  EXPECT_FALSE(split.known);
}

TEST(SplitTest, ColdItemsStandInNoHistory) {
  std::vector<Event> events;
  Random random(1);
  for (std::int64_t e = 0; e < 2000; ++e) {
    const auto user = static_cast<std::int64_t>(random.below(50));
    events.push_back(bought(user, static_cast<std::int64_t>(random.below(40)), e));
  }
  const auto log = Events::from_list(events);
  const auto split = split_cold_items(log, 0.1, 1500);
  std::set<Id> cold;
  for (const auto& of_query : split.relevant) cold.insert(of_query.begin(), of_query.end());
  EXPECT_EQ(cold.size(), 4u);
  for (const auto& id : cold) EXPECT_FALSE(split.train.items().find(id));
  EXPECT_EQ(split.train.items().size(), 36);
  EXPECT_LT(split.train.end_us(), 1500);
  EXPECT_LT(split.histories.end_us(), 1500);
}

TEST(SplitTest, FoldsAskEachUserOnceAndAreStrangersToTrain) {
  std::vector<std::vector<Id>> sequences;
  for (std::int64_t user = 0; user < 23; ++user) {
    sequences.push_back({Id(user % 3), Id(user % 5), Id(user % 7), Id(user % 2), Id(user)});
  }
  const auto log = Events::from_sequences(sequences);
  std::int64_t asked = 0;
  for (int fold = 0; fold < 4; ++fold) {
    const auto split = split_users(log, fold, 4);
    asked += split.n_queries();
    for (std::int32_t q = 0; q < split.histories.users().size(); ++q) {
      EXPECT_FALSE(split.train.users().find(split.histories.users().id(q)));
    }
  }
  EXPECT_EQ(asked, 23);
}

TEST(SplitTest, RandomHoldsOutTheShareAndIsRepeatable) {
  std::vector<std::vector<Id>> sequences(100);
  for (std::int64_t e = 0; e < 10'000; ++e) {
    const Id item(e);
    sequences[static_cast<std::size_t>(e % 100)].push_back(item);
  }
  const auto log = Events::from_sequences(sequences);
  const auto split = split_at_random(log, 0.2, {.seed = 5});
  // Four standard deviations of a binomial with 10,000 draws: 4 * 40.
  EXPECT_NEAR(static_cast<double>(split.train.size()), 8000, 160);
  EXPECT_EQ(split_at_random(log, 0.2, {.seed = 5}).relevant, split.relevant);
  EXPECT_NE(split_at_random(log, 0.2, {.seed = 6}).relevant, split.relevant);
}

TEST(SplitTest, OnlyTheTargetIsAskedForAndDislikesNever) {
  auto events = std::vector{bought("ann", "a", 1), bought("ann", "b", 5)};
  events.insert(events.end(), {bought("ann", "c", 5), bought("ann", "d", 5)});
  events[2].kind = "view";
  events[3].kind = "dismiss";
  const auto log = Events::from_list(events);
  EXPECT_EQ(answers_of(split_by_time(log, 5)), (Lists{{"ann", {"b"}}}));
  EXPECT_EQ(answers_of(split_by_time(log, 5, {.target = "view"})), (Lists{{"ann", {"c"}}}));
  // Nobody ever put anything in a cart: then every kind is asked for.
  EXPECT_EQ(answers_of(split_by_time(log, 5, {.target = "cart"})), (Lists{{"ann", {"b", "c"}}}));
}

TEST(SplitTest, WrongArgumentsThrow) {
  const auto log = small_log();
  const auto sequences = Events::from_sequences({{Id(1), Id(2)}});
  EXPECT_THROW((void)split_by_time(sequences, 0), std::invalid_argument);
  EXPECT_THROW((void)split_by_time(log, 0), std::invalid_argument);    // nothing to learn from
  EXPECT_THROW((void)split_by_time(log, 100), std::invalid_argument);  // nothing to ask
  EXPECT_THROW((void)split_by_time(log, 25, {.target = "hug"}), std::invalid_argument);
  EXPECT_THROW((void)split_last(log, 0), std::invalid_argument);
  EXPECT_THROW((void)split_baskets(sequences), std::invalid_argument);
  EXPECT_THROW((void)split_sessions(log, 1), std::invalid_argument);
  EXPECT_THROW((void)split_cold_items(sequences, 0.1, 5), std::invalid_argument);
  EXPECT_THROW((void)split_users(log, 0, 1), std::invalid_argument);
  EXPECT_THROW((void)split_users(log, 5, 5), std::invalid_argument);
  EXPECT_THROW((void)split_at_random(log, 0), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
