#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/matrix/visitor_order.h"
#include "endcap/models/scorer.h"
#include "endcap/storage/array.h"

namespace endcap {

// How a count becomes a score: the root tells best sellers apart, the logarithm the long tail.
enum class PopularityScale { kLog, kRoot };

struct PopularityOptions {
  float half_life_days = std::numeric_limits<float>::infinity();  // > 0; where times are known
  // > 0; where they are not, and visitors stand in the order in which they came: a share of them
  float half_life_visitors = std::numeric_limits<float>::infinity();
  PopularityScale scale = PopularityScale::kLog;
};

// What everybody has, whoever asks: score(j) = log(1 + n_j) or sqrt(n_j), n_j the decayed number of
// events with j. The difference of a short and a long half-life is the trend of j.
class Popularity final : public Scorer {
 public:
  // Throws std::invalid_argument if a half-life is not positive.
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
  require(options.half_life_visitors > 0, "half_life_visitors", "be positive",
          options.half_life_visitors);
  const bool is_timed = interactions.order() == Order::kTime;
  const auto users = active_users(interactions);
  const auto visitors = static_cast<double>(users.size());
  std::vector<double> counts(static_cast<std::size_t>(interactions.n_items()));
  for (std::size_t k = 0; k < users.size(); ++k) {
    const auto later = visitors - 1 - static_cast<double>(k);
    const double of_visitor = std::exp2(-later / visitors / options.half_life_visitors);
    for (const auto& event : interactions.events_of(users[k])) {
      const auto age_us = static_cast<double>(interactions.end_us() - event.time_us);
      counts[static_cast<std::size_t>(event.item)] +=
          is_timed ? std::exp2(-age_us / kMicrosecondsPerDay / options.half_life_days) : of_visitor;
    }
  }
  std::vector<float> scores(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    scores[i] = static_cast<float>(options.scale == PopularityScale::kLog ? std::log1p(counts[i])
                                                                          : std::sqrt(counts[i]));
  }
  return Popularity(std::move(scores));
}

}  // namespace endcap
