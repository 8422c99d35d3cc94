#include "endcap/serving/overlay.h"

#include <algorithm>
#include <mutex>

#include "endcap/base/error.h"

namespace endcap {

void Overlay::add(const Id& user, Interaction event) {
  const std::unique_lock lock(mutex_);
  auto& told = told_[user];
  if (event.weight < 0) {
    told.disliked.push_back(event.item);
    return;
  }
  if (order() != Order::kTime) {
    event.time_us = kYear10000Us + static_cast<std::int64_t>(told.events.size());
  }
  told.events.push_back(event);
}

void Overlay::append(const Told& told, Visitor& visitor) const {
  const auto before = [](std::int64_t time_us, const Interaction& e) {
    return time_us < e.time_us;
  };
  for (const auto& event : told.events) {
    const auto place =
        std::upper_bound(visitor.events.begin(), visitor.events.end(), event.time_us, before);
    visitor.events.insert(order() == Order::kNone ? visitor.events.end() : place, event);
    visitor.now_us = std::max(visitor.now_us, event.time_us);
  }
  visitor.disliked.insert(visitor.disliked.end(), told.disliked.begin(), told.disliked.end());
}

Visitor Overlay::visitor(const Id& id) const {
  Visitor visitor{.now_us = snapshot_.histories.end_us()};
  if (const auto user = snapshot_.users.find(id)) {
    visitor.user = *user;
    const auto events = snapshot_.histories.events_of(*user);
    visitor.events.assign(events.begin(), events.end());
    const auto disliked = snapshot_.dislikes.row(*user).columns;
    visitor.disliked.assign(disliked.begin(), disliked.end());
  }
  const std::shared_lock lock(mutex_);
  const auto told = told_.find(id);
  if (told != told_.end()) {
    append(told->second, visitor);
  } else if (visitor.user == kNoIndex) {
    throw UnknownIdError("user must be known (next() serves anonymous visitors), got " +
                         to_string(id));
  }
  return visitor;
}

}  // namespace endcap
