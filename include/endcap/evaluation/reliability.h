#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "endcap/base/error.h"

namespace endcap {

// Of the shown items whose probability lay between low and high: what was promised, what came.
struct ReliabilityBin {
  double low = 0, high = 0;
  std::int64_t count = 0;
  double predicted = 0;  // mean probability
  double observed = 0;   // share that was right
};

// Bins of equal count by rising probability; equal probabilities share a bin, so that there may be
// fewer than n_bins. probabilities, outcomes (0 or 1): (n,). Throws std::invalid_argument for
// different lengths, a probability outside [0, 1], or n_bins below 1.
[[nodiscard]] inline std::vector<ReliabilityBin> reliability_bins(
    std::span<const double> probabilities, std::span<const std::uint8_t> outcomes,
    std::size_t n_bins = 10) {
  require(n_bins > 0, "n_bins", "be positive", n_bins);
  require(outcomes.size() == probabilities.size(), "outcomes", "be one per probability",
          outcomes.size());
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const double p : probabilities) require(p >= 0 && p <= 1, "probability", "be in [0, 1]", p);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] != probabilities[b] ? probabilities[a] < probabilities[b] : a < b;
  });
  std::vector<ReliabilityBin> bins;
  for (std::size_t b = 0, begin = 0; b < n_bins; ++b) {
    auto end = std::max(begin, (b + 1) * order.size() / n_bins);
    while (end > begin && end < order.size() &&
           probabilities[order[end]] == probabilities[order[end - 1]]) {
      ++end;
    }
    if (end == begin) continue;
    ReliabilityBin bin{.low = probabilities[order[begin]], .high = probabilities[order[end - 1]]};
    bin.count = static_cast<std::int64_t>(end - begin);
    for (; begin < end; ++begin) {
      bin.predicted += probabilities[order[begin]] / static_cast<double>(bin.count);
      bin.observed += outcomes[order[begin]] / static_cast<double>(bin.count);
    }
    bins.push_back(bin);
  }
  return bins;
}

// The mean of |predicted - observed| over all that was shown; 0 if nothing was.
// Source: M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using
// Bayesian Binning", AAAI 2015; with bins of equal count.
[[nodiscard]] inline double expected_calibration_error(std::span<const ReliabilityBin> bins) {
  double sum = 0, count = 0;
  for (const auto& bin : bins) {
    sum += static_cast<double>(bin.count) * std::abs(bin.predicted - bin.observed);
    count += static_cast<double>(bin.count);
  }
  return count > 0 ? sum / count : 0;
}

}  // namespace endcap
