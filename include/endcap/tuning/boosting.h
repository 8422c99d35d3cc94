#pragma once

#include <cstdint>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/tuning/tree_ensemble.h"

namespace endcap {

// Lists by some first score, the items of one query after those of the other: what trees learn to
// put into a better order.
struct RankedRows {
  std::int32_t n_features = 0;
  std::vector<float> features = {};         // (n_rows, n_features)
  std::vector<float> scores = {};           // (n_rows,), the first ones
  std::vector<std::uint8_t> relevant = {};  // (n_rows,)
  std::vector<std::uint32_t> lengths = {};  // (n_queries,): rows of each
};

struct BoostingOptions {
  int trees = 150;              // > 0
  int depth = 4;                // of a tree, 1 to TreeEnsemble::kMostDepth
  float learning_rate = 0.05f;  // in (0, 1]
  float least_cover = 10;       // >= 0: second derivatives of the loss in a leaf, 1/4 or less each
  float ridge = 10;             // >= 0, on what leaves add
};

// Whether this build knows XGBoost, and the system has it.
[[nodiscard]] bool can_boost();

// Trees whose sum, added to the first scores, puts relevant rows first: gradient boosting of
// pairwise losses (LambdaMART) by XGBoost, which is loaded when it is first asked for. One thread,
// so that the same rows give the same trees. Throws std::runtime_error without XGBoost or for what
// it refuses, std::invalid_argument for rows that do not fit together, and what Progress throws.
// Source: C. Burges, "From RankNet to LambdaRank to LambdaMART: An Overview", MSR-TR-2010-82; T.
// Chen and C. Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016.
[[nodiscard]] TreeEnsemble boost_trees(const RankedRows& rows, const BoostingOptions& options = {},
                                       const Context& context = {});

}  // namespace endcap
