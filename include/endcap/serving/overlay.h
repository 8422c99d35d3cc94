#pragma once

#include <cstdint>
#include <map>
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

// What arrived since a snapshot was fitted: the newest events and dislikes of each visitor. Any
// number of threads may add and read.
class Overlay {
 public:
  // The snapshot must outlive the overlay.
  explicit Overlay(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // The visitor's next answer knows the event; of a negative weight, it is a dislike. Without
  // times it stands after all places of the log. Requires an item of the snapshot.
  void add(const Id& user, Interaction event);

  // What the snapshot and the overlay know of this visitor. Throws UnknownIdError for one never
  // seen.
  [[nodiscard]] Visitor visitor(const Id& id) const;

 private:
  struct Told {
    std::vector<Interaction> events;
    std::vector<ItemIndex> disliked;
  };

  [[nodiscard]] Order order() const { return snapshot_.histories.order(); }
  void append(const Told& told, Visitor& visitor) const;

  const Snapshot& snapshot_;
  mutable std::shared_mutex mutex_;
  std::map<Id, Told> told_;
};

}  // namespace endcap
