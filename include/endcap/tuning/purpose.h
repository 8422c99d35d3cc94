#pragma once

#include <cstddef>

#include "endcap/base/types.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// What a score is for. Weights are learned for each, since what completes a first visit is not what
// brings a customer back.
enum class Purpose {
  kExplore = 0,     // items that the visitor has not had
  kInclude = 1,     // all items
  kFirstVisit = 2,  // items that the visitor has not had, all of whose events are of this visit
};
inline constexpr std::size_t kPurposes = 3;

// Whether the visitor came within a day of now, where times are known. Nobody without events does.
[[nodiscard]] inline bool in_first_visit(const History& history, Order order) {
  return order == Order::kTime && !history.events.empty() &&
         history.now_us - history.events.front().time_us < kMicrosecondsPerDay;
}

// The purpose of a list of items that are new to the visitor.
[[nodiscard]] inline Purpose purpose_of_new(const History& history, Order order) {
  return in_first_visit(history, order) ? Purpose::kFirstVisit : Purpose::kExplore;
}

}  // namespace endcap
