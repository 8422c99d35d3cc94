#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "endcap/catalog/catalog.h"

namespace endcap {

// Calls visit(value) for each value of an item's row as a number that is equal for equal values:
// none where it is missing, or where the item has no row (kNoIndex); several for tags.
template <class Visit>
void for_each_value(const Catalog& catalog, std::int32_t row, std::int32_t column, Visit&& visit) {
  if (row == kNoIndex) return;
  switch (catalog.type(column)) {
    case ColumnType::kNumber:
    case ColumnType::kBoolean: {
      const double value = catalog.number(row, column);
      if (!std::isnan(value)) visit(std::bit_cast<std::int64_t>(value));
      return;
    }
    case ColumnType::kTime:
      if (catalog.time_us(row, column) != kNoTime) visit(catalog.time_us(row, column));
      return;
    default:
      for (const auto code : catalog.codes(row, column)) visit(std::int64_t{code});
  }
}

// The share of their values that two rows have in common, in [0, 1] (the Jaccard index).
[[nodiscard]] inline float shared_values(const Catalog& catalog, std::int32_t column,
                                         std::int32_t a, std::int32_t b) {
  int both = 0, of_a = 0, of_b = 0;
  for_each_value(catalog, b, column, [&](std::int64_t) { ++of_b; });
  for_each_value(catalog, a, column, [&](std::int64_t value) {
    ++of_a;
    for_each_value(catalog, b, column, [&](std::int64_t other) { both += value == other; });
  });
  const int all = of_a + of_b - both;
  return all > 0 ? static_cast<float>(both) / static_cast<float>(all) : 0;
}

}  // namespace endcap
