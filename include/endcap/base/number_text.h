#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

namespace endcap {

// The finite number that the whole text writes, with a point whatever the locale.
template <class Number>
[[nodiscard]] std::optional<Number> number_from_text(std::string_view text) {
  Number value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(static_cast<double>(value)))
    return std::nullopt;
  return value;
}

}  // namespace endcap
