#include "endcap/models/turbo_cf.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "models/fixtures.h"

namespace endcap {
namespace {

TEST(TurboCfTest, MatchesTheFilterWorkedByHand) {
  const auto model = TurboCf::fit(three_users(), {.alpha = 0.5f});
  // By the users of 2 and of 3 items: 1/2 + 1/3, over sqrt(2) * sqrt(2).
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 5.0f / 12);
  EXPECT_FLOAT_EQ(model.matrix().row(2).at(1), 1.0f / 6);
  EXPECT_EQ(model.matrix().row(0).at(0), 0);
}

TEST(TurboCfTest, RaisesEachWeightToThePower) {
  const auto model = TurboCf::fit(three_users(), {.alpha = 0.5f, .power = 2});
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 25.0f / 144);
}

TEST(TurboCfTest, RefusesWrongOptions) {
  EXPECT_THROW((void)TurboCf::fit(three_users(), {.alpha = 1.5f}), std::invalid_argument);
  EXPECT_THROW((void)TurboCf::fit(three_users(), {.power = 0}), std::invalid_argument);
  EXPECT_THROW((void)TurboCf::fit(three_users(), {.neighbors = -1}), std::invalid_argument);
  EXPECT_THROW((void)TurboCf::fit(three_users(), {.max_events = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
