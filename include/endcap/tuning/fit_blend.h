#pragma once

#include <string>
#include <vector>

#include "endcap/tuning/blend.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {

// The blend of the named models: weighs them on the shop's newest events, drops what does not pay,
// and fits the rest on everything. `is_target`, by kind: what the lists should predict. With too
// few events to hold any out, the models of the fast portfolio count alike.
[[nodiscard]] Blend fit_blend(const TrainingData& data, const std::vector<std::string>& names,
                              const std::vector<bool>& is_target, const Context& context);

}  // namespace endcap
