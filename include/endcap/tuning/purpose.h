#pragma once

#include <cstddef>

#include "endcap/base/types.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// What a score is for. Weights are learned for each, since what completes a first visit is not what
// brings a customer back.
enum class Purpose {
  kExplore = 0,            // items that the visitor has not had
  kInclude = 1,            // all items
  kExploreFirstVisit = 2,  // as above, but all that the visitor has done is of this visit
  kIncludeFirstVisit = 3,
};
inline constexpr std::size_t kPurposes = 4;
inline constexpr Purpose kAllPurposes[kPurposes] = {
    Purpose::kExplore, Purpose::kInclude, Purpose::kExploreFirstVisit, Purpose::kIncludeFirstVisit};

[[nodiscard]] constexpr bool includes_repeats(Purpose purpose) {
  return purpose == Purpose::kInclude || purpose == Purpose::kIncludeFirstVisit;
}

[[nodiscard]] constexpr bool is_of_first_visit(Purpose purpose) {
  return purpose == Purpose::kExploreFirstVisit || purpose == Purpose::kIncludeFirstVisit;
}

// The same lists for whoever comes back.
[[nodiscard]] constexpr Purpose after_first_visit(Purpose purpose) {
  return includes_repeats(purpose) ? Purpose::kInclude : Purpose::kExplore;
}

// Whether the visitor came within a day of now, where times are known. Nobody without events does.
[[nodiscard]] inline bool in_first_visit(const History& history, Order order) {
  return order == Order::kTime && !history.events.empty() &&
         history.now_us - history.events.front().time_us < kMicrosecondsPerDay;
}

[[nodiscard]] inline Purpose purpose_of(bool with_repeats, const History& history, Order order) {
  if (in_first_visit(history, order)) {
    return with_repeats ? Purpose::kIncludeFirstVisit : Purpose::kExploreFirstVisit;
  }
  return with_repeats ? Purpose::kInclude : Purpose::kExplore;
}

}  // namespace endcap
