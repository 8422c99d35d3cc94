#include "endcap/serving/overlay.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "endcap/base/error.h"

namespace endcap {

std::optional<ItemIndex> Overlay::find_item(const Id& id) const {
  if (const auto known = snapshot_.items.find(id)) return known;
  const std::shared_lock lock(mutex_);
  const auto found = new_items_.find(id);
  if (found == new_items_.end()) return std::nullopt;
  return found->second;
}

Id Overlay::id_of(ItemIndex item) const {
  const auto n = snapshot_.n_items();
  return item < n ? snapshot_.items.id(item) : new_ids_[static_cast<std::size_t>(item - n)];
}

Id Overlay::item_id(ItemIndex item) const {
  const std::shared_lock lock(mutex_);
  return id_of(item);
}

std::vector<ItemIndex> Overlay::new_items() const {
  const std::shared_lock lock(mutex_);
  std::vector<ItemIndex> items(new_ids_.size());
  std::iota(items.begin(), items.end(), snapshot_.n_items());
  return items;
}

void Overlay::add(const Id& user, const Id& item, Interaction event, bool session_only) {
  const auto known = snapshot_.items.find(item);
  const std::unique_lock lock(mutex_);
  if (known) {
    event.item = *known;
  } else {
    const auto next = snapshot_.n_items() + static_cast<ItemIndex>(new_ids_.size());
    const auto [place, is_new] = new_items_.emplace(item, next);
    if (is_new) new_ids_.push_back(item);
    event.item = place->second;
  }
  auto& told = told_[user];
  if (order() != Order::kTime) {
    event.time_us = kYear10000Us + static_cast<std::int64_t>(told.events.size());
  }
  told.events.push_back({event, position_++, session_only});
}

void Overlay::forget(const Id& user) {
  const std::unique_lock lock(mutex_);
  told_[user] = {.events = {}, .forgotten = position_++};
}

bool Overlay::is_forgotten(const Id& user) const {
  const std::shared_lock lock(mutex_);
  const auto told = told_.find(user);
  return told != told_.end() && told->second.forgotten >= 0;
}

void Overlay::append(const Told& told, Visitor& visitor) const {
  const auto before = [](std::int64_t time_us, const Interaction& e) {
    return time_us < e.time_us;
  };
  auto& events = visitor.events;
  for (const auto& [event, position, session_only] : told.events) {
    if (event.weight < 0) {
      visitor.disliked.push_back(event.item);
      continue;
    }
    const auto place = std::upper_bound(events.begin(), events.end(), event.time_us, before);
    events.insert(order() == Order::kNone ? events.end() : place, event);
    visitor.now_us = std::max(visitor.now_us, event.time_us);
  }
}

Visitor Overlay::visitor(const Id& id) const {
  Visitor visitor{.now_us = snapshot_.histories.end_us()};
  const std::shared_lock lock(mutex_);
  const auto told = told_.find(id);
  const bool forgotten = told != told_.end() && told->second.forgotten >= 0;
  const auto user = forgotten ? std::nullopt : snapshot_.users.find(id);
  if (user) {
    visitor.user = *user;
    const auto events = snapshot_.histories.events_of(*user);
    visitor.events.assign(events.begin(), events.end());
    const auto disliked = snapshot_.dislikes.row(*user).columns;
    visitor.disliked.assign(disliked.begin(), disliked.end());
  }
  if (told != told_.end()) append(told->second, visitor);
  if (!user && (told == told_.end() || told->second.events.empty())) {
    throw UnknownIdError("user must be known (next() serves anonymous visitors), got " +
                         to_string(id));
  }
  return visitor;
}

std::int64_t Overlay::position() const {
  const std::shared_lock lock(mutex_);
  return position_;
}

void Overlay::carry_over(std::int64_t begin, Overlay& next) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [user, told] : told_) {
    if (told.forgotten >= begin) next.forget(user);
    for (const auto& [event, position, session_only] : told.events) {
      if (position >= begin || session_only) next.add(user, id_of(event.item), event, session_only);
    }
  }
}

}  // namespace endcap
