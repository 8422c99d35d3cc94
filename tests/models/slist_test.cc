#include "endcap/models/slist.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/fixtures.h"

namespace endcap {
namespace {

Interactions one_step() { return interactions_of(2, {{0, 1}}); }

TEST(SlistTest, MatchesWhatComesNextWorkedByHand) {
  const auto model = Slist::fit(one_step(), {.regularization = 1, .alpha = 0});
  // G = diag(1, 0) and R[0, 1] = 1, so W[0, 1] = 1 / (1 + 1).
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 0.5f);
  EXPECT_EQ(model.matrix().row(1).size(), 0u);  // nothing comes after
}

TEST(SlistTest, MatchesWhatGoesTogetherWorkedByHand) {
  const auto model = Slist::fit(one_step(), {.regularization = 1, .alpha = 1});
  // x = y / 2, so G is 1/4 and R is 1/2 everywhere; (G + I) (1, 1) = 3/2 (1, 1), so W is 1/3.
  EXPECT_FLOAT_EQ(model.matrix().row(0).at(1), 1.0f / 3);
  EXPECT_FLOAT_EQ(model.matrix().row(1).at(0), 1.0f / 3);
  EXPECT_EQ(model.matrix().row(0).at(0), 0);  // an item never votes for itself
}

// The whole problem at once, in double.
Eigen::MatrixXd naive_slist(const Lists& lists, Eigen::Index n, const SlistOptions& options) {
  Eigen::MatrixXd gram = options.regularization * Eigen::MatrixXd::Identity(n, n);
  Eigen::MatrixXd future = Eigen::MatrixXd::Zero(n, n);
  for (const auto& all : lists) {
    const auto list = without_runs(all);
    Eigen::VectorXd set = Eigen::VectorXd::Zero(n);
    for (const auto item : list) set[item] = 1;
    if (list.empty()) continue;
    gram += options.alpha / set.sum() / set.sum() * set * set.transpose();
    future += options.alpha / set.sum() * set * set.transpose();
    for (std::size_t i = 0; i + 1 < list.size(); ++i) {
      gram(list[i], list[i]) += 1 - options.alpha;
      for (std::size_t j = i + 1; j < list.size(); ++j) {
        future(list[i], list[j]) +=
            (1 - options.alpha) * std::pow(options.future_decay, static_cast<double>(j - i - 1));
      }
    }
  }
  return gram.inverse() * future;
}

TEST(SlistTest, AWholeNeighbourhoodIsTheWholeProblem) {
  const auto lists = random_lists(500, 9, 8);  // enough that every two items meet
  const SlistOptions options = {.regularization = 2, .neighbors = 9};
  const auto model = Slist::fit(interactions_of(9, lists), options);
  const auto weights = naive_slist(lists, 9, options);
  for (ItemIndex i = 0; i < 9; ++i) {
    for (ItemIndex j = 0; j < 9; ++j) {
      const double expected = i == j ? 0 : std::max(0.0, weights(i, j));
      EXPECT_NEAR(model.matrix().row(i).at(j), expected, 1e-5) << i << ' ' << j;
    }
  }
}

TEST(SlistTest, ItemsThatNobodyHadChangeNoWeight) {
  const auto lists = random_lists(500, 9, 8);
  const auto model = Slist::fit(interactions_of(9, lists));
  const auto among_many = Slist::fit(interactions_of(900, lists));  // whose sums are kept sparse
  for (ItemIndex i = 0; i < 9; ++i) {
    const auto row = model.matrix().row(i), same = among_many.matrix().row(i);
    EXPECT_TRUE(std::ranges::equal(row.columns, same.columns)) << i;
    EXPECT_TRUE(std::ranges::equal(row.values, same.values)) << i;
  }
}

TEST(SlistTest, SolvesWithTheItemItselfHoweverFewNeighbors) {
  // All five items have the same counts, so four have a lower index than item 4.
  const auto model =
      Slist::fit(interactions_of(5, {{0, 1, 2, 3, 4}}), {.alpha = 1, .neighbors = 1});
  // Alone with itself each is the same: R / (G + lambda) = (1/5) / (1/25 + 20).
  for (ItemIndex i = 0; i < 5; ++i) {
    EXPECT_FLOAT_EQ(model.matrix().row(i).at((i + 1) % 5), 0.2f / 20.04f);
  }
}

TEST(SlistTest, KeepsAsManyWeightsAsItIsTold) {
  const auto model = Slist::fit(interactions_of(9, random_lists(60, 9, 8)), {.row_size = 2});
  for (ItemIndex i = 0; i < 9; ++i) EXPECT_LE(model.matrix().row(i).size(), 2u);
}

TEST(SlistTest, KeepsWhatAnItemSaysOfItselfIfAsked) {
  const auto x = interactions_of(9, random_lists(60, 9, 8));
  const auto without = Slist::fit(x), with = Slist::fit(x, {.repeats = true});
  for (ItemIndex i = 0; i < 9; ++i) {
    EXPECT_EQ(without.matrix().row(i).at(i), 0);
    EXPECT_GT(with.matrix().row(i).at(i), 0);
    EXPECT_EQ(with.matrix().row(i).at((i + 1) % 9), without.matrix().row(i).at((i + 1) % 9));
  }
}

TEST(SlistTest, SetsHaveNoOrderToLearnFrom) {
  const auto sets = interactions_of(2, {{0, 1}}, Order::kNone);
  EXPECT_THROW((void)Slist::fit(sets), std::invalid_argument);
}

TEST(SlistTest, RefusesWrongOptions) {
  EXPECT_THROW((void)Slist::fit(one_step(), {.regularization = 0}), std::invalid_argument);
  EXPECT_THROW((void)Slist::fit(one_step(), {.alpha = 2}), std::invalid_argument);
  EXPECT_THROW((void)Slist::fit(one_step(), {.future_decay = 1}), std::invalid_argument);
  EXPECT_THROW((void)Slist::fit(one_step(), {.neighbors = 0}), std::invalid_argument);
  EXPECT_THROW((void)Slist::fit(one_step(), {.row_size = 0}), std::invalid_argument);
  EXPECT_THROW((void)Slist::fit(one_step(), {.max_events = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
