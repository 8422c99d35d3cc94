#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/tuning/blend_problem.h"

namespace endcap::detail {

// The standard deviation of each feature within queries; 1 for a constant one.
inline std::vector<float> feature_scales(const BlendProblem& problem) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(problem.n_features);
  std::int64_t n = 0;
  for (std::int64_t query = 0; query < problem.n_queries(); ++query) {
    const auto rows = likely_rows_of(problem, query);
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

// Multinomial logistic regression on the standardised features of a problem, by Newton's method
// with steps that are halved until they help.
class SoftmaxFit {
 public:
  // scales: (n_features,). Both must outlive this. `ridge`: of squared weights, in all. `left_out`,
  // by feature: whose weights stay 0; empty: none.
  SoftmaxFit(const BlendProblem& problem, const std::vector<float>& scales, double ridge,
             const std::vector<bool>& left_out, const Context& context)
      : problem_(problem),
        scales_(scales.data(), static_cast<Eigen::Index>(scales.size())),
        ridge_(ridge),
        context_(context),
        in_use_(scales.size(), true) {
    for (std::size_t f = 0; f < left_out.size(); ++f) in_use_[f] = !left_out[f];
  }

  // Weights of the standardised features, (n_features,).
  Eigen::VectorXf run(int steps);
  // The same with none below 0 but where `is_free(feature)`: what comes out negative is dropped,
  // and the rest fitted again.
  template <class IsFree>
  Eigen::VectorXf run_bounded(int steps, IsFree&& is_free);

 private:
  struct Sums {
    double loss = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd hessian;
  };

  // Of all queries and the ridge; the loss alone, or all.
  Sums sums(const Eigen::VectorXf& weights, bool loss_only) const;
  void add(std::int64_t query, const Eigen::VectorXf& weights, bool loss_only, Sums& to) const;

  const BlendProblem& problem_;
  Eigen::Map<const Eigen::VectorXf> scales_;
  double ridge_;
  Context context_;
  std::vector<bool> in_use_;
};

inline void SoftmaxFit::add(std::int64_t query, const Eigen::VectorXf& weights, bool loss_only,
                            Sums& to) const {
  const auto begin = problem_.offsets[static_cast<std::size_t>(query)];
  const auto features = likely_rows_of(problem_, query);
  Eigen::VectorXf target = Eigen::VectorXf::Zero(features.rows());
  for (Eigen::Index row = 0; row < features.rows(); ++row) {
    target[row] = problem_.relevant[static_cast<std::size_t>(begin + row)];
  }
  const float hits = target.sum();
  if (hits == 0) return;
  target /= hits;
  const Eigen::VectorXf inverse = scales_.cwiseInverse();
  Eigen::VectorXf p = features * weights.cwiseProduct(inverse);
  const float top = p.maxCoeff();
  to.loss += static_cast<double>(top) - static_cast<double>(p.dot(target));
  p = (p.array() - top).exp().matrix();
  const float sum = p.sum();
  to.loss += std::log(static_cast<double>(sum));
  if (loss_only) return;
  p /= sum;
  const Eigen::MatrixXf rows = features * inverse.asDiagonal();
  const Eigen::VectorXf mean = rows.transpose() * p;
  to.gradient += (rows.transpose() * (p - target)).cast<double>();
  to.hessian += (rows.transpose() * p.asDiagonal() * rows - mean * mean.transpose()).cast<double>();
}

inline SoftmaxFit::Sums SoftmaxFit::sums(const Eigen::VectorXf& weights, bool loss_only) const {
  const Eigen::Index n = problem_.n_features;
  const std::int64_t blocks = (problem_.n_queries() + kQueryBlock - 1) / kQueryBlock;
  std::vector<Sums> parts(static_cast<std::size_t>(blocks));  // added up in order
  parallel_for(context_, blocks, 1, [&](std::int64_t block, std::int64_t, int) {
    auto& part = parts[static_cast<std::size_t>(block)];
    if (!loss_only) part = {0, Eigen::VectorXd::Zero(n), Eigen::MatrixXd::Zero(n, n)};
    const auto end = std::min(problem_.n_queries(), (block + 1) * kQueryBlock);
    for (auto query = block * kQueryBlock; query < end; ++query)
      add(query, weights, loss_only, part);
  });
  Sums all;
  all.loss = 0.5 * ridge_ * weights.cast<double>().squaredNorm();
  if (!loss_only) {
    all.gradient = ridge_ * weights.cast<double>();
    all.hessian = Eigen::MatrixXd::Identity(n, n) * (ridge_ + 1e-9);
  }
  for (const auto& part : parts) {
    all.loss += part.loss;
    if (loss_only) continue;
    all.gradient += part.gradient;
    all.hessian += part.hessian;
  }
  return all;
}

inline Eigen::VectorXf SoftmaxFit::run(int steps) {
  constexpr int kHalvings = 10;
  Eigen::VectorXf weights = Eigen::VectorXf::Zero(problem_.n_features);
  for (int step = 0; step < steps; ++step) {
    Sums now = sums(weights, false);
    for (Eigen::Index f = 0; f < weights.size(); ++f) {
      if (in_use_[static_cast<std::size_t>(f)]) continue;
      now.hessian.row(f).setZero();
      now.hessian.col(f).setZero();
      now.hessian(f, f) = 1;
      now.gradient[f] = 0;
    }
    const Eigen::VectorXf move = now.hessian.ldlt().solve(now.gradient).cast<float>();
    float share = 1;
    const auto helps = [&] { return sums(weights - share * move, true).loss < now.loss; };
    int halvings = 0;
    while (halvings < kHalvings && !helps()) {
      share *= 0.5f;
      ++halvings;
    }
    if (halvings == kHalvings) break;
    weights -= share * move;
    if (share * move.cwiseAbs().maxCoeff() < 1e-3f) break;
  }
  return weights;
}

template <class IsFree>
Eigen::VectorXf SoftmaxFit::run_bounded(int steps, IsFree&& is_free) {
  for (;;) {
    Eigen::VectorXf weights = run(steps);
    float worst = 0;
    for (std::size_t f = 0; f < in_use_.size(); ++f) {
      if (!is_free(f)) worst = std::min(worst, weights[static_cast<Eigen::Index>(f)]);
    }
    if (worst == 0) return weights;
    for (std::size_t f = 0; f < in_use_.size(); ++f) {
      const float weight = weights[static_cast<Eigen::Index>(f)];
      if (!is_free(f) && weight <= worst * 0.5f) in_use_[f] = false;
    }
  }
}

}  // namespace endcap::detail
