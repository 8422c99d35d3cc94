#include "endcap/serving/live_shop.h"

#include <algorithm>
#include <utility>

#include "endcap/base/clock.h"
#include "endcap/base/error.h"
#include "endcap/events/event_gatherer.h"
#include "endcap/serving/fit_snapshot.h"

namespace endcap {
namespace {

// Whether baskets are sessions of the log; else they are days, or there are none.
bool has_sessions(const Interactions& histories) {
  for (UserIndex user = 0; user < histories.n_users(); ++user) {
    std::int64_t day = -1;
    std::int32_t basket = kNoIndex;
    for (const auto& event : histories.events_of(user)) {
      if (histories.order() == Order::kTime && event.time_us / kMicrosecondsPerDay != day) {
        day = event.time_us / kMicrosecondsPerDay;
        ++basket;
      }
      if (event.basket != basket) return true;
    }
  }
  return false;
}

// Any kind of dislike: a snapshot does not remember which one it was.
std::int16_t negative_kind(const Kinds& kinds) {
  std::int16_t kind = 0;
  while (kind < kinds.size() && kinds[kind].weight > 0) ++kind;
  return kind;
}

void gather(const Edition& edition, EventGatherer& all) {
  const auto& s = edition.snapshot;
  const bool by_session = has_sessions(s.histories);
  const auto dislike = negative_kind(s.kinds);
  for (UserIndex user = 0; user < s.users.size(); ++user) {
    const Id id = s.users.id(user);
    if (edition.overlay.is_forgotten(id)) continue;
    for (const auto& event : s.histories.events_of(user)) {
      all.add(id, s.items.id(event.item), event.kind, event.time_us,
              by_session ? event.basket : kNoIndex);
    }
    for (const auto item : s.dislikes.row(user).columns) all.add(id, s.items.id(item), dislike, 0);
  }
}

// The place after all places of the user's history.
std::int64_t next_place(const Snapshot& s, const Id& user) {
  const auto known = s.users.find(user);
  if (!known || s.histories.events_of(*known).empty()) return 0;
  return s.histories.events_of(*known).back().time_us + 1;
}

// The log that the edition was made from, and what arrived since, up to a position.
Events events_of(const Edition& edition, std::int64_t end) {
  const auto& s = edition.snapshot;
  const auto order = s.histories.order();
  EventGatherer all(s.kinds, order);
  gather(edition, all);
  edition.overlay.for_each(end, [&](const Id& user, const Id& item, const auto& arrival) {
    auto time_us = arrival.event.time_us;
    if (order != Order::kTime) time_us += next_place(s, user) - kYear10000Us;
    all.add(user, item, arrival.event.kind, time_us);
  });
  return std::move(all).finish();
}

void check_type(const Vocabulary& ids, const Id& id, const char* name) {
  if (ids.size() == 0) return;
  require(ids.is_text() == std::holds_alternative<std::string>(id), name,
          ids.is_text() ? "be a text" : "be a number", to_string(id));
}

}  // namespace

void LiveShop::observe(const Event& event) {
  const std::lock_guard lock(changing_);
  const auto edition = now();
  const auto& s = edition->snapshot;
  const auto kind = s.kinds.at(event.kind);
  if (!edition->overlay.find_item(event.item)) {
    throw UnknownIdError("item must be one of the log or the catalogue, got " +
                         to_string(event.item));
  }
  check_type(s.users, event.user, "user");
  Interaction told{.weight = s.kinds[kind].weight, .kind = kind};
  if (s.histories.order() == Order::kTime) {
    told.time_us = event.time_us.value_or(SystemClock().now_us());
  }
  require(0 <= told.time_us && told.time_us < kYear10000Us, "time",
          "lie between the years 1970 and 9999 (microseconds)", told.time_us);
  edition->overlay.add(event.user, event.item, told);
}

void LiveShop::refresh(const Context& context) {
  const std::lock_guard one(refreshing_);
  Published<Edition>::Retired old;
  const auto end = now()->overlay.position();
  auto next = [&] {
    const auto edition = now();
    return std::make_unique<Edition>(
        refresh_snapshot(events_of(*edition, end), edition->snapshot, context));
  }();
  const std::lock_guard lock(changing_);
  now()->overlay.carry_over(end, next->overlay);
  old = editions_.publish(std::move(next));
}

}  // namespace endcap
