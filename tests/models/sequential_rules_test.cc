#include "endcap/models/sequential_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

Interactions one_walk() { return interactions_of(3, {{0, 1, 2}}); }

TEST(SequentialRulesTest, MatchesTheRulesWorkedByHand) {
  const auto model =
      SequentialRules::fit(one_walk(), {.gap_power = 1, .backward = 0.5f, .row_power = 0});
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 1);
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(2), 0.5f);   // a gap of two
  EXPECT_FLOAT_EQ(model.matrix().row(1).at(0), 0.5f);   // backwards
  EXPECT_FLOAT_EQ(model.matrix().row(2).at(0), 0.25f);  // both
}

TEST(SequentialRulesTest, DividesRowsByAPowerOfTheirSum) {
  const auto model =
      SequentialRules::fit(one_walk(), {.gap_power = 1, .backward = 0, .row_power = 1});
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 2.0f / 3);
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(2), 1.0f / 3);
  EXPECT_EQ(model.matrix().row(2).size(), 0u);  // nothing comes after
}

TEST(SequentialRulesTest, LooksNoFurtherThanItsWindow) {
  const auto model = SequentialRules::fit(one_walk(), {.window = 1});
  EXPECT_GT(model.matrix().row(0).at(1), 0);
  EXPECT_EQ(model.matrix().row(0).at(2), 0);
}

TEST(SequentialRulesTest, MatchesTheNaiveSum) {
  const auto lists = random_lists(200, 20, 15);
  const auto model = SequentialRules::fit(
      interactions_of(20, lists),
      {.window = 4, .gap_power = 0.6f, .backward = 0.3f, .row_power = 0, .neighbors = 0});
  std::vector<std::vector<double>> sums(20, std::vector<double>(20));
  for (const auto& all : lists) {
    const auto list = without_runs(all);
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (std::size_t j = i + 1; j < std::min(list.size(), i + 5); ++j) {
        const double weight = std::pow(static_cast<double>(j - i), -0.6);
        const auto from = static_cast<std::size_t>(list[i]), to = static_cast<std::size_t>(list[j]);
        if (from == to) continue;
        sums[from][to] += weight;
        sums[to][from] += 0.3 * weight;
      }
    }
  }
  for (ItemIndex i = 0; i < 20; ++i) {
    for (ItemIndex j = 0; j < 20; ++j) {
      EXPECT_NEAR(model.matrix().row(i).at(j),
                  sums[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)], 1e-4);
    }
  }
}

// A look, the cart and the purchase of one item are one step on the way to the next.
TEST(SequentialRulesTest, WhatIsDoneWithOneItemOnEndIsOneStep) {
  const auto once = SequentialRules::fit(one_walk());
  const auto often = SequentialRules::fit(interactions_of(3, {{0, 0, 0, 1, 2, 2}}));
  for (ItemIndex i = 0; i < 3; ++i) {
    for (ItemIndex j = 0; j < 3; ++j) {
      EXPECT_EQ(often.matrix().row(i).at(j), once.matrix().row(i).at(j)) << i << ' ' << j;
    }
  }
}

TEST(SequentialRulesTest, SetsHaveNoOrderToLearnFrom) {
  const auto sets = interactions_of(3, {{0, 1, 2}}, Order::kNone);
  EXPECT_THROW((void)SequentialRules::fit(sets), std::invalid_argument);
}

TEST(SequentialRulesTest, RefusesWrongOptions) {
  EXPECT_THROW((void)SequentialRules::fit(one_walk(), {.window = 0}), std::invalid_argument);
  EXPECT_THROW((void)SequentialRules::fit(one_walk(), {.gap_power = -1}), std::invalid_argument);
  EXPECT_THROW((void)SequentialRules::fit(one_walk(), {.backward = 2}), std::invalid_argument);
  EXPECT_THROW((void)SequentialRules::fit(one_walk(), {.row_power = 2}), std::invalid_argument);
  EXPECT_THROW((void)SequentialRules::fit(one_walk(), {.neighbors = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
