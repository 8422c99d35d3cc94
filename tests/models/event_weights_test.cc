#include "endcap/models/event_weights.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace endcap {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

Interaction event(std::int32_t basket, std::int64_t minute, std::int16_t kind = 0) {
  return {.time_us = minute * kMinute, .basket = basket, .kind = kind};
}

std::vector<float> weights_of(const EventWeights& weights, const std::vector<Interaction>& events,
                              std::int64_t minute) {
  std::vector<float> all(events.size());
  weights.for_each({.events = events, .now_us = minute * kMinute},
                   [&](std::size_t e, float weight) { all[e] = weight; });
  return all;
}

TEST(EventWeightsTest, PlacesCountSteps) {
  const std::vector<Interaction> events = {event(0, 0), event(1, 0), event(1, 0), event(2, 0)};
  EventWeights weights{.places = std::vector<float>{4, 2}};
  EXPECT_EQ(weights_of(weights, events, 0), (std::vector<float>{0, 0, 2, 4}));
  weights.steps = Steps::kBaskets;
  EXPECT_EQ(weights_of(weights, events, 0), (std::vector<float>{0, 2, 2, 4}));
  weights.steps = Steps::kNone;
  EXPECT_EQ(weights_of(weights, events, 0), (std::vector<float>{4, 4, 4, 4}));
}

// Ages of 0, 1, 3 and 100 minutes have 0, 1, 2 and 7 bits, of which the last has no weight its own;
// an event of tomorrow has no age; a kind newer than the weights says as much as any.
TEST(EventWeightsTest, KindsAndAgesAreFactors) {
  const EventWeights weights{.steps = Steps::kNone,
                             .places = std::vector<float>{1},
                             .kinds = std::vector<float>{1, 10},
                             .ages = std::vector<float>{2, 3, 5, 7}};
  EXPECT_EQ(
      weights_of(weights,
                 {event(0, 0, 1), event(0, 97, 1), event(0, 99), event(0, 100, 2), event(0, 2000)},
                 100),
      (std::vector<float>{70, 50, 3, 2, 2}));
}

Interactions one_user(Order order, std::vector<Interaction> events) {
  const auto n = static_cast<std::int64_t>(events.size());
  return {1, order, std::vector<std::int64_t>{0, n}, std::move(events)};
}

TEST(EventWeightsTest, BasketsAreStepsWhereNothingTellsAnOrderWithin) {
  const std::vector<Interaction> apart = {event(0, 0), event(0, 1), event(0, 2), event(1, 3)};
  const std::vector<Interaction> together = {event(0, 0), event(0, 0), event(0, 0), event(1, 3)};
  EXPECT_EQ(steps_of(one_user(Order::kTime, apart)), Steps::kEvents);
  EXPECT_EQ(steps_of(one_user(Order::kTime, together)), Steps::kBaskets);
  EXPECT_EQ(steps_of(one_user(Order::kSequence, apart)), Steps::kBaskets);
  EXPECT_EQ(steps_of(one_user(Order::kNone, together)), Steps::kNone);
  EXPECT_EQ(steps_of(one_user(Order::kSequence, {event(0, 0), event(1, 1)})), Steps::kEvents);
  EXPECT_EQ(steps_of(one_user(Order::kSequence, {event(kNoIndex, 0), event(kNoIndex, 1)})),
            Steps::kEvents);
  EXPECT_EQ(steps_of(one_user(Order::kTime, {})), Steps::kEvents);
  EXPECT_EQ(steps_of(one_user(Order::kTime, {event(0, 7), event(0, 7)})), Steps::kNone);
}

}  // namespace
}  // namespace endcap
