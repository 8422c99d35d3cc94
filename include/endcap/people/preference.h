#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "endcap/base/types.h"

namespace endcap {

// What a person told the shop: that they like or dislike an item, or all items of a value.
struct Preference {
  Id value;                    // an item, or
  std::string attribute = {};  // where this names a column of the catalogue, a value of it
  bool like = true;
  std::string source = {};                    // where they said it
  std::optional<std::int64_t> until_us = {};  // it counts before this time; empty: for good
  friend bool operator==(const Preference&, const Preference&) = default;

  [[nodiscard]] bool is_about(const std::string& column, const Id& what) const {
    return attribute == column && value == what;
  }
  [[nodiscard]] bool counts_at(std::int64_t time_us) const {
    return !until_us || time_us < *until_us;
  }
};

}  // namespace endcap
