#include "endcap/evaluation/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace endcap {
namespace {

// User 0 has items 0 1 2 at times 10 20 30, user 1 nothing, user 2 item 1 at time 25.
Interactions small_log() {
  std::vector<Interaction> events(4);
  const std::int64_t times[] = {10, 20, 30, 25};
  const ItemIndex items[] = {0, 1, 2, 1};
  for (std::size_t e = 0; e < events.size(); ++e) {
    events[e].time_us = times[e];
    events[e].item = items[e];
  }
  return {3, Order::kTime, std::vector<std::int64_t>{0, 3, 3, 4}, events};
}

std::vector<ItemIndex> items_of(const Interactions& log, UserIndex user) {
  std::vector<ItemIndex> items;
  for (const auto& event : log.events_of(user)) items.push_back(event.item);
  return items;
}

using Items = std::vector<ItemIndex>;

TEST(SplitTest, TimeCutHoldsOutWhatHappenedFromThenOn) {
  const auto split = split_by_time(small_log(), 25);
  EXPECT_EQ(items_of(split.train, 0), (Items{0, 1}));
  EXPECT_EQ(items_of(split.held_out, 0), (Items{2}));
  EXPECT_EQ(items_of(split.train, 2), (Items{}));
  EXPECT_EQ(items_of(split.held_out, 2), (Items{1}));
  EXPECT_EQ(split.train.end_us(), 20);
}

TEST(SplitTest, LastHoldsOutTheNewestButLeavesAHistory) {
  const auto split = split_last(small_log(), 2);
  EXPECT_EQ(items_of(split.train, 0), (Items{0}));
  EXPECT_EQ(items_of(split.held_out, 0), (Items{1, 2}));
  EXPECT_EQ(items_of(split.train, 2), (Items{1}));
  EXPECT_EQ(split.held_out.n_users(), 3);
}

TEST(SplitTest, RandomHoldsOutTheShareAndIsRepeatable) {
  std::vector<Interaction> events(10'000);
  std::vector<std::int64_t> offsets;
  for (std::int64_t o = 0; o <= 10'000; o += 10) offsets.push_back(o);
  const Interactions log(1, Order::kNone, offsets, events);
  const auto split = split_at_random(log, 0.2, 5);
  EXPECT_EQ(split.train.n_events() + split.held_out.n_events(), 10'000);
  // Four standard deviations of a binomial with 10,000 draws: 4 * 40.
  EXPECT_NEAR(static_cast<double>(split.held_out.n_events()), 2000, 160);
  const auto again = split_at_random(log, 0.2, 5);
  EXPECT_TRUE(std::ranges::equal(split.held_out.offsets(), again.held_out.offsets()));
}

TEST(SplitTest, FoldsAreEvenAndHoldOutEachUserOnce) {
  const auto folds = user_folds(3, 2, 1);
  EXPECT_EQ(std::ranges::count(folds, 0), 2);
  EXPECT_EQ(std::ranges::count(folds, 1), 1);
  const auto first = split_users(small_log(), folds, 0);
  const auto second = split_users(small_log(), folds, 1);
  for (UserIndex user = 0; user < 3; ++user) {
    EXPECT_EQ(items_of(first.held_out, user), items_of(second.train, user));
    EXPECT_EQ(items_of(first.train, user), items_of(second.held_out, user));
  }
}

TEST(SplitTest, WrongArgumentsThrow) {
  const Interactions sets(1, Order::kNone, std::vector<std::int64_t>{0},
                          std::vector<Interaction>{});
  EXPECT_THROW((void)split_by_time(sets, 0), std::invalid_argument);
  EXPECT_THROW((void)split_last(sets, 1), std::invalid_argument);
  EXPECT_THROW((void)split_last(small_log(), -1), std::invalid_argument);
  EXPECT_THROW((void)split_at_random(small_log(), 1.5, 0), std::invalid_argument);
  EXPECT_THROW((void)user_folds(3, 1, 0), std::invalid_argument);
  EXPECT_THROW((void)split_users(small_log(), {0}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
