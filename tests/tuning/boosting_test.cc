#include "endcap/tuning/boosting.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {
namespace {

std::string refusal_of_rows(const RankedRows& rows, const BoostingOptions& options = {}) {
  try {
    (void)boost_trees(rows, options);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

#ifdef ENDCAP_HAS_XGBOOST

// 200 lists of ten whose first order says nothing: relevant is what has exactly one of two things.
RankedRows one_of_two() {
  RankedRows rows{.n_features = 2};
  Random random(5);
  for (int query = 0; query < 200; ++query) {
    for (int row = 0; row < 10; ++row) {
      const float left = random.below(2) == 0 ? 0 : 1, right = random.below(2) == 0 ? 0 : 1;
      rows.features.insert(rows.features.end(), {left, right});
      rows.scores.push_back(0);
      rows.relevant.push_back(left != right ? 1 : 0);
    }
    rows.lengths.push_back(10);
  }
  return rows;
}

TEST(BoostingTest, LearnsWhatNoSumOfFeaturesCanSay) {
  const auto trees = boost_trees(one_of_two());
  EXPECT_EQ(trees.roots().size(), 150u);
  const float one =
      std::min(trees.predict(std::vector{0.0f, 1.0f}), trees.predict(std::vector{1.0f, 0.0f}));
  const float both = trees.predict(std::vector{1.0f, 1.0f});
  const float none = trees.predict(std::vector{0.0f, 0.0f});
  EXPECT_GT(one, std::max(both, none) + 1);
}

TEST(BoostingTest, TheSameRowsMakeTheSameTrees) {
  const auto trees = boost_trees(one_of_two(), {.trees = 20});
  const auto again = boost_trees(one_of_two(), {.trees = 20}, {.threads = 4});
  ASSERT_EQ(trees.nodes().size(), again.nodes().size());
  for (std::size_t i = 0; i < trees.nodes().size(); ++i) {
    EXPECT_EQ(trees.nodes()[i].feature, again.nodes()[i].feature);
    EXPECT_EQ(trees.nodes()[i].value, again.nodes()[i].value);
    EXPECT_EQ(trees.nodes()[i].cover, again.nodes()[i].cover);
  }
}

// Pairs of one relevant row and one that is not, which the feature tells apart and the first scores
// do not. A pair's loss log(1 + exp(s- - s+)) has the gradients -1/2, 1/2 and the second ones 1/4,
// 1/4, counted twice each: from either row. A leaf says -rate * gradient / (second + ridge).
TEST(BoostingTest, AStumpWorkedByHand) {
  constexpr int kPairs = 40;
  RankedRows rows{.n_features = 1};
  for (int pair = 0; pair < kPairs; ++pair) {
    rows.features.insert(rows.features.end(), {1, 0});
    rows.scores.insert(rows.scores.end(), {3, 3});
    rows.relevant.insert(rows.relevant.end(), {1, 0});
    rows.lengths.push_back(2);
  }
  const auto stump = boost_trees(
      rows, {.trees = 1, .depth = 1, .learning_rate = 0.5f, .least_cover = 1, .ridge = 10});
  ASSERT_EQ(stump.nodes().size(), 3u);
  const float gradient = kPairs, second = kPairs;
  EXPECT_FLOAT_EQ(stump.nodes()[1].cover, second);
  EXPECT_FLOAT_EQ(stump.predict(std::vector{1.0f}), 0.5f * gradient / (second + 10));
  EXPECT_FLOAT_EQ(stump.predict(std::vector{0.0f}), -0.5f * gradient / (second + 10));
}

TEST(BoostingTest, WhereNothingIsRelevantTreesSayNothing) {
  auto rows = one_of_two();
  rows.relevant.assign(rows.relevant.size(), 0);
  EXPECT_EQ(boost_trees(rows, {.trees = 2}).predict(std::vector{0.0f, 1.0f}), 0);
}

#endif  // ENDCAP_HAS_XGBOOST

TEST(BoostingArgumentsTest, WrongOnesAreNamed) {
  const auto rows = [] { return RankedRows{1, {0, 1}, {0, 0}, {0, 1}, {2}}; };
  auto changed = rows();
  changed.n_features = 0;
  EXPECT_EQ(refusal_of_rows(changed), "n_features must be positive, got 0");
  changed = rows();
  changed.features.push_back(1);
  EXPECT_EQ(refusal_of_rows(changed), "features must be n_features per row, got 3");
  changed = rows();
  changed.features[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refusal_of_rows(changed), "features must be finite, got nan");
  changed = rows();
  changed.scores[0] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refusal_of_rows(changed), "scores must be finite, got inf");
  changed = rows();
  changed.relevant.pop_back();
  EXPECT_EQ(refusal_of_rows(changed), "relevant must be one per row, got 1");
  changed = rows();
  changed.lengths = {1};
  EXPECT_EQ(refusal_of_rows(changed),
            "lengths must sum up to the rows, of which there are some, got 1");
  EXPECT_EQ(refusal_of_rows(rows(), {.trees = 0}), "trees must be positive, got 0");
  EXPECT_EQ(refusal_of_rows(rows(), {.depth = 9}), "depth must be from 1 to 8, got 9");
  EXPECT_EQ(refusal_of_rows(rows(), {.learning_rate = 0}),
            "learning_rate must be in (0, 1], got 0");
  EXPECT_EQ(refusal_of_rows(rows(), {.least_cover = -1}),
            "least_cover must not be negative, got -1");
  EXPECT_EQ(refusal_of_rows(rows(), {.ridge = -1}), "ridge must not be negative, got -1");
}

}  // namespace
}  // namespace endcap
