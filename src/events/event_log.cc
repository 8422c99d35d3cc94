#include "endcap/events/event_log.h"

#include <cmath>

#include "endcap/base/error.h"

namespace endcap::detail {

void check_loggable(const LoggedEvent& entry) {
  const Event& event = entry.event;
  require(!event.kind.empty(), "kind", "not be empty", "''");
  const std::int64_t time_us = event.time_us.value_or(0);
  require(time_us >= 0 && time_us < kYear10000Us, "time",
          "be microseconds since 1970, before the year 10000", time_us);
  require(std::isfinite(event.quantity) && event.quantity > 0, "quantity", "be > 0 and finite",
          event.quantity);
  require(!std::isinf(event.price) && !(event.price < 0), "price", "be 0 or more and finite",
          event.price);
}

}  // namespace endcap::detail
