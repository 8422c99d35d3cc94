#include "endcap/tuning/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/parallel.h"
#include "endcap/tuning/blend_problem.h"

namespace endcap {
namespace {

constexpr std::size_t kFewestOutcomes = 200;
constexpr std::size_t kLeastOfABin = 50;
constexpr std::size_t kMostBins = 64;
constexpr std::size_t kPlaces = 50;  // of each list that are looked at

// Neighbouring scores as one.
struct Bin {
  double n = 0, score = 0, hits = 0;  // sums

  [[nodiscard]] double rate() const { return hits / n; }
  void add(const Bin& other) {
    n += other.n;
    score += other.score;
    hits += other.hits;
  }
};

// Bins of equal count by rising score; equal scores share one.
std::vector<Bin> bins_of(std::span<const float> scores, std::span<const std::uint8_t> outcomes) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] < scores[b] : a < b;
  });
  const auto n_bins = std::clamp<std::size_t>(order.size() / kLeastOfABin, 1, kMostBins);
  std::vector<Bin> bins;
  for (std::size_t b = 0, begin = 0; b < n_bins; ++b) {
    const auto end = (b + 1) * order.size() / n_bins;
    if (begin >= end) continue;
    Bin bin;
    for (; begin < end || (begin < order.size() && scores[order[begin]] == scores[order[end - 1]]);
         ++begin) {
      bin.add({1, scores[order[begin]], static_cast<double>(outcomes[order[begin]])});
    }
    bins.push_back(bin);
  }
  return bins;
}

// Pools neighbours until rates never fall: isotonic regression.
std::vector<Bin> pooled(const std::vector<Bin>& bins) {
  std::vector<Bin> rising;
  for (auto bin : bins) {
    while (!rising.empty() && rising.back().rate() >= bin.rate()) {
      bin.add(rising.back());
      rising.pop_back();
    }
    rising.push_back(bin);
  }
  return rising;
}

}  // namespace

Calibration::Calibration(Array<float> scores, Array<float> probabilities)
    : scores_(std::move(scores)), probabilities_(std::move(probabilities)) {
  require(scores_.size() == probabilities_.size(), "probabilities", "be one per score",
          probabilities_.size());
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    require(std::isfinite(scores_[i]) && (i == 0 || scores_[i - 1] < scores_[i]), "scores",
            "be finite and rise", scores_[i]);
    require(probabilities_[i] >= (i == 0 ? 0 : probabilities_[i - 1]) && probabilities_[i] <= 1,
            "probabilities", "lie in [0, 1] and never fall", probabilities_[i]);
  }
}

Calibration Calibration::fit(std::span<const float> scores,
                             std::span<const std::uint8_t> outcomes) {
  require(outcomes.size() == scores.size(), "outcomes", "be one per score", outcomes.size());
  for (const float score : scores) require(std::isfinite(score), "scores", "be finite", score);
  if (scores.size() < kFewestOutcomes) return {};
  std::vector<float> knots, probabilities;
  for (const auto& bin : pooled(bins_of(scores, outcomes))) {
    const auto knot = static_cast<float>(bin.score / bin.n);
    if (!knots.empty() && knot <= knots.back()) continue;  // closer than a float can tell
    knots.push_back(knot);
    probabilities.push_back(static_cast<float>(bin.rate()));
  }
  return {std::move(knots), std::move(probabilities)};
}

float Calibration::probability(float score) const {
  if (is_empty() || std::isnan(score)) return std::numeric_limits<float>::quiet_NaN();
  const auto* above = std::upper_bound(scores_.begin(), scores_.end(), score);
  const auto i = static_cast<std::size_t>(above - scores_.begin());
  if (i == 0) return probabilities_[0];
  if (i == scores_.size()) return probabilities_[i - 1];
  const float share = (score - scores_[i - 1]) / (scores_[i] - scores_[i - 1]);
  return probabilities_[i - 1] + share * (probabilities_[i] - probabilities_[i - 1]);
}

Calibration calibrate(const BlendProblem& problem, std::span<const float> scores_by_row,
                      const Context& context) {
  const auto n = static_cast<std::size_t>(problem.n_queries());
  std::vector<std::vector<std::pair<float, std::uint8_t>>> lists(n);
  parallel_for(context, problem.n_queries(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto query = begin; query < end; ++query) {
      const auto first = problem.offsets[static_cast<std::size_t>(query)];
      const auto scores = detail::scores_of(problem, query, scores_by_row);
      auto& list = lists[static_cast<std::size_t>(query)];
      for (Eigen::Index row = 0; row < scores.size(); ++row) {
        list.emplace_back(scores[row], problem.relevant[static_cast<std::size_t>(first + row)]);
      }
      std::stable_sort(list.begin(), list.end(),
                       [](const auto& a, const auto& b) { return a.first > b.first; });
      list.resize(std::min(list.size(), kPlaces));
    }
  });
  std::vector<float> scores;
  std::vector<std::uint8_t> outcomes;
  for (const auto& list : lists) {
    for (const auto& [score, outcome] : list) {
      scores.push_back(score);
      outcomes.push_back(outcome);
    }
  }
  return Calibration::fit(scores, outcomes);
}

}  // namespace endcap
