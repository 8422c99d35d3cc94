#include "endcap/models/next_basket.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

// The lists cut into baskets of `size` events.
Interactions in_baskets(std::int32_t n_items, const Lists& lists, int size) {
  const auto flat = interactions_of(n_items, lists);
  std::vector<Interaction> events(flat.events().begin(), flat.events().end());
  for (auto& event : events) event.basket = static_cast<std::int32_t>(event.time_us) / size;
  return {n_items, Order::kSequence, flat.offsets(), std::move(events)};
}

// The regression of the class comment, basket by basket, solved as a whole.
Eigen::MatrixXd naive_next_basket(const Interactions& interactions, double lambda) {
  const auto n = static_cast<Eigen::Index>(interactions.n_items());
  Eigen::MatrixXd gram = lambda * Eigen::MatrixXd::Identity(n, n);
  Eigen::MatrixXd targets = Eigen::MatrixXd::Zero(n, n);
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    std::vector<std::set<ItemIndex>> baskets;
    std::int32_t last = kNoIndex;
    for (const auto& event : interactions.events_of(user)) {
      if (event.basket != last) baskets.emplace_back();
      last = event.basket;
      baskets.back().insert(event.item);
    }
    std::set<ItemIndex> before;
    for (const auto& basket : baskets) {
      const auto others = static_cast<double>(baskets.size() - 1);
      const double c = 1 / std::sqrt(static_cast<double>(before.size()) * others);
      for (const auto i : before) {
        for (const auto j : before) gram(i, j) += c;
        for (const auto j : basket) targets(i, j) += c;
      }
      before.insert(basket.begin(), basket.end());
    }
  }
  return gram.ldlt().solve(targets);
}

TEST(NextBasketTest, SolvesTheRegression) {
  // Every item comes after every other somewhere, so that all are neighbors of all.
  const auto interactions = in_baskets(8, random_lists(500, 8, 15), 3);
  const auto expected = naive_next_basket(interactions, 5);
  const auto model = NextBasket::fit(interactions, {.regularization = 5, .neighbors = 8});
  for (ItemIndex i = 0; i < 8; ++i) {
    for (ItemIndex j = 0; j < 8; ++j) {
      EXPECT_NEAR(model.matrix().row(i).at(j), expected(i, j), 2e-5) << i << ' ' << j;
    }
  }
}

TEST(NextBasketTest, WhatIsBoughtInOneBasketIsNotForetold) {
  // Tea always comes with a cup, and milk the next time.
  const auto model = NextBasket::fit(in_baskets(3, {{0, 1, 2, 2}, {0, 1, 2, 2}, {0, 1, 2, 2}}, 2),
                                     {.regularization = 0.1f});
  EXPECT_EQ(model.matrix().row(0).at(1), 0);
  EXPECT_GT(model.matrix().row(0).at(2), 0.3f);
}

TEST(NextBasketTest, AnItemThatComesBackForetellsItself) {
  const auto model =
      NextBasket::fit(in_baskets(2, {{0, 0, 0}, {0, 0, 0}, {1}}, 1), {.regularization = 0.1f});
  EXPECT_GT(model.matrix().row(0).at(0), 0.9f);
  EXPECT_EQ(model.matrix().row(1).at(1), 0);
}

TEST(NextBasketTest, RefusesOptionsOutOfRangeAndSets) {
  const auto interactions = in_baskets(2, {{0, 1}}, 1);
  EXPECT_THROW((void)NextBasket::fit(interactions, {.regularization = 0}), std::invalid_argument);
  EXPECT_THROW((void)NextBasket::fit(interactions, {.neighbors = 0}), std::invalid_argument);
  EXPECT_THROW((void)NextBasket::fit(interactions, {.max_events = 0}), std::invalid_argument);
  EXPECT_THROW((void)NextBasket::fit(interactions_of(2, {{0, 1}}, Order::kNone)),
               std::invalid_argument);
}

}  // namespace
}  // namespace endcap
