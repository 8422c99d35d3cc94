#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "endcap/events/event_log.h"

namespace endcap {

// A logged event as bytes, laid out as docs/formats/event_log.md says, still without its checksum.
[[nodiscard]] std::string encode_event(const LoggedEvent& entry);

// Adds the checksum that ties the bytes to their row.
void seal_event(std::int64_t row, std::string& bytes);

// The sealed bytes of a row as an event; none if a byte is wrong.
[[nodiscard]] std::optional<LoggedEvent> decode_event(std::int64_t row, std::string_view sealed);

// 64-bit hashes of what an event is looked for by. Two users may share one: the event itself
// decides.
struct EventKeys {
  std::uint64_t user;
  std::optional<std::uint64_t> event_id;  // none for ""
};
[[nodiscard]] std::uint64_t hash_of(const Id& user);
[[nodiscard]] EventKeys keys_of(const LoggedEvent& entry);
// The same from the sealed bytes of a row, without allocation; none if a byte is wrong.
[[nodiscard]] std::optional<EventKeys> keys_of(std::int64_t row, std::string_view sealed);

// The event id in the bytes of an event, sealed or not; "" for none. Requires sound bytes.
[[nodiscard]] std::string_view event_id_of(std::string_view bytes);

}  // namespace endcap
