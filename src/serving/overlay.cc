#include "endcap/serving/overlay.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/matrix/joined_rows.h"

namespace endcap {
namespace {

using Step = LiveCounts::Step;

// Behind what is as old; returns its place.
std::size_t insert(const Step& step, std::vector<Step>& line) {
  const auto place = std::ranges::upper_bound(line, step.time_us, {}, &Step::time_us);
  const auto n_before = static_cast<std::size_t>(place - line.begin());
  line.insert(place, step);
  return n_before;
}

}  // namespace

Overlay::Overlay(const Snapshot& snapshot) : snapshot_(snapshot), counts_(snapshot) {}

void Overlay::prepare() { counts_.prepare(); }

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
  prepare();
  const auto known = snapshot_.items.find(item);
  const auto* before = told_of(user);
  if (order() != Order::kTime) {
    event.time_us = kYear10000Us + (before == nullptr ? 0 : std::ssize(before->events));
  }
  Arrival arrival{.event = event, .position = position_, .manner = manner};
  std::optional<LiveCounts::Visit> visit;
  if (known) {
    arrival.event.item = *known;
    if (counts_.is_needed() && is_counted(arrival)) visit = visit_of(user, before, arrival);
  }
  const std::unique_lock lock(mutex_);
  if (!known) arrival.event.item = number(item);
  try {
    if (visit) counts_.add(*std::move(visit), position_);
    told_[user].events.push_back(arrival);
  } catch (...) {
    counts_.erase_since(position_);
    throw;
  }
  ++position_;
  count(arrival, 1);
}

// Whether it says something to the models of the snapshot.
bool Overlay::is_counted(const Arrival& arrival) const {
  return !arrival.manner.session_only && arrival.event.weight > 0 &&
         arrival.event.item < snapshot_.n_items();
}

// What is named the same is of one basket; below 0 stands alone.
std::int64_t Overlay::basket_of(std::int64_t time_us, std::int32_t session) const {
  if (session != kNoIndex || !snapshot_.sessions.empty()) return session;
  return order() == Order::kTime ? time_us / kMicrosecondsPerDay : 0;
}

// The arrival beside what else the visitor did, of whom `told` is known.
LiveCounts::Visit Overlay::visit_of(const Id& user, const Told* told,
                                    const Arrival& arrival) const {
  constexpr std::size_t kReach = Meetings::kReach, kNewest = 500;
  const auto newest = [](auto events, std::size_t n) {
    return events.last(std::min(events.size(), n));
  };
  const auto row = row_of(user);
  const auto fitted = row ? snapshot_.histories.events_of(*row) : std::span<const Interaction>();
  const auto all =
      told != nullptr ? std::span<const Arrival>(told->events) : std::span<const Arrival>();
  const auto arrived = newest(all, kNewest);
  LiveCounts::Visit visit;
  for (const auto& event : newest(fitted, kNewest)) visit.had.push_back(event.item);
  for (const auto& other : arrived) {
    if (is_counted(other)) visit.had.push_back(other.event.item);
  }
  const auto time_us = arrival.event.time_us;
  const auto later = std::ranges::upper_bound(fitted, time_us, {}, &Interaction::time_us);
  const auto n_earlier = static_cast<std::size_t>(later - fitted.begin());
  const auto begin = n_earlier - std::min(n_earlier, kReach);
  const auto end = std::min(fitted.size(), n_earlier + kReach);
  for (const auto& event : fitted.subspan(begin, end - begin)) {
    // Where there are sessions, those of the snapshot are over: its events are in no basket here.
    visit.line.push_back({event.time_us, event.item, basket_of(event.time_us, kNoIndex)});
  }
  for (const auto& other : newest(arrived, kReach)) {
    if (!is_counted(other)) continue;
    const auto basket = basket_of(other.event.time_us, other.manner.session);
    insert({other.event.time_us, other.event.item, basket}, visit.line);
  }
  const auto basket = basket_of(time_us, arrival.manner.session);
  visit.place = insert({time_us, arrival.event.item, basket}, visit.line);
  return visit;
}

std::shared_ptr<const News> Overlay::news_of(std::span<const Interaction> events) const {
  if (!counts_.have_met()) return nullptr;
  const std::shared_lock lock(mutex_);
  return counts_.news_of(events);
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
  counts_.erase_since(begin);
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
  counts_.erase([&](std::int64_t position) {
    return std::ranges::binary_search(told.events, position, {}, &Arrival::position);
  });
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
