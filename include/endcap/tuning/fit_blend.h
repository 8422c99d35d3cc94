#pragma once

#include <limits>
#include <string>
#include <vector>

#include "endcap/tuning/blend.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {

inline constexpr double kNoTimeBudget = std::numeric_limits<double>::infinity();

struct FitBlendOptions {
  bool keep_all = false;     // what does not pay too
  bool newest_only = false;  // hold out nothing else: fewer fits, and weights less sure
  bool rerank = false;       // where there is an order: train trees that correct the best scores
  // Trained models are fitted on everything from what the hold-out left of them, where it is not in
  // time: in two fifths of the epochs, for lists that are one in a hundred worse.
  bool go_on = true;
  // > 0; trained models are tried while all fits together take nine tenths of it.
  double time_budget_seconds = kNoTimeBudget;
};

// The blend of the named models: weighs them on the shop's newest events and on more hold-outs,
// drops what does not pay, and fits the rest on everything. `is_target`, by kind: what the lists
// should predict. With too few events to hold any out, the models count alike. Trained models are
// tried in turn, each if one as dear as the last of its shape fits into the time budget, and given
// up early if they will not be done in it; for a given set of them the result does not depend on
// time.
[[nodiscard]] Blend fit_blend(const TrainingData& data, const std::vector<std::string>& names,
                              const std::vector<bool>& is_target, const FitBlendOptions& options,
                              const Context& context);

// The terms of `like` with their weights, fitted on this data: nothing is held out or chosen. A
// term that comes with a model keeps it.
[[nodiscard]] Blend refit_blend(const TrainingData& data, Blend like, const Context& context);

}  // namespace endcap
