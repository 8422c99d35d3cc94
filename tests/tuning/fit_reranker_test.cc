#ifdef ENDCAP_HAS_XGBOOST

#include "endcap/tuning/fit_reranker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/tuning/reranker.h"

namespace endcap {
namespace {

constexpr int kCandidates = 70;
const std::vector<float> kWeights = {1, 0, 0.5f};
const std::vector<bool> kIsPrior = {false, false, true};

// Queries of 70 candidates with three features, one of which is wanted: by `wanted`, from the
// features (70, 3) of the query.
template <class Wanted>
BlendProblem problem_of(int n_queries, Wanted&& wanted) {
  BlendProblem problem{.n_features = 3};
  Random random(6);
  for (int query = 0; query < n_queries; ++query) {
    Eigen::MatrixXf rows(kCandidates, 3);
    for (auto& value : rows.reshaped()) value = static_cast<float>(random.uniform());
    const int relevant = wanted(rows, random);
    problem.features.insert(problem.features.end(), rows.data(), rows.data() + rows.size());
    for (int row = 0; row < kCandidates; ++row) problem.relevant.push_back(row == relevant ? 1 : 0);
    problem.offsets.push_back(static_cast<std::int64_t>(problem.relevant.size()));
    problem.n_relevant.push_back(1);
  }
  return problem;
}

// The candidate whose first feature comes closest to .6: neither more nor less of it is better.
int middling(const Eigen::MatrixXf& rows, Random& /*random*/) {
  Eigen::Index row = 0;
  (rows.col(0).array() - 0.6f).abs().minCoeff(&row);
  return static_cast<int>(row);
}

int any(const Eigen::MatrixXf& /*rows*/, Random& random) {
  return static_cast<int>(random.below(kCandidates));
}

TEST(FitRerankerTest, WinsWhereTheBestIsNotTheMost) {
  const auto problem = problem_of(400, middling);
  const auto fitted = fit_reranker(problem, kWeights, kIsPrior);
  EXPECT_TRUE(fitted.wins());
  EXPECT_EQ(fitted.terms, std::vector<std::int32_t>{0});  // without weight 1 says nothing
  ASSERT_FALSE(fitted.trees.empty());
  EXPECT_EQ(fitted.trees.n_features(), 2);
  // The prior is the weighted sum of what belongs to it.
  EXPECT_GT(fitted.trees.predict(std::vector{0.6f, 0.25f}),
            fitted.trees.predict(std::vector{0.9f, 0.25f}) + 1);

  // The gain is that of the scores that it hands out, and these of the best fifty differ.
  double gain = 0;
  const auto before = blend_scores(problem, kWeights);
  for (std::int64_t query = 0; query < problem.n_queries(); ++query) {
    const auto ndcg = [&](const std::vector<float>& scores) {
      return detail::ndcg_of(problem, query, detail::scores_of(problem, query, scores), 20);
    };
    gain += ndcg(fitted.scores) - ndcg(before);
    int n_changed = 0;
    for (auto row = problem.offsets[static_cast<std::size_t>(query)];
         row < problem.offsets[static_cast<std::size_t>(query) + 1]; ++row) {
      const auto i = static_cast<std::size_t>(row);
      n_changed += fitted.scores[i] != before[i] ? 1 : 0;
    }
    EXPECT_LE(n_changed, Reranker::kDepth);
    EXPECT_GT(n_changed, Reranker::kDepth / 2);
  }
  EXPECT_NEAR(fitted.gain.mean, gain / static_cast<double>(problem.n_queries()), 1e-12);
  EXPECT_LT(fitted.gain.low, fitted.gain.mean);
}

TEST(FitRerankerTest, LosesWhereThereIsNothingToLearn) {
  const auto fitted = fit_reranker(problem_of(400, any), kWeights, kIsPrior);
  EXPECT_FALSE(fitted.wins());
  EXPECT_TRUE(fitted.trees.empty());
}

}  // namespace
}  // namespace endcap

#endif  // ENDCAP_HAS_XGBOOST
