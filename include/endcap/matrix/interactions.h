#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/index_count.h"
#include "endcap/base/types.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/news.h"
#include "endcap/storage/array.h"

namespace endcap {

// One thing that a visitor did, as a model sees it.
struct Interaction {
  std::int64_t time_us = 0;  // microseconds since 1970 UTC, or the place in the order
  ItemIndex item = 0;
  std::int32_t basket = kNoIndex;  // equal for what was bought together; rises within a user
  float weight = 1;                // > 0: how much this kind of event says
  std::int16_t kind = 0;           // index into the shop's table of kinds
  std::int16_t reserved = 0;       // keeps every byte of the struct defined

  friend bool operator==(const Interaction&, const Interaction&) = default;
};
static_assert(sizeof(Interaction) == 24);

// What the order of a history means.
enum class Order : std::int32_t {
  kNone,      // a set: each item stands once, as its weightiest event
  kSequence,  // time_us counts 0, 1, 2, ... within a user
  kTime,      // time_us is UTC
};

// A visitor's events up to `now_us`, oldest first: the question that every model answers.
struct History {
  std::span<const Interaction> events;
  std::int64_t now_us = 0;
  UserIndex user = kNoIndex;   // whose it is, if the models have seen that user
  const News* news = nullptr;  // of others about these items, if any
};

// All histories that a model is fitted on: n_users lists of events, each oldest first.
// Immutable; copies share the events.
class Interactions {
 public:
  Interactions() = default;

  // offsets: (n_users + 1,), events: (n_events,). Throws std::invalid_argument unless the offsets
  // span the events and every item is in [0, n_items).
  Interactions(std::int32_t n_items, Order order, Array<std::int64_t> offsets,
               Array<Interaction> events)
      : n_items_(n_items), order_(order), offsets_(std::move(offsets)), events_(std::move(events)) {
    require(!offsets_.empty() && offsets_[0] == 0 &&
                std::is_sorted(offsets_.begin(), offsets_.end()) &&
                offsets_[offsets_.size() - 1] == static_cast<std::int64_t>(events_.size()),
            "offsets", "start at 0, never fall and end at the number of events", offsets_.size());
    static_cast<void>(index_count("number of users", offsets_.size() - 1));
    for (const auto& event : events_) {
      require(0 <= event.item && event.item < n_items_, "item", "be in [0, n_items)", event.item);
      end_us_ = std::max(end_us_, event.time_us);
    }
  }

  // Rows of users as unordered sets; values are weights. Throws std::invalid_argument for a value
  // that is not positive and finite.
  static Interactions from_csr(const CsrMatrix& matrix) {
    std::vector<Interaction> events(static_cast<std::size_t>(matrix.nnz()));
    for (std::size_t e = 0; e < events.size(); ++e) {
      const float value = matrix.values()[e];
      require(value > 0 && value < 3e38f, "values", "be positive and finite", value);
      events[e].item = matrix.columns()[e];
      events[e].weight = value;
    }
    return {matrix.n_columns(), Order::kNone, matrix.offsets(), std::move(events)};
  }

  [[nodiscard]] std::int32_t n_users() const {
    return offsets_.empty() ? 0 : static_cast<std::int32_t>(offsets_.size() - 1);
  }
  [[nodiscard]] std::int32_t n_items() const { return n_items_; }
  [[nodiscard]] std::int64_t n_events() const { return static_cast<std::int64_t>(events_.size()); }
  [[nodiscard]] Order order() const { return order_; }
  [[nodiscard]] std::int64_t end_us() const { return end_us_; }  // time of the newest event

  // Requires 0 <= user < n_users().
  [[nodiscard]] std::span<const Interaction> events_of(UserIndex user) const {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(user)]);
    const auto end = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(user) + 1]);
    return {events_.data() + begin, end - begin};
  }
  [[nodiscard]] History history(UserIndex user) const { return {events_of(user), end_us_, user}; }

  [[nodiscard]] const Array<std::int64_t>& offsets() const { return offsets_; }
  [[nodiscard]] const Array<Interaction>& events() const { return events_; }

 private:
  std::int32_t n_items_ = 0;
  Order order_ = Order::kNone;
  std::int64_t end_us_ = 0;
  Array<std::int64_t> offsets_;
  Array<Interaction> events_;
};

}  // namespace endcap
