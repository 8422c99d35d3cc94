#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"

namespace endcap {

// Candidates of many queries, each with every model's score and whether it was what came next.
struct BlendProblem {
  int n_features = 0;
  std::vector<std::int64_t> offsets = {0};  // (n_queries + 1,): the rows of each query
  std::vector<float> features;              // (n_rows, n_features)
  std::vector<std::uint8_t> relevant;       // (n_rows,)
  std::vector<std::int32_t> n_relevant;     // (n_queries,): with those that are no candidate

  [[nodiscard]] std::int64_t n_queries() const {
    return static_cast<std::int64_t>(n_relevant.size());
  }
};

struct BlendWeightsOptions {
  int cutoff = 20;          // NDCG at this many places is what is climbed
  float ridge = 1e-3f;      // on weights of standardised features, per query,
  float least_ridge = 10;   // but no less than this in all: few queries say little
  int newton_steps = 12;    // of the softmax fit that the climb starts from
  int sweeps = 4;           // of the climb over all weights
  double least_gain = 0.5;  // of a step of the climb, in standard errors over the queries
  std::vector<bool> may_be_negative = {};  // by feature; empty: none

  [[nodiscard]] bool is_free(std::size_t feature) const {
    return feature < may_be_negative.size() && may_be_negative[feature];
  }
};

// Mean NDCG of the queries under the given weights; ties count against the relevant item.
[[nodiscard]] double blend_ndcg(const BlendProblem& problem, std::span<const float> weights,
                                int cutoff, const Context& context = {});

// The weights under which what came next ranks best: multinomial logistic regression (listwise
// softmax) by Newton's method, then coordinate ascent on NDCG itself, which also drops what does
// not pay. Returns one weight per feature, 0 or more unless it may be negative. Deterministic. An
// exception from Progress ends it. Cost: a few hundred passes over the rows. Source: Z. Cao et al.,
// "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007, section 4; D. Metzler
// and W. B. Croft, "Linear feature-based models for information retrieval", Information Retrieval
// 10, 2007, section 4.2.
[[nodiscard]] std::vector<float> learn_blend_weights(const BlendProblem& problem,
                                                     const BlendWeightsOptions& options = {},
                                                     const Context& context = {});

namespace detail {

// Says that work goes on, not how far: of many short passes a bar would run to and fro.
class SteadyProgress final : public Progress {
 public:
  // `shown` may be null; it is told `done` at every step.
  SteadyProgress(Progress* shown, std::int64_t done) : shown_(shown), done_(done) {}
  void begin(std::string_view, std::int64_t) override {}
  void step(std::int64_t) override {
    if (shown_ != nullptr) shown_->step(done_);
  }

