#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/tuning/blend.h"
#include "endcap/tuning/blend_problem.h"
#include "endcap/tuning/portfolio.h"
#include "endcap/tuning/pose_blend.h"
#include "endcap/tuning/purpose.h"
#include "endcap/tuning/training_budget.h"
#include "endcap/tuning/validation.h"

namespace endcap {

// What the named models had to say where something was held out.
struct Trial {
  std::vector<BlendTerm> terms = {};      // of the models that were fitted
  Models trained = {};                    // by term: on the first hold-out; null for others
  std::vector<std::string> skipped = {};  // models for which there was no time
  BlendProblem problems[kPurposes] = {};  // by Purpose: one feature for each term
};

// Fits the models on one hold-out after the other, so that no more than one set of them is in
// memory, and the first trained ones. Trained models end early on the first hold-out and take as
// many epochs on the others. Without a hold-out no model is fitted, and each has a term. Throws
// what Progress throws.
[[nodiscard]] Trial try_models(const TrainingData& data, const std::vector<std::string>& names,
                               const std::vector<Validation>& hold_outs, TrainingBudget& budget,
                               const Context& context);

// The term's model, fitted on `data` after the others of `fitted`, which it joins; the term notes
// the seconds and the epochs that it took.
[[nodiscard]] std::shared_ptr<const Scorer> fit_term(BlendTerm& term, const TrainingData& data,
                                                     FittedModels& fitted, const Context& context);

// Whether the model is weighed for the purpose at all: what completes a basket brings nobody back.
[[nodiscard]] bool is_heard(std::string_view name, Purpose purpose);

}  // namespace endcap
