#include "endcap/tuning/blend_climb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/tuning/softmax_fit.h"

namespace endcap {
namespace {

// Queries of `rows` candidates; a candidate is right when feature 0 plus noise is the highest.
BlendProblem noisy(int queries, int rows) {
  Random random(5);
  BlendProblem problem{.n_features = 3};
  for (int q = 0; q < queries; ++q) {
    std::vector<float> features(static_cast<std::size_t>(3 * rows));
    for (float& x : features) x = static_cast<float>(random.normal());
    int best = 0;
    float highest = -100;
    for (int row = 0; row < rows; ++row) {
      const float value =
          features[static_cast<std::size_t>(row)] + static_cast<float>(random.normal());
      if (value > highest) best = row;
      highest = std::max(highest, value);
    }
    for (int row = 0; row < rows; ++row) problem.relevant.push_back(row == best ? 1 : 0);
    problem.features.insert(problem.features.end(), features.begin(), features.end());
    problem.offsets.push_back(static_cast<std::int64_t>(problem.relevant.size()));
    problem.n_relevant.push_back(1);
  }
  return problem;
}

TEST(BlendClimbTest, StandsWhereAllRowsScoredAnewStand) {
  const auto problem = noisy(200, 12);
  detail::BlendClimb climb(problem, 5, 0, {.threads = 2});
  climb.start({0, 1, 0.5f});
  EXPECT_NEAR(climb.ndcg(), blend_ndcg(problem, climb.weights(), 5), 1e-12);
  EXPECT_TRUE(climb.step(0, 2));
  EXPECT_FALSE(climb.step(1, 8));  // noise
  EXPECT_EQ(climb.weights(), (std::vector<float>{2, 1, 0.5f}));
  EXPECT_NEAR(climb.ndcg(), blend_ndcg(problem, climb.weights(), 5), 1e-12);
  EXPECT_TRUE(climb.restart({1, 0, 0}));
  EXPECT_FALSE(climb.restart({0, 1, 0}));
  EXPECT_NEAR(climb.ndcg(), blend_ndcg(problem, std::vector<float>{1, 0, 0}, 5), 1e-12);
}

TEST(BlendClimbTest, AStepMustGainMoreThanItsError) {
  const auto problem = noisy(200, 12);
  detail::BlendClimb bold(problem, 5, 0, {}), careful(problem, 5, 1000, {});
  bold.start({0, 1, 0});
  careful.start({0, 1, 0});
  EXPECT_TRUE(bold.step(0, 1));
  EXPECT_FALSE(careful.step(0, 1));
}

TEST(SoftmaxFitTest, FindsWhatWasRightAndDropsWhatCountsAgainst) {
  const auto problem = noisy(2000, 6);
  const std::vector<float> scales(3, 1.0f);
  const auto weights = detail::SoftmaxFit(problem, scales, 1e-3, {}, {.threads = 2}).run(30);
  EXPECT_GT(weights[0], 0.5f);
  EXPECT_NEAR(weights[1], 0, 0.1);
  EXPECT_NEAR(weights[2], 0, 0.1);
  auto turned = noisy(2000, 6);
  for (float& x : turned.features) x = -x;
  const auto bounded =
      detail::SoftmaxFit(turned, scales, 1e-3, {}, {}).run_bounded(30, [](std::size_t) {
        return false;
      });
  EXPECT_EQ(bounded[0], 0);
}

// Where most is explained by one large number, an undamped step overshoots and never returns.
TEST(SoftmaxFitTest, StepsThatDoNotHelpAreHalved) {
  BlendProblem problem{.n_features = 1};
  for (int q = 0; q < 50; ++q) {
    for (int row = 0; row < 40; ++row) {
      const bool right = row == 0;
      problem.features.push_back(right ? (q % 10 == 0 ? 0.0f : 1.0f) : (row == 1 ? 0.9f : 0.01f));
      problem.relevant.push_back(right ? 1 : 0);
    }
    problem.offsets.push_back(static_cast<std::int64_t>(problem.relevant.size()));
    problem.n_relevant.push_back(1);
  }
  const std::vector<float> scales = {0.02f};
  const auto weights = detail::SoftmaxFit(problem, scales, 1e-3, {}, {}).run(50);
  // At the optimum the expected feature is the mean of those that were right: .9.
  const double w = static_cast<double>(weights[0]) / 0.02;
  double sum = 0;
  for (const bool low : {false, true}) {
    const double first = low ? 0.0 : 1.0;
    const double z = std::exp(w * first) + std::exp(w * 0.9) + 38 * std::exp(w * 0.01);
    const double expected =
        (first * std::exp(w * first) + 0.9 * std::exp(w * 0.9) + 38 * 0.01 * std::exp(w * 0.01)) /
        z;
    sum += (low ? 0.1 : 0.9) * expected;
  }
  EXPECT_NEAR(sum, 0.9, 0.01);
}

}  // namespace
}  // namespace endcap
