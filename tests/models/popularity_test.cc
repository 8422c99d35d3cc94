#include "endcap/models/popularity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

// Item 0 twice at the start, item 1 once ten days later, item 2 never.
Interactions ten_days(Order order) {
  auto events = events_of({0, 0, 1});
  for (auto& event : events) event.time_us = event.item == 1 ? 10 * kMicrosecondsPerDay : 0;
  return {3, order, std::vector<std::int64_t>{0, 3}, std::move(events)};
}

TEST(PopularityTest, CountsEvents) {
  const auto model = Popularity::fit(ten_days(Order::kTime));
  EXPECT_FLOAT_EQ(model.scores()[0], std::log(3.0f));
  EXPECT_FLOAT_EQ(model.scores()[1], std::log(2.0f));
  EXPECT_EQ(model.scores()[2], 0);
}

TEST(PopularityTest, FadesFromTheNewestEvent) {
  const auto model = Popularity::fit(ten_days(Order::kTime), {.half_life_days = 10});
  EXPECT_FLOAT_EQ(model.scores()[0], std::log(1 + 2 * 0.5f));
  EXPECT_FLOAT_EQ(model.scores()[1], std::log(2.0f));
}

TEST(PopularityTest, TheRootTellsBestSellersApart) {
  const auto model = Popularity::fit(ten_days(Order::kTime),
                                     {.half_life_days = 10, .scale = PopularityScale::kRoot});
  EXPECT_FLOAT_EQ(model.scores()[0], 1);  // two events of half a weight
  EXPECT_EQ(model.scores()[2], 0);
}

TEST(PopularityTest, PlacesInAnOrderAreNoTimes) {
  const auto model = Popularity::fit(ten_days(Order::kSequence), {.half_life_days = 10});
  EXPECT_FLOAT_EQ(model.scores()[0], std::log(3.0f));
}

// Visitors of one item each, the last two of nothing if `and_nobody`.
Interactions in_turn(const std::vector<ItemIndex>& items, bool and_nobody) {
  std::vector<std::int64_t> offsets = {0};
  for (std::size_t n = 1; n <= items.size(); ++n) offsets.push_back(static_cast<std::int64_t>(n));
  if (and_nobody) offsets.insert(offsets.end(), 2, offsets.back());
  return {3, Order::kSequence, std::move(offsets), events_of(items)};
}

TEST(PopularityTest, FadesByTheVisitorsWhoCameLater) {
  for (const bool and_nobody : {false, true}) {
    const auto model =
        Popularity::fit(in_turn({0, 1, 2, 2}, and_nobody), {.half_life_visitors = 0.25f});
    EXPECT_FLOAT_EQ(model.scores()[0], std::log1p(0.125f));
    EXPECT_FLOAT_EQ(model.scores()[1], std::log1p(0.25f));
    EXPECT_FLOAT_EQ(model.scores()[2], std::log1p(1.5f));
  }
}

TEST(PopularityTest, IsTheSameForEverybodyAndNobodysReason) {
  const auto model = Popularity::fit(ten_days(Order::kTime));
  const auto events = events_of({2, 1});
  ScoreBoard board(3);
  model.score({events}, board);
  EXPECT_EQ(board[0], model.scores()[0]);
  std::vector<float> parts(2, 99);
  EXPECT_EQ(model.explain({events}, 0, parts), model.scores()[0]);
  EXPECT_EQ(parts, std::vector<float>(2, 0.0f));
}

TEST(PopularityTest, RefusesAHalfLifeThatIsNotPositive) {
  EXPECT_THROW((void)Popularity::fit(ten_days(Order::kTime), {.half_life_days = 0}),
               std::invalid_argument);
  EXPECT_THROW((void)Popularity::fit(ten_days(Order::kSequence), {.half_life_visitors = -1}),
               std::invalid_argument);
}

}  // namespace
}  // namespace endcap
