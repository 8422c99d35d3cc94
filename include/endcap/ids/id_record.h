#pragma once

#include <cstdint>
#include <string>

#include "endcap/base/types.h"
#include "endcap/storage/record.h"

namespace endcap {

// An id in a record: a byte, 1 for a text and 0 for a number, and the text or an i64.
inline void put_id(RecordWriter& record, const Id& id) {
  record.put<std::uint8_t>(std::holds_alternative<std::string>(id));
  if (const auto* text = std::get_if<std::string>(&id)) {
    record.put(*text);
  } else {
    record.put(std::get<std::int64_t>(id));
  }
}

// Throws std::out_of_range at the end of the record.
[[nodiscard]] inline Id get_id(RecordReader& record) {
  if (record.get<std::uint8_t>() != 0) return record.text();
  return record.get<std::int64_t>();
}

}  // namespace endcap
