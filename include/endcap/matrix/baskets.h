#pragma once

#include <cstddef>
#include <cstdint>

#include "endcap/matrix/interactions.h"

namespace endcap {

// Whether at least one basket in ten holds several events.
[[nodiscard]] inline bool has_baskets(const Interactions& interactions) {
  std::int64_t baskets = 0, shared_baskets = 0;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    for (std::size_t first = 0, end = 0; first < events.size(); first = end) {
      while (end < events.size() && events[end].basket == events[first].basket) ++end;
      ++baskets;
      shared_baskets += end - first > 1 ? 1 : 0;
    }
  }
  return shared_baskets * 10 >= baskets;
}

}  // namespace endcap
