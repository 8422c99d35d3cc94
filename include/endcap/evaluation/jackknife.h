#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/evaluation/bootstrap.h"

namespace endcap {

// A figure of all lists together, as coverage is, and what it would be without each group of
// queries. It has no value per query to draw again, and drawing whole lists again would name the
// same items twice, so that a bootstrap lies below the figure: leaving out does not.
struct Total {
  double value = 0;
  std::vector<double> without = {};  // (n_groups,); query q is of group q % n_groups
};

inline constexpr std::size_t kMostGroups = 100;

[[nodiscard]] inline std::size_t group_count(std::size_t n_queries) {
  return std::min(n_queries, kMostGroups);
}

namespace detail {
// The standard error by the delete-a-group jackknife; 0 for fewer than two groups.
inline double jackknife_error(std::span<const double> without) {
  if (without.size() < 2) return 0;
  const auto n = static_cast<double>(without.size());
  double mean = 0, squares = 0;
  for (const double value : without) mean += value / n;
  for (const double value : without) squares += (value - mean) * (value - mean);
  return std::sqrt(squares * (n - 1) / n);
}

// How many standard errors to each side hold this share of a normal distribution.
inline double normal_width(double confidence) {
  double low = 0, high = 40;
  for (int halving = 0; halving < 80; ++halving) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::sqrt(2.0)) < confidence ? low : high) = middle;
  }
  return low;
}
}  // namespace detail

// Where a total in [0, 1] lies with this confidence, by the normal distribution.
// Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11; J. Shao,
// D. Tu, "The Jackknife and Bootstrap", 1995, section 2.3.
// Throws std::invalid_argument for a confidence outside (0, 1).
[[nodiscard]] inline Interval jackknife_interval(const Total& total, double confidence = 0.95) {
  require(confidence > 0 && confidence < 1, "confidence", "be in (0, 1)", confidence);
  const double reach = detail::normal_width(confidence) * detail::jackknife_error(total.without);
  return {total.value, std::max(0.0, total.value - reach), std::min(1.0, total.value + reach)};
}

// Is `ours` above `theirs` on the same queries? Throws as above, and for different groups.
[[nodiscard]] inline Difference jackknife_difference(const Total& ours, const Total& theirs,
                                                     double confidence = 0.95) {
  require(confidence > 0 && confidence < 1, "confidence", "be in (0, 1)", confidence);
  require(ours.without.size() == theirs.without.size(), "theirs", "be of the same queries",
          theirs.without.size());
  std::vector<double> without(ours.without.size());
  for (std::size_t g = 0; g < without.size(); ++g) without[g] = ours.without[g] - theirs.without[g];
  const double gain = ours.value - theirs.value, error = detail::jackknife_error(without);
  const double reach = detail::normal_width(confidence) * error;
  const double p_value =
      error > 0 ? std::erfc(std::abs(gain) / error / std::sqrt(2.0)) : (gain == 0 ? 1.0 : 0.0);
  return {{gain, gain - reach, gain + reach}, p_value};
}

}  // namespace endcap
