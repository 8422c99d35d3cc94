#include "endcap/serving/overlay.h"

#include <algorithm>
#include <iterator>
#include <mutex>

#include "endcap/base/error.h"
#include "endcap/matrix/joined_rows.h"

namespace endcap {

Overlay::Overlay(const Snapshot& snapshot) : snapshot_(snapshot) {}

std::optional<ItemIndex> Overlay::find_item(const Id& id) const {
  if (const auto known = snapshot_.items.find(id)) return known;
  const std::shared_lock lock(mutex_);
  const auto found = new_items_.find(id);
  if (found == new_items_.end() || news_[place_of(found->second)].met == 0) {
    return std::nullopt;
  }
  return found->second;
}

std::size_t Overlay::place_of(ItemIndex new_item) const {
  return static_cast<std::size_t>(new_item - snapshot_.n_items());
}

Id Overlay::id_of(ItemIndex item) const {
  return item < snapshot_.n_items() ? snapshot_.items.id(item) : *news_[place_of(item)].id;
}

Id Overlay::item_id(ItemIndex item) const {
  const std::shared_lock lock(mutex_);
  return id_of(item);
}

std::vector<std::pair<ItemIndex, std::int64_t>> Overlay::new_items() const {
  std::vector<std::pair<ItemIndex, std::int64_t>> items;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& item : news_) {
      items.emplace_back(snapshot_.n_items() + static_cast<ItemIndex>(items.size()), item.met);
    }
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return items;
}

ItemIndex Overlay::number(const Id& item) {
  const auto next = snapshot_.n_items() + static_cast<ItemIndex>(news_.size());
  const auto [place, is_new] = new_items_.emplace(item, next);
  if (is_new) {
    try {
      news_.push_back({&place->first});
    } catch (...) {
      new_items_.erase(place);
      throw;
    }
  }
  return place->second;
}

void Overlay::add(const Id& user, const Id& item, Interaction event, const Manner& manner) {
  const auto known = snapshot_.items.find(item);
  const std::unique_lock lock(mutex_);
  event.item = known ? *known : number(item);
  auto& told = told_[user];
  if (order() != Order::kTime) {
    event.time_us = kYear10000Us + static_cast<std::int64_t>(told.events.size());
  }
  const Arrival arrival{.event = event, .position = position_, .manner = manner};
  told.events.push_back(arrival);
  ++position_;
  count(arrival, 1);
}

void Overlay::count(const Arrival& arrival, std::int64_t times) {
  if (!arrival.manner.session_only) n_waiting_ += times;
  if (arrival.event.item >= snapshot_.n_items()) news_[place_of(arrival.event.item)].met += times;
}

void Overlay::take_back(const Id& user, std::int64_t begin) {
  const std::unique_lock lock(mutex_);
  const auto told = told_.find(user);
  if (told == told_.end()) return;
  auto& events = told->second.events;
  for (; !events.empty() && events.back().position >= begin; events.pop_back()) {
    count(events.back(), -1);
  }
}

void Overlay::prepare_to_forget(const Id& user) {
  const std::unique_lock lock(mutex_);
  (void)told_[user];
}

std::int64_t Overlay::forget(const Id& user) {
  const std::unique_lock lock(mutex_);
  std::int64_t n_events = 0;
  if (const auto row = row_of(user)) {
    n_events = std::ssize(snapshot_.histories.events_of(*row)) +
               std::ssize(snapshot_.dislikes.row(*row).columns);
  }
  auto& told = told_[user];
  n_events += std::ssize(told.events);
  for (const auto& arrival : told.events) count(arrival, -1);
  n_forgotten_ += told.forgotten < 0 ? 1 : 0;
  told = {.events = {}, .forgotten = position_++};
  return n_events;
}

const Overlay::Told* Overlay::told_of(const Id& id) const {
  const auto told = told_.find(id);
  return told == told_.end() ? nullptr : &told->second;
}

bool Overlay::is_forgotten(const Id& user) const {
  const std::shared_lock lock(mutex_);
  const auto* told = told_of(user);
  return told != nullptr && told->forgotten >= 0;
}

bool Overlay::has_forgotten() const {
  const std::shared_lock lock(mutex_);
  return n_forgotten_ > 0;
}

// The snapshot's row of an id, if it still counts.
std::optional<UserIndex> Overlay::row_of(const Id& id) const {
  const auto* told = told_of(id);
  return told != nullptr && told->forgotten >= 0 ? std::nullopt : snapshot_.users.find(id);
}

void Overlay::append(const Told& told, Visitor& visitor) const {
  const auto before = [](std::int64_t time_us, const Interaction& e) {
    return time_us < e.time_us;
  };
  for (const auto& arrival : told.events) {
    const auto& event = arrival.event;
    auto& events = event.item < snapshot_.n_items() ? visitor.events : visitor.new_items;
    if (event.weight < 0) {
      visitor.disliked.push_back(event.item);
      continue;
    }
    const auto place = std::upper_bound(events.begin(), events.end(), event.time_us, before);
    events.insert(order() == Order::kNone ? events.end() : place, event);
    visitor.now_us = std::max(visitor.now_us, event.time_us);
  }
}

Visitor Overlay::visitor(std::span<const Id> ids) const {
  Visitor visitor{.now_us = snapshot_.histories.end_us()};
  std::vector<std::span<const Interaction>> rows;
  const std::shared_lock lock(mutex_);
  for (const auto& id : ids) {
    const auto row = row_of(id);
    if (!row) continue;
    if (visitor.user == kNoIndex) visitor.user = *row;
    rows.push_back(snapshot_.histories.events_of(*row));
    const auto disliked = snapshot_.dislikes.row(*row).columns;
    visitor.disliked.insert(visitor.disliked.end(), disliked.begin(), disliked.end());
  }
  if (rows.size() == 1) visitor.events.assign(rows[0].begin(), rows[0].end());
  if (rows.size() > 1) visitor.events = joined_rows(rows, order(), !snapshot_.sessions.empty());
  bool is_known = !rows.empty();
  for (const auto& id : ids) {
    const auto* told = told_of(id);
    if (told == nullptr || told->events.empty()) continue;
    is_known = true;
    append(*told, visitor);
  }
  if (!is_known) {
    throw UnknownIdError("user must be known (next() serves anonymous visitors), got " +
                         to_string(ids.front()));
  }
  return visitor;
}

std::int64_t Overlay::position() const {
  const std::shared_lock lock(mutex_);
  return position_;
}

std::int64_t Overlay::n_waiting() const {
  const std::shared_lock lock(mutex_);
  return n_waiting_;
}

void Overlay::carry_over(std::int64_t begin, std::int64_t now_us, Overlay& next) const {
  const std::shared_lock lock(mutex_);
  const auto is_wanted = [&](const Arrival& arrival) {
    if (!arrival.manner.session_only) return arrival.position >= begin;
    return order() != Order::kTime || now_us - arrival.event.time_us < kMicrosecondsPerDay;
  };
  for (const auto& [user, told] : told_) {
    if (told.forgotten >= begin) (void)next.forget(user);
    for (const auto& arrival : told.events) {
      if (!is_wanted(arrival)) continue;
      next.add(user, id_of(arrival.event.item), arrival.event, arrival.manner);
    }
  }
}

}  // namespace endcap
