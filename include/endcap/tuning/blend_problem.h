#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"

namespace endcap {

// Candidates of many queries, each with every model's score and whether it was what came next.
struct BlendProblem {
  int n_features = 0;
  std::vector<std::int64_t> offsets = {0};    // (n_queries + 1,): the rows of each query
  std::vector<float> features = {};           // by query (n_features, n_rows of the query)
  std::vector<std::uint8_t> relevant = {};    // (n_rows,)
  std::vector<std::int32_t> n_relevant = {};  // (n_queries,): with those that are no candidate
  // (n_queries,): the last rows of each query that no model puts high, but weights below 0 may:
  // they are ranked with the others, and not learned from. Empty: none.
  std::vector<std::int32_t> n_unlikely = {};

  [[nodiscard]] std::int64_t n_queries() const {
    return static_cast<std::int64_t>(n_relevant.size());
  }
  // Adds the queries of a problem of the same features.
  void append(const BlendProblem& more) {
    const auto rows = static_cast<std::int64_t>(relevant.size());
    features.insert(features.end(), more.features.begin(), more.features.end());
    relevant.insert(relevant.end(), more.relevant.begin(), more.relevant.end());
    n_relevant.insert(n_relevant.end(), more.n_relevant.begin(), more.n_relevant.end());
    n_unlikely.insert(n_unlikely.end(), more.n_unlikely.begin(), more.n_unlikely.end());
    for (std::size_t q = 1; q < more.offsets.size(); ++q) offsets.push_back(rows + more.offsets[q]);
  }
};

// Mean NDCG of the queries under the given weights; ties count against the relevant item.
[[nodiscard]] double blend_ndcg(const BlendProblem& problem, std::span<const float> weights,
                                int cutoff, const Context& context = {});

// Every row's score under the given weights, (n_rows,).
[[nodiscard]] std::vector<float> blend_scores(const BlendProblem& problem,
                                              std::span<const float> weights);

namespace detail {

inline constexpr std::int64_t kQueryBlock = 64;  // that a thread takes at a time

// (n_rows of the query, n_features)
using FeatureRows = Eigen::Map<const Eigen::MatrixXf>;

inline FeatureRows rows_of(const BlendProblem& problem, std::int64_t query) {
  const auto begin = problem.offsets[static_cast<std::size_t>(query)];
  const auto end = problem.offsets[static_cast<std::size_t>(query) + 1];
  return {problem.features.data() + begin * problem.n_features, end - begin, problem.n_features};
}

// The rows of the query that are learned from.
inline auto likely_rows_of(const BlendProblem& problem, std::int64_t query) {
  using Rows = Eigen::Map<const Eigen::MatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;
  const auto rows = rows_of(problem, query);
  const auto unlikely =
      problem.n_unlikely.empty() ? 0 : problem.n_unlikely[static_cast<std::size_t>(query)];
  return Rows(rows.data(), rows.rows() - unlikely, rows.cols(), Eigen::OuterStride<>(rows.rows()));
}

// (n_rows of the query,), of scores by row, (n_rows,)
inline Eigen::Map<const Eigen::VectorXf> scores_of(const BlendProblem& problem, std::int64_t query,
                                                   std::span<const float> scores) {
  const auto begin = problem.offsets[static_cast<std::size_t>(query)];
  const auto end = problem.offsets[static_cast<std::size_t>(query) + 1];
  return {scores.data() + begin, end - begin};
}

// NDCG of one query whose rows have these scores.
inline double ndcg_of(const BlendProblem& problem, std::int64_t query,
                      const Eigen::Ref<const Eigen::VectorXf>& scores, int cutoff) {
  const auto begin = problem.offsets[static_cast<std::size_t>(query)];
  double gain = 0, ideal = 0;
  for (Eigen::Index row = 0; row < scores.size(); ++row) {
    if (problem.relevant[static_cast<std::size_t>(begin + row)] == 0) continue;
    const auto rank = (scores.array() >= scores[row]).count();  // 1 for the best
    if (rank <= cutoff) gain += 1 / std::log2(static_cast<double>(rank) + 1);
  }
  const int places = std::min(cutoff, problem.n_relevant[static_cast<std::size_t>(query)]);
  for (int rank = 1; rank <= places; ++rank) ideal += 1 / std::log2(rank + 1.0);
  return ideal > 0 ? gain / ideal : 0;
}

inline double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace detail

inline std::vector<float> blend_scores(const BlendProblem& problem,
                                       std::span<const float> weights) {
  const Eigen::Map<const Eigen::VectorXf> w(weights.data(), problem.n_features);
  std::vector<float> scores;
  scores.reserve(problem.relevant.size());
  for (std::int64_t query = 0; query < problem.n_queries(); ++query) {
    const Eigen::VectorXf of_query = detail::rows_of(problem, query) * w;
    scores.insert(scores.end(), of_query.begin(), of_query.end());
  }
  return scores;
}

inline double blend_ndcg(const BlendProblem& problem, std::span<const float> weights, int cutoff,
                         const Context& context) {
  const Eigen::Map<const Eigen::VectorXf> w(weights.data(), problem.n_features);
  std::vector<double> ndcgs(static_cast<std::size_t>(problem.n_queries()));
  parallel_for(context, problem.n_queries(), detail::kQueryBlock,
               [&](std::int64_t begin, std::int64_t end, int) {
                 for (auto query = begin; query < end; ++query) {
                   const Eigen::VectorXf scores = detail::rows_of(problem, query) * w;
                   ndcgs[static_cast<std::size_t>(query)] =
                       detail::ndcg_of(problem, query, scores, cutoff);
                 }
               });
  return detail::mean(ndcgs);
}

}  // namespace endcap
