#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "endcap/base/error.h"

namespace endcap {

// How many users, items or rows there are, as the type of their indices. Events have no such limit:
// they are counted in 64 bits. Throws std::invalid_argument above 2^31 - 1.
[[nodiscard]] inline std::int32_t index_count(std::string_view argument, std::size_t n) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  require(n <= static_cast<std::size_t>(kMost), argument, "be at most 2147483647", n);
  return static_cast<std::int32_t>(n);
}

}  // namespace endcap
