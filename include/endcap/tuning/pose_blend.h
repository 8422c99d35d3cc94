#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/models/popularity.h"
#include "endcap/models/scorer.h"
#include "endcap/tuning/blend_problem.h"
#include "endcap/tuning/purpose.h"
#include "endcap/tuning/validation.h"

namespace endcap {

using Models = std::vector<std::shared_ptr<const Scorer>>;

// The model that is the same for whoever asks, or null.
[[nodiscard]] const Popularity* as_popularity(const std::shared_ptr<const Scorer>& model);

// The held-out queries of a purpose, each with the items that any model puts high and what every
// model says of them: one feature for each model, 0 for null. Throws what Progress throws.
[[nodiscard]] BlendProblem pose_blend(const Models& models, const Validation& validation,
                                      std::int32_t n_items, Purpose purpose,
                                      const Context& context);

}  // namespace endcap
