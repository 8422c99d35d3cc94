#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace endcap {

// A shop's own name for a user or an item: UTF-8 text or a 64-bit integer. Ids of one vocabulary
// are all of one type.
using Id = std::variant<std::int64_t, std::string>;

// Dense positions in a vocabulary, 0 .. n - 1. They stay inside the library.
using UserIndex = std::int32_t;
using ItemIndex = std::int32_t;
inline constexpr std::int32_t kNoIndex = -1;

// Points in time are microseconds since 1970-01-01 UTC.
inline constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosecondsPerDay = 86'400 * kMicrosecondsPerSecond;
// Times from here on are some other unit taken for microseconds.
inline constexpr std::int64_t kYear10000Us = 253'402'300'800 * kMicrosecondsPerSecond;

}  // namespace endcap
