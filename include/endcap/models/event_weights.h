#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "endcap/matrix/baskets.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/visitor_order.h"
#include "endcap/storage/array.h"

namespace endcap {

// What a history advances by.
enum class Steps : std::int32_t {
  kNone,     // nothing: it is a set
  kEvents,   // each event
  kBaskets,  // each basket, within which there is no order
};

// Baskets are steps where they say something and nothing tells an order within them: no times, or
// mostly the same.
[[nodiscard]] inline Steps steps_of(const Interactions& interactions) {
  const auto& events = interactions.events();
  if (!tells_order(interactions)) return Steps::kNone;
  if (events.empty() || events[0].basket == kNoIndex || !has_baskets(interactions)) {
    return Steps::kEvents;
  }
  std::int64_t apart = 0, together = 0;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto own = interactions.events_of(user);
    for (std::size_t e = 1; e < own.size(); ++e) {
      if (own[e].basket != own[e - 1].basket) continue;
      const bool tells =
          interactions.order() == Order::kTime && own[e].time_us != own[e - 1].time_us;
      ++(tells ? apart : together);
    }
  }
  return apart > together ? Steps::kEvents : Steps::kBaskets;
}

// Whether `next` begins a step of the history in which it comes after `before`.
[[nodiscard]] inline bool begins_step(Steps steps, const Interaction& before,
                                      const Interaction& next) {
  return steps == Steps::kEvents || (steps == Steps::kBaskets && next.basket != before.basket);
}

// How much each event of a history says, as a product of learned weights:
//   places[steps before the newest] * kinds[kind] * ages[log2 of its minutes]
// An event beyond the last place does not count. Ages beyond the last have the last one's weight,
// kinds beyond the last weigh 1, and so does all where there are no kinds or no ages.
struct EventWeights {
  Steps steps = Steps::kEvents;
  Array<float> places = {}, kinds = {}, ages = {};

  // The weight of an event among `ages`, for any age.
  [[nodiscard]] static std::size_t age_index(std::int64_t age_us, std::size_t n_ages) {
    constexpr std::int64_t kMinute = 60 * kMicrosecondsPerSecond;
    const auto minutes = static_cast<std::uint64_t>(std::max<std::int64_t>(age_us, 0) / kMinute);
    return std::min(static_cast<std::size_t>(std::bit_width(minutes)), n_ages - 1);
  }

  // Calls visit(e, weight) for each event that counts, newest first.
  template <class Visit>
  void for_each(const History& history, Visit&& visit) const {
    const auto events = history.events;
    std::size_t place = 0;
    for (std::size_t e = events.size(); e-- > 0;) {
      if (e + 1 < events.size() && begins_step(steps, events[e], events[e + 1])) ++place;
      if (place >= places.size()) return;
      const auto& event = events[e];
      float weight = places[place];
      const auto kind = static_cast<std::size_t>(event.kind);
      if (kind < kinds.size()) weight *= kinds[kind];
      if (!ages.empty()) weight *= ages[age_index(history.now_us - event.time_us, ages.size())];
      visit(e, weight);
    }
  }
};

}  // namespace endcap
