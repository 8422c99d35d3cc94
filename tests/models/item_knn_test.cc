#include "endcap/models/item_knn.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "models/fixtures.h"

namespace endcap {
namespace {

TEST(ItemKnnTest, MatchesTheCosineWorkedByHand) {
  const auto model = ItemKnn::fit(three_users(), {.shrinkage = 1});
  // 0 and 1 share both of their users, 0 and 2 one of two: 2 / (sqrt(2 * 2) + 1) and half of it.
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 2.0f / 3);
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(2), 1.0f / 3);
  EXPECT_EQ(model.matrix().row(0).at(0), 0);
}

TEST(ItemKnnTest, IsTheCosineWithoutShrinkage) {
  const auto model = ItemKnn::fit(three_users(), {.shrinkage = 0});
  EXPECT_FLOAT_EQ(model.matrix().row(1).at(0), 1);
  EXPECT_FLOAT_EQ(model.matrix().row(1).at(2), 0.5f);
}

TEST(ItemKnnTest, ARepeatCountsOnce) {
  const auto model = ItemKnn::fit(interactions_of(2, {{0, 1, 0, 1, 1}}), {.shrinkage = 0});
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 1);
}

TEST(ItemKnnTest, RefusesWrongOptions) {
  EXPECT_THROW((void)ItemKnn::fit(three_users(), {.shrinkage = -1}), std::invalid_argument);
  EXPECT_THROW((void)ItemKnn::fit(three_users(), {.neighbors = -1}), std::invalid_argument);
  EXPECT_THROW((void)ItemKnn::fit(three_users(), {.max_events = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
