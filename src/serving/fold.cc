#include "endcap/serving/fold.h"

#include <utility>
#include <vector>

#include "endcap/events/event_gatherer.h"

namespace endcap {
namespace {

// Any kind of dislike: a snapshot does not remember which one it was.
std::int16_t negative_kind(const Kinds& kinds) {
  std::int16_t kind = 0;
  while (kind < kinds.size() && kinds[kind].weight > 0) ++kind;
  return kind;
}

// Adds what the snapshot holds.
void gather(const Edition& edition, EventGatherer& all) {
  const auto& s = edition.snapshot;
  const auto dislike = negative_kind(s.kinds);
  std::size_t first_basket = 0;  // of the user
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(s.n_items()), kNoIndex);
  const auto number_of = [&](ItemIndex item) {
    auto& number = numbers[static_cast<std::size_t>(item)];
    if (number == kNoIndex) number = all.item(s.items.id(item));
    return number;
  };
  for (UserIndex user = 0; user < s.users.size(); ++user) {
    const auto events = s.histories.events_of(user);
    const auto begin = first_basket;
    if (!s.sessions.empty() && !events.empty()) {
      first_basket += static_cast<std::size_t>(events.back().basket) + 1;
    }
    const Id id = s.users.id(user);
    if (edition.overlay.is_forgotten(id)) continue;
    const auto disliked = s.dislikes.row(user).columns;
    if (events.empty() && disliked.empty()) continue;
    const auto number = all.user(id);
    for (const auto& event : events) {
      const float quantity = event.weight / s.kinds[event.kind].weight;
      const auto session = s.sessions.empty()
                               ? kNoIndex
                               : s.sessions[begin + static_cast<std::size_t>(event.basket)];
      all.add(number, number_of(event.item), event.kind, event.time_us, session, quantity);
    }
    for (const auto item : disliked) all.add(number, number_of(item), dislike, 0);
  }
}

// The place after all places of the user's history.
std::int64_t next_place(const Edition& edition, const Id& user) {
  const auto& s = edition.snapshot;
  const auto known = s.users.find(user);
  if (!known || edition.overlay.is_forgotten(user)) return 0;
  const auto events = s.histories.events_of(*known);
  return events.empty() ? 0 : events.back().time_us + 1;
}

}  // namespace

Events events_of(const Edition& edition, std::int64_t end) {
  const auto order = edition.snapshot.histories.order();
  EventGatherer all(edition.snapshot.kinds, order);
  gather(edition, all);
  struct Late {
    Id user, item;
    Overlay::Arrival arrival;
  };
  std::vector<Late> late;
  edition.overlay.for_each(end, [&](const Id& user, const Id& item, const auto& arrival) {
    late.push_back({user, item, arrival});
  });
  for (const auto& [user, item, arrival] : late) {
    auto time_us = arrival.event.time_us;
    if (order != Order::kTime) time_us += next_place(edition, user) - kYear10000Us;
    all.add(all.user(user), all.item(item), arrival.event.kind, time_us, arrival.manner.session);
  }
  return std::move(all).finish();
}

}  // namespace endcap
