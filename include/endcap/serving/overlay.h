#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/interactions.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// A visitor as a query sees them.
struct Visitor {
  std::vector<Interaction> events = {};  // oldest first
  std::vector<ItemIndex> disliked = {};
  UserIndex user = kNoIndex;  // in the snapshot, if it knows the visitor
  std::int64_t now_us = 0;
  [[nodiscard]] History history() const { return {events, now_us, user}; }
};

// What arrived since a snapshot was fitted: the newest events and dislikes of each visitor, new
// visitors, new items, and who is not to be known any more. Any number of threads may add and read.
// Items have the snapshot's indices; new ones follow, in the order of arrival.
class Overlay {
 public:
  // What one visitor did, and when in the order of arrival.
  struct Arrival {
    Interaction event;
    std::int64_t position = 0;
    bool session_only = false;  // never becomes part of a snapshot
  };

  // The snapshot must outlive the overlay.
  explicit Overlay(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // Of the snapshot or new.
  [[nodiscard]] std::optional<ItemIndex> find_item(const Id& id) const;
  [[nodiscard]] Id item_id(ItemIndex item) const;
  [[nodiscard]] std::vector<ItemIndex> new_items() const;  // in the order of arrival

  // The visitor's next answer knows the event; of a negative weight, it is a dislike. Without
  // times it stands after all places of the log. An item never heard of becomes a new one.
  void add(const Id& user, const Id& item, Interaction event, bool session_only = false);

  // What the snapshot and the overlay know of this visitor is gone.
  void forget(const Id& user);

  // What the snapshot and the overlay know of this visitor. Throws UnknownIdError for one never
  // seen.
  [[nodiscard]] Visitor visitor(const Id& id) const;
  // Whether the snapshot's rows of this visitor count no more.
  [[nodiscard]] bool is_forgotten(const Id& user) const;

  // How many changes there have been; what comes later has this position or a greater one.
  [[nodiscard]] std::int64_t position() const;
  // Calls visit(user, item id, arrival) for all arrivals before `end` that may be learned from.
  template <class Visit>
  void for_each(std::int64_t end, Visit&& visit) const;
  // Adds to `next` what came at `begin` or later and what is for the session only.
  void carry_over(std::int64_t begin, Overlay& next) const;

 private:
  struct Told {
    std::vector<Arrival> events;  // dislikes included, in the order of arrival
    std::int64_t forgotten = -1;  // the position at which the visitor was forgotten, if ever
  };

  [[nodiscard]] Order order() const { return snapshot_.histories.order(); }
  [[nodiscard]] Id id_of(ItemIndex item) const;
  void append(const Told& told, Visitor& visitor) const;

  const Snapshot& snapshot_;
  mutable std::shared_mutex mutex_;
  std::map<Id, Told> told_;
  std::vector<Id> new_ids_;
  std::map<Id, ItemIndex> new_items_;
  std::int64_t position_ = 0;
};

template <class Visit>
void Overlay::for_each(std::int64_t end, Visit&& visit) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [user, told] : told_) {
    for (const auto& arrival : told.events) {
      if (arrival.position < end && !arrival.session_only) {
        visit(user, id_of(arrival.event.item), arrival);
      }
    }
  }
}

}  // namespace endcap
