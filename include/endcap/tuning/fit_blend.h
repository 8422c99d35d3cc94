#pragma once

#include <limits>
#include <string>
#include <vector>

#include "endcap/tuning/blend.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {

inline constexpr double kNoTimeBudget = std::numeric_limits<double>::infinity();

// Which of the named models stay in a blend.
enum class Keep { kUseful, kAll };

// The blend of the named models: weighs them on the shop's newest events, drops what does not pay
// unless all are to be kept, and fits the rest on everything. `is_target`, by kind: what the lists
// should predict. With too few events to hold any out, the models of the fast portfolio count
// alike. Trained models are tried in turn while another as dear as the last fits into
// `time_budget_seconds`, and given up early if they will not be done in it; for a given set of them
// the result does not depend on time.
[[nodiscard]] Blend fit_blend(const TrainingData& data, const std::vector<std::string>& names,
                              const std::vector<bool>& is_target, Keep keep, const Context& context,
                              double time_budget_seconds = kNoTimeBudget);

// The terms of `like` with their weights, fitted on this data: nothing is held out or chosen. A
// term that comes with a model keeps it.
[[nodiscard]] Blend refit_blend(const TrainingData& data, Blend like, const Context& context);

}  // namespace endcap
