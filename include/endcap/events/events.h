#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/events/kinds.h"
#include "endcap/ids/vocabulary.h"
#include "endcap/matrix/interactions.h"
#include "endcap/storage/array.h"

namespace endcap {

// One thing that a visitor did, in the shop's own words.
struct Event {
  Id user;
  Id item;
  std::string kind = "view";
  std::optional<std::int64_t> time_us =
      {};              // microseconds since 1970 UTC; all events have one, or none
  float quantity = 1;  // > 0
  float price =
      std::numeric_limits<float>::quiet_NaN();  // of one piece, shop's currency; NaN: unknown
  std::optional<Id> session = {};               // basket, invoice or visit
};

// The columns of a log, each (n_events,); an optional column is empty where there is none.
struct EventColumns {
  Vocabulary users, items;
  Kinds kinds;
  Order order = Order::kTime;
  std::vector<std::int32_t> user;     // indices into users
  std::vector<std::int32_t> item;     // indices into items
  std::vector<std::int16_t> kind;     // indices into kinds
  std::vector<std::int64_t> time_us;  // UTC, or the place in the user's order; unused for sets
  std::vector<float> quantity;        // > 0, optional
  std::vector<float> price;           // of one piece, NaN unknown, optional
  std::vector<std::int32_t> session;  // session_key() or any numbering, -1 for none, optional
};

// The order of rows without times: a user's rows come one after the other, unless the items of
// every user rise, or those of every user fall, in a thousand steps or more: then rows were sorted
// by item and have none. Both columns: (n_events,), indices into sorted vocabularies.
[[nodiscard]] Order order_of_rows(std::span<const std::int32_t> user,
                                  std::span<const std::int32_t> item);

// A log of what visitors did. Sorted by user, then time, then item and kind, so that the order in
// which events arrived leaves no trace. Immutable; copies share the columns.
class Events {
 public:
  Events() = default;

  // Throws std::invalid_argument for an empty log, columns of different lengths, an index out of
  // range, a time before 1970 or after the year 9999, a session below -1, a quantity or price that
  // is not finite.
  explicit Events(EventColumns columns);

  // Events without times have the order of order_of_rows. Throws std::invalid_argument as above,
  // and if only some events have a time.
  [[nodiscard]] static Events from_list(const std::vector<Event>& events, Kinds kinds = {});

  // A log in which nothing has happened yet.
  [[nodiscard]] static Events none(Kinds kinds, Order order) {
    Events events;
    events.kinds_ = std::move(kinds);
    events.order_ = order;
    return events;
  }

  // One list of items per user 0, 1, 2, ..., oldest first; no times.
  [[nodiscard]] static Events from_sequences(const std::vector<std::vector<Id>>& sequences,
                                             const std::string& kind = "view");

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(item_.size()); }
  [[nodiscard]] const Vocabulary& users() const { return users_; }
  [[nodiscard]] const Vocabulary& items() const { return items_; }
  [[nodiscard]] const Kinds& kinds() const { return kinds_; }
  [[nodiscard]] Order order() const { return order_; }
  // The span of times, microseconds UTC; only where order() is kTime.
  [[nodiscard]] std::int64_t begin_us() const { return begin_us_; }
  [[nodiscard]] std::int64_t end_us() const { return end_us_; }

  // Row e of the log, its session by session_key(). Requires 0 <= e < size().
  [[nodiscard]] Event event(std::int64_t e) const;

  // Sorted columns, each (size(),); offsets: (n_users + 1,).
  [[nodiscard]] const Array<std::int64_t>& offsets() const { return offsets_; }
  [[nodiscard]] const Array<std::int32_t>& item() const { return item_; }
  [[nodiscard]] const Array<std::int16_t>& kind() const { return kind_; }
  [[nodiscard]] const Array<std::int64_t>& time_us() const { return time_us_; }
  [[nodiscard]] const Array<float>& quantity() const { return quantity_; }       // may be empty
  [[nodiscard]] const Array<float>& price() const { return price_; }             // may be empty
  [[nodiscard]] const Array<std::int32_t>& session() const { return session_; }  // may be empty

  // The events of positive kinds as models see them, their items renumbered: item i of this log is
  // item item_of[i] of n_items. A basket is what follows each other in a session, or a day where
  // there are times but no sessions. `session_of_basket`, if given, becomes the session of each
  // basket, -1 for none, users in turn; empty where there are no sessions.
  [[nodiscard]] Interactions interactions(
      std::span<const ItemIndex> item_of, std::int32_t n_items,
      std::vector<std::int32_t>* session_of_basket = nullptr) const;
  // The same with the items numbered as in items().
  [[nodiscard]] Interactions interactions() const;

 private:
  Vocabulary users_, items_;
  Kinds kinds_;
  Order order_ = Order::kNone;
  std::int64_t begin_us_ = 0, end_us_ = 0;
  Array<std::int64_t> offsets_;
  Array<std::int32_t> item_;
  Array<std::int16_t> kind_;
  Array<std::int64_t> time_us_;
  Array<float> quantity_, price_;
  Array<std::int32_t> session_;
};

}  // namespace endcap