 private:
  Progress* shown_;
  std::int64_t done_;
};

using FeatureRows =
    Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

inline FeatureRows rows_of(const BlendProblem& problem, std::int64_t query) {
  const auto begin = problem.offsets[static_cast<std::size_t>(query)];
  const auto end = problem.offsets[static_cast<std::size_t>(query) + 1];
  return {problem.features.data() + begin * problem.n_features, end - begin, problem.n_features};
}

// NDCG of one query whose rows have these scores.
inline double ndcg_of(const BlendProblem& problem, std::int64_t query,
                      const Eigen::VectorXf& scores, int cutoff) {
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

// The standard deviation of each feature within queries; 1 for a constant one.
inline std::vector<float> feature_scales(const BlendProblem& problem) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(problem.n_features);
  std::int64_t n = 0;
  for (std::int64_t query = 0; query < problem.n_queries(); ++query) {
    const auto rows = rows_of(problem, query);
    if (rows.rows() < 2) continue;
    const Eigen::RowVectorXf mean = rows.colwise().mean();
    sum += (rows.rowwise() - mean).cwiseAbs2().colwise().sum().cast<double>().transpose();
    n += rows.rows();
  }
  std::vector<float> scales(static_cast<std::size_t>(problem.n_features), 1.0f);
  for (std::size_t f = 0; f < scales.size(); ++f) {
    const double variance = n > 0 ? sum[static_cast<Eigen::Index>(f)] / static_cast<double>(n) : 0;
    if (variance > 1e-30) scales[f] = static_cast<float>(std::sqrt(variance));
  }
  return scales;
}

// One query's part of the gradient and Hessian of the softmax loss.
struct SoftmaxSums {
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
};

inline void add_softmax(const BlendProblem& problem, std::int64_t query,
                        const Eigen::VectorXf& weights, const Eigen::VectorXf& scales,
                        SoftmaxSums& sums) {
  const auto begin = problem.offsets[static_cast<std::size_t>(query)];
  const Eigen::MatrixXf rows = rows_of(problem, query) * scales.cwiseInverse().asDiagonal();
  Eigen::VectorXf target = Eigen::VectorXf::Zero(rows.rows());
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    target[row] = problem.relevant[static_cast<std::size_t>(begin + row)];
  }
  const float hits = target.sum();
  if (hits == 0) return;
  Eigen::VectorXf p = rows * weights;
  p = (p.array() - p.maxCoeff()).exp().matrix();
  p /= p.sum();
  const Eigen::VectorXf mean = rows.transpose() * p;
  sums.gradient += (rows.transpose() * (p - target / hits)).cast<double>();
  sums.hessian +=
      (rows.transpose() * p.asDiagonal() * rows - mean * mean.transpose()).cast<double>();
}

// Weights of the standardised features; those not in use are held at 0.
inline Eigen::VectorXf fit_softmax(const BlendProblem& problem, const Eigen::VectorXf& scales,
                                   const std::vector<bool>& in_use,
                                   const BlendWeightsOptions& options, const Context& context) {
  constexpr std::int64_t kBlock = 64;  // queries whose sums are added up in order
  const std::int64_t blocks = (problem.n_queries() + kBlock - 1) / kBlock;
  const Eigen::Index n = problem.n_features;
  Eigen::VectorXf weights = Eigen::VectorXf::Zero(n);
  for (int step = 0; step < options.newton_steps; ++step) {
    std::vector<SoftmaxSums> sums(static_cast<std::size_t>(blocks));
    parallel_for(context, blocks, 1, [&](std::int64_t block, std::int64_t, int) {
      auto& own = sums[static_cast<std::size_t>(block)];
      own = {Eigen::VectorXd::Zero(n), Eigen::MatrixXd::Zero(n, n)};
      const auto end = std::min(problem.n_queries(), (block + 1) * kBlock);
      for (auto query = block * kBlock; query < end; ++query) {
        add_softmax(problem, query, weights, scales, own);
      }
    });
    const double ridge = std::max<double>(options.ridge * static_cast<double>(problem.n_queries()),
                                          options.least_ridge);
    Eigen::VectorXd gradient = ridge * weights.cast<double>();
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Identity(n, n) * (ridge + 1e-9);
    for (const auto& own : sums) {
      gradient += own.gradient;
      hessian += own.hessian;
    }
    for (Eigen::Index f = 0; f < n; ++f) {
      if (in_use[static_cast<std::size_t>(f)]) continue;
      hessian.row(f).setZero();
      hessian.col(f).setZero();
      hessian(f, f) = 1;
      gradient[f] = 0;
    }
    Eigen::VectorXd move = hessian.ldlt().solve(gradient);
    const double longest = move.cwiseAbs().maxCoeff();
    if (longest > 2) move *= 2 / longest;  // Newton's step is wild far from the optimum
    weights -= move.cast<float>();
    if (longest < 1e-4) break;
  }
  return weights;
}

// The same with no weight below 0 but the free ones: what comes out negative is dropped, and the
// rest fitted again.
inline Eigen::VectorXf fit_bounded_softmax(const BlendProblem& problem,
                                           const Eigen::VectorXf& scales,
                                           const BlendWeightsOptions& options,
                                           const Context& context) {
  std::vector<bool> in_use(static_cast<std::size_t>(problem.n_features), true);
  for (;;) {
    Eigen::VectorXf weights = fit_softmax(problem, scales, in_use, options, context);
    float worst = 0;
    for (std::size_t f = 0; f < in_use.size(); ++f) {
      if (!options.is_free(f)) worst = std::min(worst, weights[static_cast<Eigen::Index>(f)]);
    }
    if (worst == 0) return weights;
    for (std::size_t f = 0; f < in_use.size(); ++f) {
      const float weight = weights[static_cast<Eigen::Index>(f)];
      if (!options.is_free(f) && weight <= worst * 0.5f) in_use[f] = false;
    }
  }
}

// NDCG of each query under the weights.
inline std::vector<double> query_ndcgs(const BlendProblem& problem, std::span<const float> weights,
                                       int cutoff, const Context& context) {
  const Eigen::Map<const Eigen::VectorXf> w(weights.data(), problem.n_features);
  std::vector<double> ndcg(static_cast<std::size_t>(problem.n_queries()));
  parallel_for(context, problem.n_queries(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto query = begin; query < end; ++query) {
      const Eigen::VectorXf scores = rows_of(problem, query) * w;
      ndcg[static_cast<std::size_t>(query)] = ndcg_of(problem, query, scores, cutoff);
    }
  });
  return ndcg;
}

