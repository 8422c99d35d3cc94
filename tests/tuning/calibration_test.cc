#include "endcap/tuning/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/evaluation/reliability.h"
#include "endcap/tuning/blend_problem.h"

namespace endcap {
namespace {

struct Shown {
  std::vector<float> scores;
  std::vector<std::uint8_t> outcomes;
};

// Outcomes that come true as a logistic curve says.
Shown logistic(std::size_t n, std::uint64_t seed) {
  Shown shown;
  Random random(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const double score = 2 * random.normal();
    shown.scores.push_back(static_cast<float>(score));
    shown.outcomes.push_back(random.uniform() < 1 / (1 + std::exp(2 - score)) ? 1 : 0);
  }
  return shown;
}

TEST(CalibrationTest, TwoLevelsWorkedByHand) {
  Shown shown;
  for (int i = 0; i < 200; ++i) {
    shown.scores.push_back(i < 100 ? 1.0f : 3.0f);
    shown.outcomes.push_back(i < 100 ? i % 10 == 0 : i % 2 == 0);
  }
  const auto curve = Calibration::fit(shown.scores, shown.outcomes);
  EXPECT_FLOAT_EQ(curve.probability(1), 0.1f);
  EXPECT_FLOAT_EQ(curve.probability(2), 0.3f);  // half way from .1 to .5
  EXPECT_FLOAT_EQ(curve.probability(99), 0.5f);
  EXPECT_FLOAT_EQ(curve.probability(-99), 0.1f);
}

TEST(CalibrationTest, WhatFallsIsPooled) {
  Shown shown;
  for (int i = 0; i < 300; ++i) {
    shown.scores.push_back(i < 100 ? 0.0f : i < 200 ? 1.0f : 2.0f);
    shown.outcomes.push_back(i < 100 ? 0 : i < 200 ? i % 2 == 0 : i % 4 == 0);
  }
  const auto curve = Calibration::fit(shown.scores, shown.outcomes);
  ASSERT_EQ(curve.scores().size(), 2u);
  EXPECT_FLOAT_EQ(curve.scores()[1], 1.5f);
  EXPECT_FLOAT_EQ(curve.probability(1.5f), 0.375f);  // the mean of .5 and .25
}

TEST(CalibrationTest, NewScoresKeepTheirPromise) {
  const auto seen = logistic(20'000, 1), unseen = logistic(20'000, 2);
  const auto curve = Calibration::fit(seen.scores, seen.outcomes);
  std::vector<double> promised;
  for (const float score : unseen.scores) promised.push_back(curve.probability(score));
  EXPECT_LT(expected_calibration_error(reliability_bins(promised, unseen.outcomes)), 0.01);
}

TEST(CalibrationTest, NeverFalls) {
  const auto shown = logistic(1'000, 3);
  const auto curve = Calibration::fit(shown.scores, shown.outcomes);
  float before = 0;
  for (float score = -9; score < 9; score += 0.01f) {
    EXPECT_GE(curve.probability(score), before);
    before = curve.probability(score);
  }
}

TEST(CalibrationTest, FewOutcomesPromiseNothing) {
  const auto shown = logistic(199, 4);
  const auto curve = Calibration::fit(shown.scores, shown.outcomes);
  EXPECT_TRUE(curve.is_empty());
  EXPECT_TRUE(std::isnan(curve.probability(0)));
}

TEST(CalibrationTest, OnlyTheFirstPlacesOfListsCount) {
  // 10 queries of 100 candidates: the 50 that score high are right half of the
  // time, others never.
  BlendProblem problem;
  problem.n_features = 1;
  for (int query = 0; query < 10; ++query) {
    for (int row = 0; row < 100; ++row) {
      problem.features.push_back(row < 50 ? 0.0f : 1.0f);
      problem.relevant.push_back(row >= 50 && row % 2 == 0 ? 1 : 0);
    }
    problem.offsets.push_back(static_cast<std::int64_t>(problem.relevant.size()));
    problem.n_relevant.push_back(25);
  }
  const auto curve = calibrate(problem, blend_scores(problem, std::vector{2.0f}));
  ASSERT_EQ(curve.scores().size(), 1u);
  EXPECT_FLOAT_EQ(curve.scores()[0], 2);
  EXPECT_FLOAT_EQ(curve.probability(2), 0.5f);
}

TEST(CalibrationTest, WrongArgumentsThrow) {
  using Floats = std::vector<float>;
  EXPECT_THROW((void)Calibration(Floats{1, 2}, Floats{0.1f}), std::invalid_argument);
  EXPECT_THROW((void)Calibration(Floats{1, 1}, Floats{0.1f, 0.2f}), std::invalid_argument);
  EXPECT_THROW((void)Calibration(Floats{1, 2}, Floats{0.3f, 0.2f}), std::invalid_argument);
  EXPECT_THROW((void)Calibration(Floats{1}, Floats{1.5f}), std::invalid_argument);
  EXPECT_THROW((void)Calibration(Floats{1}, Floats{NAN}), std::invalid_argument);
  EXPECT_THROW((void)Calibration::fit(Floats{1}, {}), std::invalid_argument);
  const std::vector<std::uint8_t> outcomes = {0};
  EXPECT_THROW((void)Calibration::fit(Floats{NAN}, outcomes), std::invalid_argument);
  BlendProblem problem;
  problem.n_features = 1;
  problem.features = {1};
  problem.relevant = outcomes;
  problem.offsets.push_back(1);
  problem.n_relevant.push_back(1);
  EXPECT_THROW((void)calibrate(problem, Floats{INFINITY}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
