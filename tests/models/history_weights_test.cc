#include <gtest/gtest.h>

#include <vector>

#include "endcap/models/item_item_model.h"

namespace endcap {
namespace {

std::vector<float> weights_of(const std::vector<std::int64_t>& times, const HistoryWeights& how) {
  std::vector<Interaction> events;
  for (const auto time_us : times) events.push_back({.time_us = time_us, .item = 0});
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
