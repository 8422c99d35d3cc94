#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/visitor_order.h"
#include "endcap/tuning/hold_outs.h"
#include "endcap/tuning/hold_outs_in_time.h"

namespace endcap {

// Holds out what a shop would want to know: with times, all events from a cut on, asking each
// visitor before their first target event after it and newcomers in their first visit, which is all
// that is asked where hardly anybody comes back, guests for a random part of what they did at once,
// or, where times only count from each visitor's beginning, the last basket of a sample of users;
// with an order, the last event of a sample of users, or, where the newest visitors come last,
// these from some place in their history on; with neither, or one time for all, a random part of a
// sample of users' items. `is_target`: by kind.
[[nodiscard]] Validation hold_out(const Interactions& all, const std::vector<bool>& is_target,
                                  std::uint64_t seed, const ValidationOptions& options = {});

// More of the same where the newest days ask little: older days, as if the log ended with them,
// and, where some events are no targets, what single visitors discovered last. `newest` is what
// hold_out gave. Empty where times are not known.
[[nodiscard]] std::vector<Validation> more_hold_outs(const Interactions& all,
                                                     const std::vector<bool>& is_target,
                                                     std::uint64_t seed, const Validation& newest,
                                                     const ValidationOptions& options = {});

namespace detail {

inline Validation hold_out_any(const Interactions& all, const std::vector<bool>& is_target,
                               Random& random, const ValidationOptions& options) {
  switch (all.order()) {
    case Order::kTime:
      if (begin_us(all) == all.end_us()) break;
      return times_are_relative(all) ? hold_out_last_baskets(all, is_target, random, options)
                                     : hold_out_newest(all, is_target, random, options);
    case Order::kSequence:
      return newest_visitors_last(all) ? hold_out_visitors(all, is_target, random, options)
                                       : hold_out_last(all, is_target, random, options);
    case Order::kNone:
      break;
  }
  return hold_out_random(all, is_target, random, options);
}

inline void keep_some(Validation& validation, Random& random, const ValidationOptions& options) {
  for (auto* queries : {&validation.queries, &validation.discoveries, &validation.first_visits}) {
    const auto limit = static_cast<std::size_t>(options.max_queries);
    if (queries->size() <= limit) continue;
    std::vector<ValidationQuery> kept;
    for (const auto place : detail::sample(queries->size(), limit, random)) {
      kept.push_back(std::move((*queries)[place]));
    }
    *queries = std::move(kept);
  }
}

}  // namespace detail

inline Validation hold_out(const Interactions& all, const std::vector<bool>& is_target,
                           std::uint64_t seed, const ValidationOptions& options) {
  Random random(seed ^ 0x76616C6964u);
  Validation result = detail::hold_out_any(all, is_target, random, options);
  detail::keep_some(result, random, options);
  return result;
}

inline std::vector<Validation> more_hold_outs(const Interactions& all,
                                              const std::vector<bool>& is_target,
                                              std::uint64_t seed, const Validation& newest,
                                              const ValidationOptions& options) {
  constexpr int kOlder = 3;
  const auto enough = static_cast<std::size_t>(options.max_queries);
  std::vector<Validation> more;
  if (newest.cut_us == 0) return more;
  Random random(seed ^ 0x6F6C646572u);
  const auto width = all.end_us() - newest.cut_us;
  const auto half = detail::begin_us(all) + (all.end_us() - detail::begin_us(all)) / 2;
  auto asked = newest.queries.size();
  for (int age = 1; age <= kOlder && asked < enough; ++age) {
    const auto end = all.end_us() - age * width;
    if (end - width < half) break;
    auto older =
        detail::hold_out_visits(all, is_target, {.cut = end - width, .end = end}, random, options);
    if (older.queries.empty()) continue;
    asked += older.queries.size();
    more.push_back(std::move(older));
  }
  if (detail::has_looks(all, is_target) && newest.discoveries.size() < enough) {
    auto halves = detail::hold_out_discoveries(all, is_target, random);
    std::move(halves.begin(), halves.end(), std::back_inserter(more));
  }
  for (auto& held_out : more) detail::keep_some(held_out, random, options);
  return more;
}

}  // namespace endcap
