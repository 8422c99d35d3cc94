#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/tuning/blend_problem.h"

namespace endcap::detail {

// Weights of a blend that become better one at a time. It keeps the scores of all rows, so that a
// trial costs one feature and not all.
class BlendClimb {
 public:
  // `errors`: by how many standard errors over the queries a step must gain. The problem must
  // outlive this.
  BlendClimb(const BlendProblem& problem, int cutoff, double errors, const Context& context)
      : problem_(problem),
        cutoff_(cutoff),
        errors_(errors),
        context_(context),
        scores_(static_cast<Eigen::Index>(problem.relevant.size())) {
    for (std::int64_t query = 0; query < problem.n_queries(); ++query) {
      const auto begin =
          problem.relevant.begin() + problem.offsets[static_cast<std::size_t>(query)];
      const auto end =
          problem.relevant.begin() + problem.offsets[static_cast<std::size_t>(query) + 1];
      if (std::find(begin, end, 1) != end) open_.push_back(query);
    }
  }

  [[nodiscard]] const std::vector<float>& weights() const { return weights_; }
  [[nodiscard]] double ndcg() const { return mean(ndcgs_); }

  void start(std::vector<float> weights) {
    weights_ = std::move(weights);
    const Eigen::Map<const Eigen::VectorXf> w(weights_.data(), problem_.n_features);
    each_query(
        [&](std::int64_t query) { scores_of(query).noalias() = rows_of(problem_, query) * w; });
    ndcgs_ = ndcgs([](std::int64_t, auto&) {});
  }

  // Starts there if that is better than where it stands.
  bool restart(const std::vector<float>& weights) {
    BlendClimb other(problem_, cutoff_, errors_, context_);
    other.start(weights);
    if (!beats(other.ndcgs_)) return false;
    weights_ = std::move(other.weights_);
    scores_ = std::move(other.scores_);
    ndcgs_ = std::move(other.ndcgs_);
    return true;
  }

  // Gives one weight another value if that is better.
  bool step(std::size_t feature, float value) {
    const float change = value - weights_[feature];
    if (change == 0) return false;
    const auto column = static_cast<Eigen::Index>(feature);
    auto after = ndcgs([&](std::int64_t query, auto& scores) {
      scores += change * rows_of(problem_, query).col(column);
    });
    if (!beats(after)) return false;
    auto weights = weights_;
    weights[feature] = value;
    start(std::move(weights));
    return true;
  }

 private:
  [[nodiscard]] Eigen::Ref<Eigen::VectorXf> scores_of(std::int64_t query) {
    const auto begin = problem_.offsets[static_cast<std::size_t>(query)];
    return scores_.segment(begin, problem_.offsets[static_cast<std::size_t>(query) + 1] - begin);
  }

  // Visits the queries that any weights can answer.
  template <class Visit>
  void each_query(Visit&& visit) const {
    const auto n = static_cast<std::int64_t>(open_.size());
    parallel_for(context_, n, kQueryBlock, [&](std::int64_t begin, std::int64_t end, int) {
      for (auto i = begin; i < end; ++i) visit(open_[static_cast<std::size_t>(i)]);
    });
  }

  // NDCG by query, (n_queries,), after `change` of its scores.
  template <class Change>
  std::vector<double> ndcgs(Change&& change) {
    std::vector<double> result(static_cast<std::size_t>(problem_.n_queries()));
    each_query([&](std::int64_t query) {
      thread_local Eigen::VectorXf scores;
      scores = scores_of(query);
      change(query, scores);
      result[static_cast<std::size_t>(query)] = ndcg_of(problem_, query, scores, cutoff_);
    });
    return result;
  }

  // Whether `after` is better, query by query, by more than the standard errors.
  [[nodiscard]] bool beats(std::span<const double> after) const {
    constexpr double kLeastGain = 1e-5;
    const auto n = static_cast<double>(after.size());
    double sum = 0, squares = 0;
    for (std::size_t q = 0; q < after.size(); ++q) {
      const double gain = after[q] - ndcgs_[q];
      sum += gain;
      squares += gain * gain;
    }
    if (sum <= kLeastGain * n) return false;
    const double variance = std::max(0.0, squares / n - (sum / n) * (sum / n));
    return sum / n > errors_ * std::sqrt(variance / n);
  }

  const BlendProblem& problem_;
  int cutoff_;
  double errors_;
  Context context_;
  std::vector<std::int64_t> open_;  // queries with a candidate that was right
  std::vector<float> weights_;      // (n_features,)
  Eigen::VectorXf scores_;          // (n_rows,), under the weights
  std::vector<double> ndcgs_;       // (n_queries,)
};

}  // namespace endcap::detail
