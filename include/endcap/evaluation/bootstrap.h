#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/error.h"
#include "endcap/base/parallel.h"
#include "endcap/base/random.h"

namespace endcap {

struct BootstrapOptions {
  double confidence = 0.95;  // in (0, 1)
  int resamples = 1000;      // > 0
};

// A mean over queries and where it would lie, had other queries been asked.
struct Interval {
  double mean = 0, low = 0, high = 0;
};

struct Difference {
  Interval interval;
  double p_value = 1;  // two-sided, of "there is no difference"; at least 2 / (resamples + 1)
};

namespace detail {
// The mean of each resample of `values`, rising. The same for any number of threads.
inline std::vector<double> resampled_means(std::span<const double> values,
                                           const BootstrapOptions& options,
                                           const Context& context) {
  require(!values.empty(), "values", "hold a query", values.size());
  require(options.confidence > 0 && options.confidence < 1, "confidence", "be in (0, 1)",
          options.confidence);
  require(options.resamples > 0, "resamples", "be positive", options.resamples);
  std::vector<double> means(static_cast<std::size_t>(options.resamples));
  parallel_for(context, options.resamples, 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t b = begin; b < end; ++b) {
      Random random(Random(context.seed).next() + static_cast<std::uint64_t>(b));
      double sum = 0;
      for (std::size_t i = 0; i < values.size(); ++i) sum += values[random.below(values.size())];
      means[static_cast<std::size_t>(b)] = sum / static_cast<double>(values.size());
    }
  });
  std::sort(means.begin(), means.end());
  return means;
}

// The value below which a share `q` of the sorted values lies, linear between neighbours.
inline double quantile(std::span<const double> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

inline Interval percentile_interval(std::span<const double> values, std::span<const double> means,
                                    double confidence) {
  double sum = 0;
  for (const double value : values) sum += value;
  const double tail = (1 - confidence) / 2;
  return {sum / static_cast<double>(values.size()), quantile(means, tail),
          quantile(means, 1 - tail)};
}
}  // namespace detail

// The percentile interval of the mean of one value per query. O(resamples * n) time.
// Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
// Throws std::invalid_argument for no values or an option outside its range.
[[nodiscard]] inline Interval bootstrap_mean(std::span<const double> values,
                                             const BootstrapOptions& options = {},
                                             const Context& context = {}) {
  const auto means = detail::resampled_means(values, options, context);
  return detail::percentile_interval(values, means, options.confidence);
}

// Is `ours` better than `theirs` on the same queries? The interval is of the mean of ours - theirs.
// Throws std::invalid_argument as bootstrap_mean does, and for different lengths.
[[nodiscard]] inline Difference bootstrap_difference(std::span<const double> ours,
                                                     std::span<const double> theirs,
                                                     const BootstrapOptions& options = {},
                                                     const Context& context = {}) {
  require(ours.size() == theirs.size(), "theirs", "have one value for each of ours", theirs.size());
  std::vector<double> gains(ours.size());
  std::transform(ours.begin(), ours.end(), theirs.begin(), gains.begin(), std::minus<>());
  const auto means = detail::resampled_means(gains, options, context);
  const auto not_above = std::upper_bound(means.begin(), means.end(), 0.0) - means.begin();
  const auto not_below = means.end() - std::lower_bound(means.begin(), means.end(), 0.0);
  const auto rarer = static_cast<double>(std::min(not_above, not_below));
  const double p_value = 2 * (rarer + 1) / (static_cast<double>(means.size()) + 1);
  return {detail::percentile_interval(gains, means, options.confidence), std::min(p_value, 1.0)};
}

}  // namespace endcap
