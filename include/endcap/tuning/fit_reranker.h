#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/evaluation/bootstrap.h"
#include "endcap/tuning/blend_problem.h"
#include "endcap/tuning/tree_ensemble.h"

namespace endcap {

// What trees make of the lists of a blend.
struct FittedReranker {
  std::vector<std::int32_t> terms = {};  // features of the problem that they look at, rising
  TreeEnsemble trees = {};               // look at the prior too; empty where they do not pay
  // What they add to NDCG@20 of queries that they were not trained on (cross-validation), 95 %.
  Interval gain = {};
  // (n_rows,): the blend's scores, corrected by trees that have not seen the row's query.
  std::vector<float> scores = {};
  double seconds = 0;

  // Whether they pay for sure.
  [[nodiscard]] bool wins() const { return gain.low > 0; }
};

// Trees for the best Reranker::kDepth candidates of each query by these weights. `is_prior`, by
// feature: what the prior sums up. Trains them once for each part of the cross-validation and once
// for all queries. Throws as boost_trees() does.
[[nodiscard]] FittedReranker fit_reranker(const BlendProblem& problem,
                                          std::span<const float> weights,
                                          const std::vector<bool>& is_prior,
                                          const Context& context = {});

}  // namespace endcap