inline double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Whether `after` beats `before`, query by query, by more than this many standard errors.
inline bool beats(std::span<const double> after, std::span<const double> before, double errors) {
  constexpr double kLeastGain = 1e-5;
  const auto n = static_cast<double>(after.size());
  double sum = 0, squares = 0;
  for (std::size_t q = 0; q < after.size(); ++q) {
    const double gain = after[q] - before[q];
    sum += gain;
    squares += gain * gain;
  }
  if (sum <= kLeastGain * n) return false;
  const double variance = std::max(0.0, squares / n - (sum / n) * (sum / n));
  return sum / n > errors * std::sqrt(variance / n);
}

}  // namespace detail

inline double blend_ndcg(const BlendProblem& problem, std::span<const float> weights, int cutoff,
                         const Context& context) {
  return detail::mean(detail::query_ndcgs(problem, weights, cutoff, context));
}

inline std::vector<float> learn_blend_weights(const BlendProblem& problem,
                                              const BlendWeightsOptions& options,
                                              const Context& context) {
  detail::SteadyProgress progress(context.progress, problem.n_queries());
  Context steady = context;
  steady.progress = &progress;
  const auto n = static_cast<std::size_t>(problem.n_features);
  const auto scale = detail::feature_scales(problem);
  const Eigen::Map<const Eigen::VectorXf> scales(scale.data(), problem.n_features);
  const Eigen::VectorXf start = detail::fit_bounded_softmax(problem, scales, options, steady);
  std::vector<float> best(n);
  for (std::size_t f = 0; f < n; ++f) best[f] = start[static_cast<Eigen::Index>(f)] / scale[f];
  auto best_ndcgs = detail::query_ndcgs(problem, best, options.cutoff, steady);

  const auto keep_if_better = [&](const std::vector<float>& weights) {
    auto ndcgs = detail::query_ndcgs(problem, weights, options.cutoff, steady);
    if (!detail::beats(ndcgs, best_ndcgs, options.least_gain)) return false;
    best = weights;
    best_ndcgs = std::move(ndcgs);
    return true;
  };
  for (std::size_t f = 0; f < n; ++f) {  // one model alone
    std::vector<float> alone(n);
    alone[f] = 1 / scale[f];
    keep_if_better(alone);
  }
  for (int sweep = 0; sweep < options.sweeps; ++sweep) {
    bool moved = false;
    const float typical = [&] {
      float largest = 0;
      for (std::size_t f = 0; f < n; ++f) largest = std::max(largest, std::abs(best[f] * scale[f]));
      return largest;
    }();
    for (std::size_t f = 0; f < n; ++f) {
      const float now = best[f];
      const float unit = typical / scale[f];
      for (const float value :
           {now * 0.5f, now * 0.75f, now * 1.33f, now * 2.0f, 0.0f, now + 0.1f * unit,
            now - 0.1f * unit, now + 0.3f * unit, now - 0.3f * unit}) {
        if (value < 0 && !options.is_free(f)) continue;
        std::vector<float> weights = best;
        weights[f] = value;
        moved = keep_if_better(weights) || moved;
      }
    }
    if (!moved) break;
  }
  return best;
}

}  // namespace endcap
