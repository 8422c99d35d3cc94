#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "endcap/base/context.h"
#include "endcap/storage/array.h"

namespace endcap {

struct BlendProblem;

// What a score promises: a curve from scores to probabilities that never falls,
// straight between its knots and level beyond them. Immutable; copies share the
// knots. Source: B. Zadrozny, C. Elkan, "Transforming classifier scores into
// accurate multiclass probability estimates", KDD 2002 (isotonic regression),
// on bins of equal count.
class Calibration {
 public:
  // Promises nothing.
  Calibration() = default;

  // Knots: scores rise, probabilities in [0, 1] never fall, as many of one as
  // of the other. Throws std::invalid_argument.
  Calibration(Array<float> scores, Array<float> probabilities);

  // The curve of what came true; outcomes: 0 or 1 for each score. Promises
  // nothing if there are fewer than 200. Throws std::invalid_argument for
  // different lengths or a score that is not finite.
  [[nodiscard]] static Calibration fit(std::span<const float> scores,
                                       std::span<const std::uint8_t> outcomes);

  [[nodiscard]] bool is_empty() const { return scores_.empty(); }
  // NaN if nothing is promised, or for NaN.
  [[nodiscard]] float probability(float score) const;

  [[nodiscard]] const Array<float>& scores() const { return scores_; }
  [[nodiscard]] const Array<float>& probabilities() const { return probabilities_; }

 private:
  Array<float> scores_, probabilities_;
};

// The curve for the first places of the lists that these scores make of the
// queries, (n_rows,).
[[nodiscard]] Calibration calibrate(const BlendProblem& problem,
                                    std::span<const float> scores_by_row,
                                    const Context& context = {});

}  // namespace endcap
