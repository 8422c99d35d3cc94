#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/ids/vocabulary.h"
#include "endcap/storage/checksum.h"

namespace endcap {

// What a session is called inside, >= 0: an integer from 0 on that fits is itself, any other id 31
// bits of its hash. Sessions are told apart where they follow each other in one user's history
// alone, so two texts that share a number stay two sessions unless they meet there.
[[nodiscard]] inline std::int32_t session_key(const Id& id) {
  const auto hashed = [](const void* bytes, std::size_t size) {
    return static_cast<std::int32_t>(checksum(bytes, size) >> 33);
  };
  if (const auto* text = std::get_if<std::string>(&id)) return hashed(text->data(), text->size());
  const auto number = std::get<std::int64_t>(id);
  const bool fits = 0 <= number && number <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<std::int32_t>(number) : hashed(&number, sizeof number);
}

// The same for a column of ids, (n,): keys of the ids with these indices, kNoIndex where that is
// the index.
[[nodiscard]] inline std::vector<std::int32_t> session_keys(const Vocabulary& ids,
                                                            std::span<const std::int32_t> indices) {
  std::vector<std::int32_t> keys(static_cast<std::size_t>(ids.size())), column;
  for (std::int32_t i = 0; i < ids.size(); ++i) {
    keys[static_cast<std::size_t>(i)] = session_key(ids.id(i));
  }
  column.reserve(indices.size());
  for (const auto index : indices) {
    column.push_back(index == kNoIndex ? kNoIndex : keys[static_cast<std::size_t>(index)]);
  }
  return column;
}

}  // namespace endcap
