#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/models/scorer.h"
#include "endcap/storage/array.h"

namespace endcap {

// How a count becomes a score: the root tells best sellers apart, the logarithm the long tail.
enum class PopularityScale { kLog, kRoot };

struct PopularityOptions {
  float half_life_days = std::numeric_limits<float>::infinity();  // > 0; where times are known
  PopularityScale scale = PopularityScale::kLog;
};

// What everybody has, whoever asks: score(j) = log(1 + n_j) or sqrt(n_j), n_j the decayed number of
// events with j. The difference of a short and a long half-life is the trend of j.
class Popularity final : public Scorer {
 public:
  // Throws std::invalid_argument if the half-life is not positive.
  [[nodiscard]] static Popularity fit(const Interactions& interactions,
                                      const PopularityOptions& options = {});
  explicit Popularity(Array<float> scores) : scores_(std::move(scores)) {}

  [[nodiscard]] std::int32_t n_items() const override {
    return static_cast<std::int32_t>(scores_.size());
  }
  [[nodiscard]] const Array<float>& scores() const { return scores_; }

  void accumulate(const History&, float weight, ScoreBoard& board) const override {
    const auto all = board.all();
    for (std::size_t i = 0; i < scores_.size(); ++i) all[i] += weight * scores_[i];
  }
  float explain(const History&, ItemIndex item, std::span<float> parts) const override {
    std::fill(parts.begin(), parts.end(), 0.0f);
    return scores_[static_cast<std::size_t>(item)];
  }

 private:
  Array<float> scores_;  // (n_items,)
};

inline Popularity Popularity::fit(const Interactions& interactions,
                                  const PopularityOptions& options) {
  require(options.half_life_days > 0, "half_life_days", "be positive", options.half_life_days);
  std::vector<double> counts(static_cast<std::size_t>(interactions.n_items()));
  for (const auto& event : interactions.events()) {
    double weight = 1;
    if (interactions.order() == Order::kTime) {
      const auto age_us = static_cast<double>(interactions.end_us() - event.time_us);
      weight = std::exp2(-age_us / kMicrosecondsPerDay / options.half_life_days);
    }
    counts[static_cast<std::size_t>(event.item)] += weight;
  }
  std::vector<float> scores(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    scores[i] = static_cast<float>(options.scale == PopularityScale::kLog ? std::log1p(counts[i])
                                                                          : std::sqrt(counts[i]));
  }
  return Popularity(std::move(scores));
}

}  // namespace endcap
