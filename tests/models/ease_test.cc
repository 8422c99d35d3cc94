#include "endcap/models/ease.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <vector>

#include "endcap/base/random.h"
#include "models/fixtures.h"

namespace endcap {
namespace {

Interactions rows_of(std::int32_t n_items, const Lists& rows) {
  return interactions_of(n_items, rows, Order::kNone);
}

// The whole problem at once, in double: B = -P / diag(P) with P = (X'X + lambda I)^-1.
Eigen::MatrixXd naive_ease(const Interactions& x, double lambda) {
  Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(x.n_users(), x.n_items());
  for (UserIndex u = 0; u < x.n_users(); ++u) {
    for (const auto& event : x.events_of(u)) dense(u, event.item) = 1;
  }
  const Eigen::Index n = x.n_items();
  const Eigen::MatrixXd p =
      (dense.transpose() * dense + lambda * Eigen::MatrixXd::Identity(n, n)).inverse();
  Eigen::MatrixXd b = -p * p.diagonal().cwiseInverse().asDiagonal();
  b.diagonal().setZero();
  return b;
}

float weight(const Ease& model, ItemIndex i, ItemIndex j) { return model.matrix().row(i).at(j); }

TEST(EaseTest, MatchesTheClosedFormWorkedByHand) {
  const auto model = Ease::fit(rows_of(2, {{0, 1}, {0}}), {.regularization = 1, .user_power = 0});
  // X'X + I = [[3,1],[1,2]], so P = [[2,-1],[-1,3]] / 5 and B[0,1] = (1/5) / (3/5).
  EXPECT_FLOAT_EQ(weight(model, 0, 1), 1.0f / 3);
  EXPECT_FLOAT_EQ(weight(model, 1, 0), 1.0f / 2);
  EXPECT_FLOAT_EQ(weight(model, 0, 0), 0);  // an item never votes for itself
}

TEST(EaseTest, AWholeNeighbourhoodIsTheWholeProblem) {
  Random random(3);
  std::vector<std::vector<ItemIndex>> rows(40);
  for (auto& row : rows) {
    for (ItemIndex i = 0; i < 9; ++i) {
      if (random.below(3) == 0) row.push_back(i);
    }
  }
  const auto x = rows_of(9, rows);
  const auto b = naive_ease(x, 2);
  for (const int neighbors : {9, 0}) {
    const auto model = Ease::fit(x, {.regularization = 2, .user_power = 0, .neighbors = neighbors});
    for (ItemIndex i = 0; i < 9; ++i) {
      for (ItemIndex j = 0; j < 9; ++j) EXPECT_NEAR(weight(model, i, j), b(i, j), 1e-5);
    }
  }
}

TEST(EaseTest, TheSameBytesForAnyNumberOfThreads) {
  Random random(5);
  std::vector<std::vector<ItemIndex>> rows(200);
  for (auto& row : rows) {
    for (ItemIndex i = 0; i < 150; ++i) {
      if (random.below(20) == 0) row.push_back(i);
    }
  }
  const auto x = rows_of(150, rows);
  for (const int neighbors : {10, 0}) {
    const auto one = Ease::fit(x, {.neighbors = neighbors}, {.threads = 1});
    for (const int threads : {2, 4}) {
      const auto more = Ease::fit(x, {.neighbors = neighbors}, {.threads = threads});
      EXPECT_TRUE(std::equal(one.matrix().values().begin(), one.matrix().values().end(),
                             more.matrix().values().begin(), more.matrix().values().end()));
    }
  }
}

TEST(EaseTest, TheWholeProblemIsForSmallCatalogues) {
  const auto large = rows_of(20'001, {{0, 1}});
  EXPECT_THROW((void)Ease::fit(large, {.neighbors = 0}), std::invalid_argument);
  EXPECT_EQ(Ease::fit(large).n_items(), 20'001);
  EXPECT_EQ(Ease::fit(rows_of(1, {{0}}), {.neighbors = 0}).matrix().nnz(), 0);
  EXPECT_EQ(Ease::fit(rows_of(0, {{}}), {.neighbors = 0}).n_items(), 0);
}

TEST(EaseTest, WrongOptionsAreNamed) {
  EXPECT_THROW((void)Ease::fit(rows_of(2, {{0}}), {.regularization = 0}), std::invalid_argument);
  EXPECT_THROW((void)Ease::fit(rows_of(2, {{0}}), {.neighbors = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
