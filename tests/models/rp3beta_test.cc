#include "endcap/models/rp3beta.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/fixtures.h"

namespace endcap {
namespace {

TEST(Rp3BetaTest, MatchesTheWalkWorkedByHand) {
  const auto model = Rp3Beta::fit(three_users(), {.alpha = 1, .beta = 1});
  // From 0 by the users of 2 and of 3 items to 1: 1/2 * (1/2 + 1/3), over the 2 users of item 1.
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 5.0f / 24);
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(2), 1.0f / 12);
  EXPECT_EQ(model.matrix().row(0).at(0), 0);  // an item never votes for itself
}

// The sum over users as the paper has it, in double.
TEST(Rp3BetaTest, MatchesTheNaiveSum) {
  const auto interactions = interactions_of(30, random_lists(200, 30, 10));
  const ItemSets sets(interactions, 500);
  const auto model = Rp3Beta::fit(interactions, {.alpha = 0.8f, .beta = 0.4f, .neighbors = 0});
  const auto size = [](const auto& set) { return static_cast<double>(set.size()); };
  for (ItemIndex i = 0; i < 30; ++i) {
    for (ItemIndex j = 0; j < 30; ++j) {
      double sum = 0;
      for (const auto user : sets.users_of(i)) {
        const auto items = sets.items_of(user);
        if (i == j || !std::binary_search(items.begin(), items.end(), j)) continue;
        sum += std::pow(size(items), -0.8) * std::pow(size(sets.users_of(i)), -0.8) *
               std::pow(size(sets.users_of(j)), -0.4);
      }
      EXPECT_NEAR(model.matrix().row(i).at(j), sum, 1e-6) << i << ' ' << j;
    }
  }
}

TEST(Rp3BetaTest, KeepsAsManyNeighborsAsItIsTold) {
  const auto interactions = interactions_of(30, random_lists(200, 30, 10));
  const auto all = Rp3Beta::fit(interactions, {.neighbors = 0});
  const auto few = Rp3Beta::fit(interactions, {.neighbors = 3});
  for (ItemIndex i = 0; i < 30; ++i) {
    EXPECT_EQ(few.matrix().row(i).size(), std::min<std::size_t>(3, all.matrix().row(i).size()));
    for (const auto j : few.matrix().row(i).columns) {
      EXPECT_EQ(few.matrix().row(i).at(j), all.matrix().row(i).at(j));
    }
  }
}

TEST(Rp3BetaTest, RefusesWrongOptions) {
  EXPECT_THROW((void)Rp3Beta::fit(three_users(), {.alpha = -1}), std::invalid_argument);
  EXPECT_THROW((void)Rp3Beta::fit(three_users(), {.beta = -1}), std::invalid_argument);
  EXPECT_THROW((void)Rp3Beta::fit(three_users(), {.neighbors = -1}), std::invalid_argument);
  EXPECT_THROW((void)Rp3Beta::fit(three_users(), {.max_events = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
