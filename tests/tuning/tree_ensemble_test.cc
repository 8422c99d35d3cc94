#include "endcap/tuning/tree_ensemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "endcap/base/random.h"
#include "tuning/random_trees.h"

namespace endcap {
namespace {

// x0 < 2 ? (x1 < 0 ? 1 : 3) : 10, seen 1, 3 and 4 times, and the constant 5.
TreeEnsemble by_hand() {
  return {2, std::vector<std::int32_t>{0, 5},
          std::vector<TreeNode>{{0, 1, 2, 8},
                                {1, 3, 0, 4},
                                {kNoIndex, 0, 10, 4},
                                {kNoIndex, 0, 1, 1},
                                {kNoIndex, 0, 3, 3},
                                {kNoIndex, 0, 5, 8}}};
}

TEST(TreeEnsembleTest, PredictionsWorkedByHand) {
  const auto trees = by_hand();
  EXPECT_EQ(trees.predict(std::vector{1.9f, -1.0f}), 6);
  EXPECT_EQ(trees.predict(std::vector{1.9f, 0.0f}), 8);
  EXPECT_EQ(trees.predict(std::vector{2.0f, -1.0f}), 15);
}

// With neither known the mean is (1 + 3 * 3 + 4 * 10) / 8 = 6.25; with x0 = 1 alone (1 + 9) / 4 =
// 2.5; with x1 = -1 alone (1 + 10) / 2 = 5.5; with both 1.
TEST(TreeEnsembleTest, PartsWorkedByHand) {
  std::vector<float> parts(2);
  EXPECT_FLOAT_EQ(by_hand().explain(std::vector{1.0f, -1.0f}, parts), 11.25f);
  EXPECT_FLOAT_EQ(parts[0], ((2.5f - 6.25f) + (1 - 5.5f)) / 2);
  EXPECT_FLOAT_EQ(parts[1], ((5.5f - 6.25f) + (1 - 2.5f)) / 2);
}

// What one tree says on average where only the features of `known` are known.
double mean(const TreeEnsemble& trees, std::int32_t at, const std::vector<float>& features,
            unsigned known) {
  const auto node = [&](std::int32_t i) { return trees.nodes()[static_cast<std::size_t>(i)]; };
  const auto [feature, below, value, cover] = node(at);
  if (feature == kNoIndex) return value;
  const double left = mean(trees, below, features, known);
  const double right = mean(trees, below + 1, features, known);
  if ((known >> feature & 1U) != 0) {
    return features[static_cast<std::size_t>(feature)] < value ? left : right;
  }
  const double to_left = node(below).cover, to_right = node(below + 1).cover;
  return (left * to_left + right * to_right) / (to_left + to_right);
}

TEST(TreeEnsembleTest, PartsAreTheMeansOverAllOrdersOfGettingToKnow) {
  constexpr std::int32_t kFeatures = 5;
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    const auto trees = random_trees(random, kFeatures, 3, 5);
    std::vector<float> features, parts(kFeatures);
    for (int f = 0; f < kFeatures; ++f) features.push_back(static_cast<float>(random.normal()));
    const float rest = trees.explain(features, parts);
    std::vector<double> of_set(1U << kFeatures);
    for (unsigned set = 0; set < of_set.size(); ++set) {
      for (const auto root : trees.roots()) of_set[set] += mean(trees, root, features, set);
    }
    EXPECT_NEAR(rest, of_set[0], 1e-5);
    std::vector<std::int32_t> order(kFeatures);
    std::iota(order.begin(), order.end(), 0);
    std::vector<double> sums(kFeatures);
    int orders = 0;
    do {
      ++orders;
      unsigned set = 0;
      for (const auto f : order) {
        sums[static_cast<std::size_t>(f)] += of_set[set | 1U << f] - of_set[set];
        set |= 1U << f;
      }
    } while (std::next_permutation(order.begin(), order.end()));
    for (std::size_t f = 0; f < kFeatures; ++f) EXPECT_NEAR(parts[f], sums[f] / orders, 1e-5);
    EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), rest), trees.predict(features), 1e-4);
  }
}

TEST(TreeEnsembleTest, WhereNothingCameInTrainingBothWaysAreAlike) {
  const TreeEnsemble tree(1, std::vector<std::int32_t>{0},
                          std::vector<TreeNode>{{0, 1, 0, 0}, {kNoIndex, 0, 2}, {kNoIndex, 0, 6}});
  std::vector<float> parts(1);
  EXPECT_EQ(tree.explain(std::vector{1.0f}, parts), 4);
  EXPECT_EQ(parts[0], 2);
}

std::string refusal_of_trees(std::vector<std::int32_t> roots, std::vector<TreeNode> nodes) {
  try {
    (void)TreeEnsemble(2, std::move(roots), std::move(nodes));
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(TreeEnsembleTest, WhatIsNoTreeIsRefused) {
  constexpr TreeNode kLeaf = {kNoIndex, 0, 1, 1};
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refusal_of_trees({0}, {{1, 1, 0, 2}, kLeaf, kLeaf}), "");
  EXPECT_EQ(refusal_of_trees({}, {}), "");
  EXPECT_EQ(refusal_of_trees({}, {kLeaf}), "roots must be there for the nodes, got 1");
  EXPECT_EQ(refusal_of_trees({1}, {kLeaf, kLeaf}), "roots must begin with 0, got 1");
  EXPECT_EQ(refusal_of_trees({0, 0}, {kLeaf}), "roots must rise within the nodes, got 0");
  EXPECT_EQ(refusal_of_trees({0, 2}, {kLeaf}), "roots must rise within the nodes, got 0");
  EXPECT_EQ(refusal_of_trees({0}, {kLeaf, kLeaf}), "nodes must be reached from their root, got 1");
  EXPECT_EQ(refusal_of_trees({0}, {{2, 1, 0, 2}, kLeaf, kLeaf}),
            "feature of a node must be one of the features, got 2");
  EXPECT_EQ(refusal_of_trees({0}, {{-2, 1, 0, 2}, kLeaf, kLeaf}),
            "feature of a node must be one of the features, got -2");
  EXPECT_EQ(refusal_of_trees({0}, {{1, 0, 0, 2}, kLeaf, kLeaf}),
            "below of a node must be further on in its tree, got 0");
  EXPECT_EQ(refusal_of_trees({0}, {{1, 2, 0, 2}, kLeaf, kLeaf}),
            "below of a node must be further on in its tree, got 2");
  EXPECT_EQ(refusal_of_trees({0, 3}, {{1, 2, 0, 2}, kLeaf, kLeaf, kLeaf}),
            "below of a node must be further on in its tree, got 2");
  EXPECT_EQ(refusal_of_trees({0}, {{1, 1, 0, 2}, {1, 2, 0, 2}, kLeaf, kLeaf}),
            "nodes must be reached once, got 2");
  EXPECT_EQ(refusal_of_trees({0}, {{kNoIndex, 0, kInfinite, 1}}),
            "value of a node must be finite, got inf");
  EXPECT_EQ(refusal_of_trees({0}, {{kNoIndex, 0, 1, -1}}),
            "cover of a node must be finite and 0 or more, got -1");
  std::vector<TreeNode> vine;
  for (int looks = 1; looks <= 9; ++looks) {
    vine.push_back({0, static_cast<std::int32_t>(vine.size()) + 1, 0, 1});
    vine.push_back(kLeaf);
    auto ended = vine;
    ended.push_back(kLeaf);
    EXPECT_EQ(refusal_of_trees({0}, ended),
              looks <= 8 ? "" : "nodes must lie at most 8 below their root, got 9");
  }
}

}  // namespace
}  // namespace endcap
