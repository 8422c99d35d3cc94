#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "endcap/matrix/interactions.h"

namespace endcap {

// A log has the events of one time by item, which says nothing of what came first. Puts the values
// beside them, (n_events,), in any order; `below(event, n)` draws from 0 .. n - 1.
template <class Value, class Below>
void shuffle_ties(std::span<const Interaction> events, std::span<Value> values, Below&& below) {
  for (std::size_t first = 0, e = 1; e < events.size(); ++e) {
    if (events[e].time_us != events[first].time_us)
      first = e;
    else
      std::swap(values[e], values[first + below(events[e], e - first + 1)]);
  }
}

}  // namespace endcap
