#include "endcap/events/events.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/events/session_key.h"

namespace endcap {
namespace {

template <class T>
void check_length(const char* name, const std::vector<T>& column, std::size_t n, bool optional) {
  if (optional && column.empty()) return;
  require(column.size() == n, name, "be as long as the other columns (" + std::to_string(n) + ")",
          column.size());
}

template <class T>
void check_indices(const char* name, const std::vector<T>& column, std::int64_t low,
                   std::int64_t end) {
  const std::string rule = "be an index below " + std::to_string(end);
  for (const auto index : column) require(low <= index && index < end, name, rule, index);
}

void check(const EventColumns& c) {
  const std::size_t n = c.item.size();
  require(n > 0, "events", "not be empty", n);
  check_length("user", c.user, n, false);
  check_length("kind", c.kind, n, false);
  check_length("time", c.time_us, n, c.order == Order::kNone);
  check_length("quantity", c.quantity, n, true);
  check_length("price", c.price, n, true);
  check_length("session", c.session, n, true);
  check_indices("user", c.user, 0, c.users.size());
  check_indices("item", c.item, 0, c.items.size());
  check_indices("kind", c.kind, 0, c.kinds.size());
  for (const auto time : c.time_us) {
    require(0 <= time && time < kYear10000Us, "time",
            "lie between the years 1970 and 9999 (seconds, not milliseconds?)", time);
  }
  for (const auto session : c.session) {
    require(session >= kNoIndex, "session", "be 0 or more, or -1 for none", session);
  }
  for (const auto quantity : c.quantity) {
    require(std::isfinite(quantity) && quantity > 0, "quantity", "be positive and finite",
            quantity);
  }
  for (const auto price : c.price) {
    require(!std::isinf(price) && !(price < 0), "price", "be 0 or more and finite", price);
  }
}

// The rows by user, those of a user by time, item, kind and the rest: a total order of what rows
// say. Most logs are nearly in it, so that there is little to sort.
std::vector<std::size_t> canonical_order(const EventColumns& c,
                                         std::span<const std::int64_t> offsets) {
  const auto at = [](const auto& column, std::size_t row) {
    return column.empty() ? 0 : column[row];
  };
  const auto price_at = [&](std::size_t row) {
    const float price = at(c.price, row);
    return std::isnan(price) ? -1.0f : price;
  };
  const auto key = [&](std::size_t row) {
    return std::make_tuple(at(c.time_us, row), c.item[row], c.kind[row], at(c.session, row),
                           at(c.quantity, row), price_at(row));
  };
  const auto before = [&](std::size_t a, std::size_t b) { return key(a) < key(b); };
  std::vector<std::size_t> order(c.item.size());
  std::vector<std::int64_t> next(offsets.begin(), offsets.end());
  for (std::size_t row = 0; row < order.size(); ++row) {
    order[static_cast<std::size_t>(next[static_cast<std::size_t>(c.user[row])]++)] = row;
  }
  for (std::size_t user = 0; user + 1 < offsets.size(); ++user) {
    const auto first = order.begin() + offsets[user], last = order.begin() + offsets[user + 1];
    if (!std::is_sorted(first, last, before)) std::stable_sort(first, last, before);
  }
  return order;
}

template <class T>
Array<T> reordered(const std::vector<T>& column, const std::vector<std::size_t>& order) {
  if (column.empty()) return {};
  std::vector<T> result(order.size());
  for (std::size_t e = 0; e < order.size(); ++e) result[e] = column[order[e]];
  return result;
}

}  // namespace

Order order_of_rows(std::span<const std::int32_t> user, std::span<const std::int32_t> item) {
  constexpr std::int64_t kSteps = 1'000;  // that no log takes one way by chance
  std::vector<std::int32_t> last;         // by user
  std::int64_t rises = 0, falls = 0;
  for (std::size_t row = 0; row < item.size() && (rises == 0 || falls == 0); ++row) {
    const auto u = static_cast<std::size_t>(user[row]);
    if (u >= last.size()) last.resize(u + 1, kNoIndex);
    if (last[u] != kNoIndex) {
      rises += last[u] < item[row] ? 1 : 0;
      falls += last[u] > item[row] ? 1 : 0;
    }
    last[u] = item[row];
  }
  const bool is_sorted = std::min(rises, falls) == 0 && std::max(rises, falls) >= kSteps;
  return is_sorted ? Order::kNone : Order::kSequence;
}

Events::Events(EventColumns columns) {
  check(columns);
  if (columns.order == Order::kNone) columns.time_us.clear();
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(columns.users.size()) + 1);
  for (const auto user : columns.user) ++offsets[static_cast<std::size_t>(user) + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  const auto order = canonical_order(columns, offsets);
  offsets_ = std::move(offsets);
  item_ = reordered(columns.item, order);
  kind_ = reordered(columns.kind, order);
  time_us_ = reordered(columns.time_us, order);
  quantity_ = reordered(columns.quantity, order);
  price_ = reordered(columns.price, order);
  session_ = reordered(columns.session, order);
  users_ = std::move(columns.users);
  items_ = std::move(columns.items);
  kinds_ = std::move(columns.kinds);
  order_ = columns.order;
  if (order_ == Order::kTime) {
    const auto [first, last] = std::minmax_element(time_us_.begin(), time_us_.end());
    begin_us_ = *first;
    end_us_ = *last;
  }
}

Events Events::from_list(const std::vector<Event>& events, Kinds kinds) {
  EventColumns columns;
  std::vector<Id> users, items;
  std::size_t timed = 0;
  bool has_price = false, has_session = false;
  for (const auto& event : events) {
    users.push_back(event.user);
    items.push_back(event.item);
    timed += event.time_us.has_value() ? 1 : 0;
    has_price = has_price || !std::isnan(event.price);
    has_session = has_session || event.session.has_value();
  }
  require(timed == 0 || timed == events.size(), "time", "be given for all events or for none",
          std::to_string(timed) + " of " + std::to_string(events.size()));
  columns.users = Vocabulary::from_ids(std::move(users));
  columns.items = Vocabulary::from_ids(std::move(items));
  columns.kinds = std::move(kinds);
  std::int64_t place = 0;
  for (const auto& event : events) {
    columns.user.push_back(*columns.users.find(event.user));
    columns.item.push_back(*columns.items.find(event.item));
    columns.kind.push_back(columns.kinds.at(event.kind));
    columns.time_us.push_back(event.time_us.value_or(place++));
    columns.quantity.push_back(event.quantity);
    if (has_price) columns.price.push_back(event.price);
    if (has_session) {
      columns.session.push_back(event.session ? session_key(*event.session) : kNoIndex);
    }
  }
  columns.order = timed > 0 ? Order::kTime : order_of_rows(columns.user, columns.item);
  return Events(std::move(columns));
}

Events Events::from_sequences(const std::vector<std::vector<Id>>& sequences,
                              const std::string& kind) {
  EventColumns columns;
  columns.order = Order::kSequence;
  std::vector<Id> ids;
  std::vector<std::int64_t> users(sequences.size());
  std::iota(users.begin(), users.end(), std::int64_t{0});
  for (const auto& sequence : sequences) ids.insert(ids.end(), sequence.begin(), sequence.end());
  columns.users = Vocabulary(std::move(users));
  columns.items = Vocabulary::from_ids(std::move(ids));
  const std::int16_t kind_index = columns.kinds.at(kind);
  for (std::size_t user = 0; user < sequences.size(); ++user) {
    for (std::size_t place = 0; place < sequences[user].size(); ++place) {
      columns.user.push_back(static_cast<std::int32_t>(user));
      columns.item.push_back(*columns.items.find(sequences[user][place]));
      columns.kind.push_back(kind_index);
      columns.time_us.push_back(static_cast<std::int64_t>(place));
    }
  }
  return Events(std::move(columns));
}

Event Events::event(std::int64_t e) const {
  const auto row = static_cast<std::size_t>(e);
  const auto user = std::upper_bound(offsets_.begin(), offsets_.end(), e) - offsets_.begin() - 1;
  Event event{.user = users_.id(static_cast<std::int32_t>(user)), .item = items_.id(item_[row])};
  event.kind = kinds_[kind_[row]].name;
  if (order_ == Order::kTime) event.time_us = time_us_[row];
  if (!quantity_.empty()) event.quantity = quantity_[row];
  if (!price_.empty()) event.price = price_[row];
  if (!session_.empty() && session_[row] >= 0) event.session = Id(std::int64_t{session_[row]});
  return event;
}

Interactions Events::interactions(std::span<const ItemIndex> item_of, std::int32_t n_items,
                                  std::vector<std::int32_t>* session_of_basket) const {
  const auto counts = [&](std::size_t e) { return kinds_[kind_[e]].weight > 0; };
  bool by_session = false;
  for (std::size_t e = 0; e < session_.size() && !by_session; ++e) {
    by_session = session_[e] >= 0 && counts(e);
  }
  if (session_of_basket) session_of_basket->clear();
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  events.reserve(item_.size());
  for (std::int32_t user = 0; user < users_.size(); ++user) {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(user)]);
    const auto end = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(user) + 1]);
    std::int64_t last = -2;  // what the newest basket is called in the log
    std::int32_t basket = -1;
    for (std::size_t e = begin; e < end; ++e) {
      if (!counts(e)) continue;
      Interaction event{.item = item_of[static_cast<std::size_t>(item_[e])],
                        .weight = kinds_[kind_[e]].weight,
                        .kind = kind_[e]};
      if (order_ != Order::kNone) event.time_us = time_us_[e];
      if (order_ == Order::kNone) {
        // A pair in no order may stand for many events: all that is known of them is how many.
        if (!quantity_.empty()) event.weight *= quantity_[e];
        const bool is_first = std::ssize(events) == offsets.back();
        if (!is_first && events.back().item == event.item) {
          if (event.weight > events.back().weight) events.back() = event;
          continue;
        }
      }
      if (by_session || order_ == Order::kTime) {
        const std::int64_t name = by_session ? session_[e] : event.time_us / kMicrosecondsPerDay;
        if (name != last || name < 0) {
          ++basket;
          if (by_session && session_of_basket) session_of_basket->push_back(session_[e]);
        }
        last = name;
        event.basket = basket;
      }
      events.push_back(event);
    }
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {n_items, order_, std::move(offsets), std::move(events)};
}

Interactions Events::interactions() const {
  std::vector<ItemIndex> same(static_cast<std::size_t>(items_.size()));
  std::iota(same.begin(), same.end(), 0);
  return interactions(same, items_.size());
}

}  // namespace endcap
