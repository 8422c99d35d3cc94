#include "endcap/tuning/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/parallel.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/tuning/blend_problem.h"

namespace endcap {
namespace {

constexpr std::size_t kFewestOutcomes = 200;
constexpr std::size_t kLeastOfABin = 50;
constexpr std::size_t kMostBins = 64;
constexpr int kPlaces = 50;  // of each list that are looked at

struct Outcome {
  float score;
  std::uint8_t came_true;  // 0 or 1
};

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
std::vector<Bin> bins_of(std::vector<Outcome> outcomes) {
  std::ranges::sort(outcomes, {}, &Outcome::score);
  const auto n = outcomes.size();
  const auto n_bins = std::clamp<std::size_t>(n / kLeastOfABin, 1, kMostBins);
  std::vector<Bin> bins;
  for (std::size_t b = 0, begin = 0; b < n_bins; ++b) {
    const auto end = (b + 1) * n / n_bins;
    if (begin >= end) continue;
    Bin bin;
    for (; begin < end || (begin < n && outcomes[begin].score == outcomes[end - 1].score);
         ++begin) {
      bin.add({1, outcomes[begin].score, static_cast<double>(outcomes[begin].came_true)});
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

Calibration curve_of(std::vector<Outcome> outcomes) {
  for (const auto& outcome : outcomes) {
    require(std::isfinite(outcome.score), "scores", "be finite", outcome.score);
  }
  if (outcomes.size() < kFewestOutcomes) return {};
  std::vector<float> knots, probabilities;
  for (const auto& bin : pooled(bins_of(std::move(outcomes)))) {
    const auto knot = static_cast<float>(bin.score / bin.n);
    if (!knots.empty() && knot <= knots.back()) continue;  // closer than a float can tell
    knots.push_back(knot);
    probabilities.push_back(static_cast<float>(bin.rate()));
  }
  return {std::move(knots), std::move(probabilities)};
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
  std::vector<Outcome> pairs;
  pairs.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) pairs.push_back({scores[i], outcomes[i]});
  return curve_of(std::move(pairs));
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
  std::vector<std::vector<Outcome>> lists(static_cast<std::size_t>(problem.n_queries()));
  parallel_for(context, problem.n_queries(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto query = begin; query < end; ++query) {
      const auto first = problem.offsets[static_cast<std::size_t>(query)];
      const auto scores = detail::scores_of(problem, query, scores_by_row);
      TopK best(kPlaces);
      for (Eigen::Index row = 0; row < scores.size(); ++row) {
        best.offer({static_cast<std::int32_t>(row), scores[row]});
      }
      auto& list = lists[static_cast<std::size_t>(query)];
      for (const auto& [row, score] : best.take()) {
        list.push_back({score, problem.relevant[static_cast<std::size_t>(first + row)]});
      }
    }
  });
  std::vector<Outcome> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return curve_of(std::move(all));
}

}  // namespace endcap
