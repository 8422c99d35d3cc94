#pragma once

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
  Context context = {};
};

// All that is known after the log: its events, the catalogue, and the blend fitted on both. Throws
// std::invalid_argument for an empty log, an unknown target or model name.
[[nodiscard]] Snapshot fit_snapshot(const Events& events, const Catalog& catalog,
                                    const FitOptions& options = {});

}  // namespace endcap
