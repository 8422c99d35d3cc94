#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace endcap {

// A shop's own name for a user or an item: UTF-8 text or a 64-bit integer. Ids of one vocabulary
// are all of one type.
struct Id : std::variant<std::int64_t, std::string> {
  using variant::variant;
  Id() = default;
  Id(Id&&) = default;
  Id& operator=(const Id&) = default;
  Id& operator=(Id&&) = default;
  // When a text finds no memory, the copy constructor of libstdc++ 12 destroys the text that it has
  // not made: it takes this variant for never valueless. Making a variant of a value is safe.
  Id(const Id& other)
      : variant(std::visit([](const auto& value) { return variant(value); }, other)) {}
};

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

template <>
struct std::hash<endcap::Id> : std::hash<std::variant<std::int64_t, std::string>> {};
