#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "endcap/matrix/interactions.h"
#include "endcap/models/detail/adam.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/models/detail/sequence_batch.h"
#include "endcap/models/event_weights.h"

namespace endcap::detail {

// The EventWeights of SequenceFactors in training.
class EventWeightTable {
 public:
  // Kinds have weights where there are several, ages where times tell an order.
  EventWeightTable(const Interactions& interactions, std::int32_t max_history)
      : steps_(steps_of(interactions)),
        n_places_(steps_ == Steps::kNone ? 1 : static_cast<std::size_t>(max_history)) {
    constexpr std::size_t kAges = 24;  // minutes to sixteen years
    std::set<std::int16_t> kinds;
    for (const auto& event : interactions.events()) kinds.insert(event.kind);
    if (kinds.size() > 1) n_kinds_ = static_cast<std::size_t>(*kinds.rbegin()) + 1;
    if (interactions.order() == Order::kTime && steps_ != Steps::kNone) n_ages_ = kAges;
    const auto width = std::max({n_places_, n_kinds_, n_ages_});
    table_ = Parameter(3, round_up(static_cast<std::int64_t>(width), 16));
    std::ranges::fill(table_.values, 1.0f);
    for (std::size_t k = 0; k < n_places_; ++k) {
      row(kPlace)[k] = static_cast<float>(std::pow(.6, static_cast<double>(k)) * std::sqrt(.4));
    }
    table_.average = table_.values;
  }

  [[nodiscard]] Steps steps() const { return steps_; }

  // Where the three factors of one weight are.
  struct Indices {
    std::size_t place, kind, age;
  };
  // Of an event before a query whose newest step is `newest`. Requires counts().
  [[nodiscard]] Indices indices(const BatchEvent& event, std::int32_t newest,
                                std::int64_t now_us) const {
    return {static_cast<std::size_t>(newest - event.step), static_cast<std::size_t>(event.kind),
            n_ages_ == 0 ? 0 : EventWeights::age_index(now_us - event.time_us, n_ages_)};
  }
  [[nodiscard]] bool counts(const BatchEvent& event, std::int32_t newest) const {
    return static_cast<std::size_t>(newest - event.step) < n_places_;
  }

  [[nodiscard]] float weight(const Indices& at) const {
    return row(kPlace)[at.place] * kind_weight(at) * age_weight(at);
  }

  // Numbers of a gradient.
  [[nodiscard]] std::int64_t size() const { return 3 * table_.width; }

  // Adds what a change of the weight by one is worth to the gradient of its factors, (size(),).
  void add_gradient(const Indices& at, float slope, std::span<float> gradient) const {
    const auto width = static_cast<std::size_t>(table_.width);
    const float place = row(kPlace)[at.place], kind = kind_weight(at), age = age_weight(at);
    gradient[at.place] += slope * kind * age;
    if (n_kinds_ > 0) gradient[width * kKind + at.kind] += slope * place * age;
    if (n_ages_ > 0) gradient[width * kAge + at.age] += slope * place * kind;
  }

  void update(const Context& context, const AdamClock& clock, std::span<const float> gradient) {
    table_.update(context, clock,
                  [&](std::int64_t r) { return gradient.data() + r * table_.width; });
  }

  // The moving average.
  [[nodiscard]] EventWeights average() const {
    const auto first = [&](Row r, std::size_t n) {
      const auto all = table_.average_row(r);
      return std::vector<float>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
    };
    return {steps_, first(kPlace, n_places_), first(kKind, n_kinds_), first(kAge, n_ages_)};
  }

  // Whether they are of the same shape, but for kinds that they have not met yet.
  [[nodiscard]] bool can_follow(const EventWeights& weights) const {
    return weights.steps == steps_ && weights.places.size() == n_places_ &&
           weights.kinds.size() <= n_kinds_ && weights.ages.size() == n_ages_;
  }
  // Requires can_follow(weights).
  void assign(const EventWeights& weights) {
    std::ranges::copy(weights.places, row(kPlace).begin());
    std::ranges::copy(weights.kinds, row(kKind).begin());
    std::ranges::copy(weights.ages, row(kAge).begin());
    table_.average = table_.values;
  }

 private:
  enum Row : std::uint8_t { kPlace, kKind, kAge };

  [[nodiscard]] std::span<float> row(Row r) { return table_.row(r); }
  [[nodiscard]] std::span<const float> row(Row r) const { return table_.row(r); }
  [[nodiscard]] float kind_weight(const Indices& at) const {
    return n_kinds_ == 0 ? 1 : row(kKind)[at.kind];
  }
  [[nodiscard]] float age_weight(const Indices& at) const {
    return n_ages_ == 0 ? 1 : row(kAge)[at.age];
  }

  Steps steps_;
  std::size_t n_places_, n_kinds_ = 0, n_ages_ = 0;
  Parameter table_;  // (3, the longest, rounded up)
};

}  // namespace endcap::detail
