#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/visitor_order.h"
#include "endcap/tuning/hold_outs.h"

namespace endcap {

// Holds out what a shop would want to know: with times, all events from a cut on, asking each
// visitor before their first target event after it and newcomers in their first visit, or, where
// times only count from each visitor's beginning, the last basket of a sample of users; with an
// order, the last event of a sample of users, or, where the newest visitors come last, these from
// some place in their history on; with neither, a random part of a sample of users' items.
// `is_target`: by kind.
[[nodiscard]] Validation hold_out(const Interactions& all, const std::vector<bool>& is_target,
                                  std::uint64_t seed, const ValidationOptions& options = {});

namespace detail {

inline Validation hold_out_any(const Interactions& all, const std::vector<bool>& is_target,
                               Random& random, const ValidationOptions& options) {
  switch (all.order()) {
    case Order::kTime:
      return times_are_relative(all) ? hold_out_last_baskets(all, is_target, random, options)
                                     : hold_out_newest(all, is_target, random, options);
    case Order::kSequence:
      return newest_visitors_last(all) ? hold_out_visitors(all, is_target, random, options)
                                       : hold_out_last(all, is_target, random, options);
    case Order::kNone:
      break;
  }
  return hold_out_random(all, random, options);
}

}  // namespace detail

inline Validation hold_out(const Interactions& all, const std::vector<bool>& is_target,
                           std::uint64_t seed, const ValidationOptions& options) {
  Random random(seed ^ 0x76616C6964u);
  Validation result = detail::hold_out_any(all, is_target, random, options);
  for (auto* queries : {&result.queries, &result.discoveries, &result.first_visits}) {
    const auto limit = static_cast<std::size_t>(options.max_queries);
    if (queries->size() <= limit) continue;
    std::vector<ValidationQuery> kept;
    for (const auto place : detail::sample(queries->size(), limit, random)) {
      kept.push_back(std::move((*queries)[place]));
    }
    *queries = std::move(kept);
  }
  return result;
}

}  // namespace endcap
