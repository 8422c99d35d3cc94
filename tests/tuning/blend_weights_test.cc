#include "endcap/tuning/blend_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace endcap {
namespace {

// Four queries of two candidates each; what came next has the higher first feature.
BlendProblem first_feature_is_right() {
  return {.n_features = 2,
          .offsets = {0, 2, 4, 6, 8},
          .features = {1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0},
          .relevant = {1, 0, 1, 0, 1, 0, 1, 0},
          .n_relevant = {1, 1, 1, 1}};
}

class Stop final : public Progress {
 public:
  void begin(std::string_view, std::int64_t) override {}
  void step(std::int64_t done) override {
    last_done = done;
    if (++steps == at) throw std::runtime_error("stopped");
  }
  int at = 0;
  int steps = 0;
  std::int64_t last_done = 0;
};

TEST(BlendWeightsTest, TheRightFeatureWins) {
  const auto problem = first_feature_is_right();
  const auto weights = learn_blend_weights(problem);
  EXPECT_GT(weights[0], weights[1]);
  EXPECT_DOUBLE_EQ(blend_ndcg(problem, weights, 20), 1);  // each first of two
}

// The first feature is noise; what came next has the lower second one.
TEST(BlendWeightsTest, OnlyAFreeFeatureCountsAgainstAnItem) {
  const BlendProblem problem = {.n_features = 2,
                                .offsets = {0, 2, 4, 6, 8},
                                .features = {1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1},
                                .relevant = {1, 0, 1, 0, 1, 0, 1, 0},
                                .n_relevant = {1, 1, 1, 1}};
  const auto free = learn_blend_weights(problem, {.may_be_negative = {false, true}});
  EXPECT_GE(free[0], 0);
  EXPECT_LT(free[1], 0);
  EXPECT_DOUBLE_EQ(blend_ndcg(problem, free, 20), 1);
  const auto bound = learn_blend_weights(problem);
  EXPECT_GE(bound[0], 0);
  EXPECT_EQ(bound[1], 0);
}

// How much items sell: of two that a model names, what came next sells less, but others that no
// model names sell less still.
TEST(BlendWeightsTest, WhatNoModelNamesStaysBelow) {
  constexpr int kQueries = 20, kUnlikely = 30;
  BlendProblem problem{.n_features = 1};
  for (int query = 0; query < kQueries; ++query) {
    problem.features.insert(problem.features.end(), {2, 3});
    problem.features.insert(problem.features.end(), kUnlikely, 1);
    problem.relevant.push_back(1);
    problem.relevant.insert(problem.relevant.end(), 1 + kUnlikely, 0);
    problem.offsets.push_back(std::ssize(problem.relevant));
    problem.n_relevant.push_back(1);
    problem.n_unlikely.push_back(kUnlikely);
  }
  const auto weights = learn_blend_weights(problem, {.may_be_negative = {true}});
  EXPECT_GT(weights[0], 0);
  EXPECT_NEAR(blend_ndcg(problem, weights, 20), 1 / std::log2(3.0), 1e-12);  // second of all
}

TEST(BlendWeightsTest, ADearFeatureIsUsedIfItPays) {
  const BlendWeightsOptions second_is_dear{.is_dear = {false, true}};
  BlendProblem problem = {.n_features = 2,
                          .offsets = {0, 2, 4, 6, 8},
                          .features = {1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0},
                          .relevant = {1, 0, 1, 0, 1, 0, 1, 0},
                          .n_relevant = {1, 1, 1, 1}};
  EXPECT_GT(learn_blend_weights(problem)[1], 0);
  auto weights = learn_blend_weights(problem, second_is_dear);
  EXPECT_GT(weights[0], 0);
  EXPECT_EQ(weights[1], 0);  // says what the first says

  std::swap(problem.features[0], problem.features[1]);  // now the first is wrong once
  weights = learn_blend_weights(problem, second_is_dear);
  EXPECT_GT(weights[1], 0);
  EXPECT_DOUBLE_EQ(blend_ndcg(problem, weights, 20), 1);
}

TEST(BlendWeightsTest, ABarStandsStillWhileWeightsAreLearned) {
  Stop progress;
  (void)learn_blend_weights(first_feature_is_right(), {}, {.progress = &progress});
  EXPECT_GT(progress.steps, 10);
  EXPECT_EQ(progress.last_done, 4);
}

TEST(BlendWeightsTest, AnExceptionFromProgressEndsTheWork) {
  for (const int at : {1, 2, 7}) {
    Stop progress;
    progress.at = at;
    EXPECT_THROW((void)learn_blend_weights(first_feature_is_right(), {}, {.progress = &progress}),
                 std::runtime_error);
    EXPECT_EQ(progress.steps, at);
  }
}

}  // namespace
}  // namespace endcap
