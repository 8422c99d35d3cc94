#include "endcap/tuning/boosting.h"

#include <cmath>
#include <cstddef>
#include <numeric>

#include "endcap/base/error.h"
#ifdef ENDCAP_HAS_XGBOOST
#include "xgboost/xgboost_booster.h"
#else
#include <stdexcept>
#endif

namespace endcap {
namespace {

void check_rows(const RankedRows& rows, const BoostingOptions& options) {
  const auto n = rows.scores.size();
  require(rows.n_features > 0, "n_features", "be positive", rows.n_features);
  require(rows.features.size() == n * static_cast<std::size_t>(rows.n_features), "features",
          "be n_features per row", rows.features.size());
  require(rows.relevant.size() == n, "relevant", "be one per row", rows.relevant.size());
  const auto counted = std::accumulate(rows.lengths.begin(), rows.lengths.end(), std::size_t{0});
  require(counted == n && n > 0, "lengths", "sum up to the rows, of which there are some", counted);
  for (const float feature : rows.features) {
    require(std::isfinite(feature), "features", "be finite", feature);
  }
  for (const float score : rows.scores) require(std::isfinite(score), "scores", "be finite", score);
  require(options.trees > 0, "trees", "be positive", options.trees);
  require(1 <= options.depth && options.depth <= TreeEnsemble::kMostDepth, "depth",
          "be from 1 to 8", options.depth);
  require(0 < options.learning_rate && options.learning_rate <= 1, "learning_rate", "be in (0, 1]",
          options.learning_rate);
  require(options.least_cover >= 0, "least_cover", "not be negative", options.least_cover);
  require(options.ridge >= 0, "ridge", "not be negative", options.ridge);
}

}  // namespace

bool can_boost() {
#ifdef ENDCAP_HAS_XGBOOST
  return XgboostLibrary::find() != nullptr;
#else
  return false;
#endif
}

TreeEnsemble boost_trees(const RankedRows& rows, const BoostingOptions& options,
                         const Context& context) {
  check_rows(rows, options);
#ifdef ENDCAP_HAS_XGBOOST
  XgboostBooster booster(rows, options);
  for (int tree = 0; tree < options.trees; ++tree) {
    context.step(tree);
    booster.add_tree();
  }
  return booster.trees();
#else
  static_cast<void>(context);
  throw std::runtime_error(
      "boosted trees: this endcap was built without XGBoost (Debian: libxgboost-dev)");
#endif
}

}  // namespace endcap
