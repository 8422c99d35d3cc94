#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/catalog/catalog.h"
#include "endcap/events/events.h"
#include "endcap/serving/snapshot.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {

struct FitOptions {
  std::string target = "purchase";  // the kind to predict; where the log has none, every kind is
  Effort effort = Effort::kBalanced;
  std::vector<std::string> models = {};  // by name, to choose by hand; empty: chosen on the log
  // With Effort::kBest only; > 0 (900 if not given). How many trained models are tried: another is
  // while one as dear as the last fits in. What is tried does not otherwise depend on time.
  std::optional<double> time_budget_seconds = {};
  Context context = {};
};

// All that is known after the log: its events, the catalogue, and the blend fitted on both. Throws
// std::invalid_argument for an empty log, an unknown target or model name, or a
// time budget that is not positive or goes with less than the best effort.
[[nodiscard]] Snapshot fit_snapshot(const Events& events, const Catalog& catalog,
                                    const FitOptions& options = {});

}  // namespace endcap
