#include <gtest/gtest.h>

#include <vector>

#include "endcap/models/item_item_model.h"

namespace endcap {
namespace {

std::vector<float> weights_of(const std::vector<std::int64_t>& times, const HistoryWeights& how) {
  std::vector<Interaction> events(times.size());
  for (std::size_t e = 0; e < events.size(); ++e) events[e].time_us = times[e];
  std::vector<float> weights(events.size());
  how.fill({.events = events, .now_us = times.back()}, weights);
  return weights;
}

TEST(HistoryWeightsTest, DecayByStepsBack) {
  EXPECT_EQ(weights_of({0, 1, 2}, {.position_decay = 0.5f}), (std::vector{0.25f, 0.5f, 1.0f}));
}

TEST(HistoryWeightsTest, WhatIsOfOneTimeIsOneStep) {
  EXPECT_EQ(weights_of({0, 7, 7, 7, 9}, {.position_decay = 0.5f}),
            (std::vector{0.25f, 0.5f, 0.5f, 0.5f, 1.0f}));
}

TEST(HistoryWeightsTest, CountTheNewestEventsOnly) {
  EXPECT_EQ(weights_of({0, 7, 7, 9}, {.position_decay = 0.5f, .max_events = 2}),
            (std::vector{0.0f, 0.0f, 0.5f, 1.0f}));
}

TEST(HistoryWeightsTest, AreDividedByAPowerOfTheirSum) {
  EXPECT_EQ(weights_of({0, 0, 0, 0}, {.length_power = 0.5f}), std::vector<float>(4, 0.5f));
}

}  // namespace
}  // namespace endcap
