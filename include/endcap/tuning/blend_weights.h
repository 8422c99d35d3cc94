#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/progress.h"
#include "endcap/tuning/blend_climb.h"
#include "endcap/tuning/blend_problem.h"
#include "endcap/tuning/softmax_fit.h"

namespace endcap {

struct BlendWeightsOptions {
  int cutoff = 20;          // NDCG at this many places is what is climbed
  float ridge = 1e-3f;      // on weights of standardised features, per query,
  float least_ridge = 10;   // but no less than this in all: few queries say little
  int newton_steps = 12;    // of the softmax fit that the climb starts from
  int sweeps = 4;           // of the climb over all weights
  double least_gain = 0.5;  // of a step of the climb, in standard errors over the queries
  std::vector<bool> may_be_negative = {};  // by feature; empty: none
  std::vector<bool> is_dear = {};  // the same; left out, all of them, unless they gain as much

  [[nodiscard]] bool is_free(std::size_t feature) const { return has(may_be_negative, feature); }
  [[nodiscard]] static bool has(const std::vector<bool>& flags, std::size_t feature) {
    return feature < flags.size() && flags[feature];
  }
};

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

// Tries other values of each weight in turn, but of those left out. Returns whether any was better.
inline bool sweep(BlendClimb& climb, const std::vector<float>& scale,
                  const std::vector<bool>& left_out, const BlendWeightsOptions& options) {
  float typical = 0;
  for (std::size_t f = 0; f < scale.size(); ++f) {
    typical = std::max(typical, std::abs(climb.weights()[f] * scale[f]));
  }
  bool moved = false;
  for (std::size_t f = 0; f < scale.size(); ++f) {
    if (BlendWeightsOptions::has(left_out, f)) continue;
    const float now = climb.weights()[f];
    const float unit = typical / scale[f];
    for (const float value :
         {now * 0.5f, now * 0.75f, now * 1.33f, now * 2.0f, 0.0f, now + 0.1f * unit,
          now - 0.1f * unit, now + 0.3f * unit, now - 0.3f * unit}) {
      if (value >= 0 || options.is_free(f)) moved = climb.step(f, value) || moved;
    }
  }
  return moved;
}

// The weights of all features but those left out, whose weights are 0. `scale`: of the features.
inline std::vector<float> weights_without(const std::vector<bool>& left_out,
                                          const BlendProblem& problem,
                                          const std::vector<float>& scale,
                                          const BlendWeightsOptions& options,
                                          const Context& context) {
  const auto n = static_cast<std::size_t>(problem.n_features);
  const double ridge = std::max<double>(options.ridge * static_cast<double>(problem.n_queries()),
                                        options.least_ridge);
  const Eigen::VectorXf start =
      SoftmaxFit(problem, scale, ridge, left_out, context)
          .run_bounded(options.newton_steps, [&](std::size_t f) { return options.is_free(f); });
  std::vector<float> weights(n);
  for (std::size_t f = 0; f < n; ++f) weights[f] = start[static_cast<Eigen::Index>(f)] / scale[f];

  BlendClimb climb(problem, options.cutoff, options.least_gain, context);
  climb.start(std::move(weights));
  for (std::size_t f = 0; f < n; ++f) {  // one model alone
    if (BlendWeightsOptions::has(left_out, f)) continue;
    std::vector<float> alone(n);
    alone[f] = 1 / scale[f];
    climb.restart(alone);
  }
  for (int k = 0; k < options.sweeps && sweep(climb, scale, left_out, options); ++k) continue;
  return climb.weights();
}

}  // namespace detail

inline std::vector<float> learn_blend_weights(const BlendProblem& problem,
                                              const BlendWeightsOptions& options,
                                              const Context& context) {
  detail::SteadyProgress progress(context.progress, problem.n_queries());
  Context steady = context;
  steady.progress = &progress;
  const auto scale = detail::feature_scales(problem);
  auto weights = detail::weights_without({}, problem, scale, options, steady);
  bool is_dear = false;
  for (std::size_t f = 0; f < weights.size(); ++f) {
    is_dear = is_dear || (weights[f] != 0 && BlendWeightsOptions::has(options.is_dear, f));
  }
  if (!is_dear) return weights;
  detail::BlendClimb cheap(problem, options.cutoff, options.least_gain, steady);
  cheap.start(detail::weights_without(options.is_dear, problem, scale, options, steady));
  cheap.restart(weights);
  return cheap.weights();
}

}  // namespace endcap
