#include "endcap/tuning/pose_blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "endcap/matrix/interactions.h"
#include "endcap/models/popularity.h"
#include "endcap/tuning/validation.h"

namespace endcap {
namespace {

constexpr std::int32_t kItems = 2000;

// Item i was had i times: item 0 never, the last ones are the best sellers.
Models one_popularity() {
  std::vector<float> scores(kItems);
  for (std::size_t item = 0; item < scores.size(); ++item) {
    scores[item] = std::log1p(static_cast<float>(item));
  }
  return {std::make_shared<const Popularity>(Array<float>(std::move(scores)))};
}

// The counts of the candidates of a visitor with this history who wants item 1000, rising; those
// that are not learned from come last in the problem.
std::vector<int> candidates(const std::vector<Interaction>& history) {
  Validation validation;
  validation.queries.push_back({.user = 0, .history = history, .wanted = {1000}});
  const auto problem =
      pose_blend(one_popularity(), validation, kItems, Purpose::kExplore, {.threads = 1});
  EXPECT_EQ(problem.n_unlikely, std::vector<std::int32_t>{30});
  EXPECT_LT(*std::max_element(problem.features.end() - 30, problem.features.end()),
            *std::min_element(problem.features.begin(), problem.features.end() - 30));
  std::vector<int> counts;
  for (const float score : problem.features) {
    counts.push_back(static_cast<int>(std::lround(std::expm1(score))));
  }
  std::sort(counts.begin(), counts.end());
  return counts;
}

// Weights that count best sellers down put the least sold high, so they must be judged by those.
TEST(PoseBlendTest, BestAndLeastSoldAreCandidates) {
  const auto counts = candidates({{.item = 1500}});
  ASSERT_EQ(counts.size(), 90u);
  for (int k = 0; k < 30; ++k) EXPECT_EQ(counts[static_cast<std::size_t>(k)], 1 + k);
  for (int k = 30; k < 90; ++k) EXPECT_EQ(counts[static_cast<std::size_t>(k)], kItems - 90 + k);
}

TEST(PoseBlendTest, WhatTheVisitorHasHadMakesRoomForOthers) {
  const auto counts = candidates({{.item = 3}, {.item = kItems - 1}});
  ASSERT_EQ(counts.size(), 90u);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 3), 0);
  EXPECT_EQ(counts[29], 31);
  EXPECT_EQ(counts[30], kItems - 61);
  EXPECT_EQ(counts[89], kItems - 2);
}

}  // namespace
}  // namespace endcap
