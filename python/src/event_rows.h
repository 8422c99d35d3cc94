#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endcap/events/event_log.h"

namespace endcap {

// (user, item, kind, time_us, quantity, price, session, event_id); no time, price or session: None.
using EventRow = std::tuple<Id, Id, std::string, std::optional<std::int64_t>, float,
                            std::optional<float>, std::optional<Id>, std::string>;

inline std::vector<LoggedEvent> entries_of(std::vector<EventRow>&& rows) {
  std::vector<LoggedEvent> entries;
  entries.reserve(rows.size());
  for (auto& [user, item, kind, time_us, quantity, price, session, event_id] : rows) {
    entries.push_back({.event = {.user = std::move(user),
                                 .item = std::move(item),
                                 .kind = std::move(kind),
                                 .time_us = time_us,
                                 .quantity = quantity,
                                 .price = price.value_or(std::numeric_limits<float>::quiet_NaN()),
                                 .session = std::move(session)},
                       .event_id = std::move(event_id)});
  }
  return entries;
}

}  // namespace endcap
