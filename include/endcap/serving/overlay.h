#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/news.h"
#include "endcap/serving/live_counts.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// A visitor as a query sees them.
struct Visitor {
  std::vector<Interaction> events = {};     // oldest first
  std::vector<Interaction> new_items = {};  // the same with items newer than the snapshot
  std::vector<ItemIndex> disliked = {};
  UserIndex user = kNoIndex;  // in the snapshot, if it knows the visitor
  std::int64_t now_us = 0;
  std::shared_ptr<const News> news = {};  // of these events, if any
  [[nodiscard]] History history() const { return {events, now_us, user, news.get()}; }
};

// How an event was told.
struct Manner {
  std::int32_t session = kNoIndex;  // session_key() of the session, if one was named
  bool session_only = false;        // never becomes part of a snapshot
};

// What arrived since a snapshot was fitted: the newest events and dislikes of each visitor, new
// visitors, new items, which items came together, and who is not to be known any more. One thread
// changes it at a time, any number read meanwhile. Items have the snapshot's indices; new ones
// follow, in the order of arrival.
class Overlay {
 public:
  // What one visitor did, and when in the order of arrival.
  struct Arrival {
    Interaction event;
    std::int64_t position = 0;
    Manner manner;
  };
  // The snapshot must outlive the overlay.
  explicit Overlay(const Snapshot& snapshot);

  // Does now what the first event would have to wait for, in O(n_events) of the snapshot.
  void prepare();

  // Of the snapshot or new.
  [[nodiscard]] std::optional<ItemIndex> find_item(const Id& id) const;
  [[nodiscard]] Id item_id(ItemIndex item) const;
  // New items and how often each was met, the most often first.
  [[nodiscard]] std::vector<std::pair<ItemIndex, std::int64_t>> new_items() const;

  // The visitor's next answer knows the event; of a negative weight, it is a dislike. Without
  // times it stands after all places of the log. An item never heard of becomes a new one.
  void add(const Id& user, const Id& item, Interaction event, const Manner& manner = {});

  // As if what this visitor did since a position() had not been added. Requires the same of all
  // others who did anything since.
  void take_back(const Id& user, std::int64_t begin);

  // Makes room, so that forget() cannot fail.
  void prepare_to_forget(const Id& user);
  // What the snapshot and the overlay know of this visitor is gone; returns how many events.
  std::int64_t forget(const Id& user);

  // What the snapshot and the overlay know of the person with these ids. Throws UnknownIdError if
  // none of them was ever seen.
  [[nodiscard]] Visitor visitor(std::span<const Id> ids) const;
  [[nodiscard]] Visitor visitor(const Id& id) const { return visitor({&id, 1}); }
  // What was told about the newest items of the history, for the models that count; null if
  // nothing was.
  [[nodiscard]] std::shared_ptr<const News> news_of(std::span<const Interaction> events) const;
  // Whether the snapshot's rows of this visitor count no more.
  [[nodiscard]] bool is_forgotten(const Id& user) const;
  [[nodiscard]] bool has_forgotten() const;

  // How many changes there have been; what comes later has this position or a greater one.
  [[nodiscard]] std::int64_t position() const;
  // How many arrivals wait to become part of a snapshot.
  [[nodiscard]] std::int64_t n_waiting() const;
  // Calls visit(user, item id, arrival) for all arrivals before `end` that may be learned from.
  template <class Visit>
  void for_each(std::int64_t end, Visit&& visit) const;
  // Adds to `next` what came at `begin` or later and what is for the session only, unless that is
  // older than a day.
  void carry_over(std::int64_t begin, std::int64_t now_us, Overlay& next) const;

 private:
  struct Told {
    std::vector<Arrival> events;  // dislikes included, in the order of arrival
    std::int64_t forgotten = -1;  // the position at which the visitor was forgotten, if ever
  };
  struct NewItem {
    const Id* id;
    std::int64_t met = 0;  // how often
  };

  [[nodiscard]] Order order() const { return snapshot_.histories.order(); }
  [[nodiscard]] Id id_of(ItemIndex item) const;
  [[nodiscard]] ItemIndex number(const Id& item);
  [[nodiscard]] std::size_t place_of(ItemIndex new_item) const;
  void count(const Arrival& arrival, std::int64_t times);
  [[nodiscard]] const Told* told_of(const Id& id) const;
  [[nodiscard]] std::optional<UserIndex> row_of(const Id& id) const;
  void append(const Told& told, Visitor& visitor) const;
  [[nodiscard]] bool is_counted(const Arrival& arrival) const;
  [[nodiscard]] LiveCounts::Visit visit_of(const Id& user, const Told* told,
                                           const Arrival& arrival) const;
  [[nodiscard]] std::int64_t basket_of(std::int64_t time_us, std::int32_t session) const;

  const Snapshot& snapshot_;
  mutable std::shared_mutex mutex_;
  std::map<Id, Told> told_;
  std::map<Id, ItemIndex> new_items_;
  std::vector<NewItem> news_;  // the same, in the order of arrival
  std::int64_t position_ = 0, n_waiting_ = 0, n_forgotten_ = 0;
  LiveCounts counts_;
};

template <class Visit>
void Overlay::for_each(std::int64_t end, Visit&& visit) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [user, told] : told_) {
    for (const auto& arrival : told.events) {
      if (arrival.position < end && !arrival.manner.session_only) {
        visit(user, id_of(arrival.event.item), arrival);
      }
    }
  }
}

}  // namespace endcap
