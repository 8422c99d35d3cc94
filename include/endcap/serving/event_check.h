#pragma once

#include <cstdint>
#include <optional>

#include "endcap/events/event_log.h"
#include "endcap/matrix/interactions.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// An event with its time, as the log and as models see it.
struct CheckedEvent {
  LoggedEvent entry;
  Interaction event;
};

// Whether what is told fits a shop. Ids are all texts or all numbers: what the shop does not tell
// yet, the first one decides. A copy may be asked first and kept only if all went well.
class EventCheck {
 public:
  // An event without a time is of `at_us`. Throws std::invalid_argument.
  [[nodiscard]] CheckedEvent check(const Snapshot& shop, LoggedEvent told, std::int64_t at_us);
  // The same for an id alone; `name` is the argument's.
  void check_user(const Snapshot& shop, const Id& id, const char* name);

 private:
  std::optional<bool> users_are_texts_, items_are_texts_;
};

}  // namespace endcap
