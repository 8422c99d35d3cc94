#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/matrix/row_stack.h"

namespace endcap {

// The matrix whose row i holds rows[i], in its order.
[[nodiscard]] inline CsrMatrix stack_rows(std::int32_t n_columns,
                                          std::vector<std::vector<ScoredItem>> rows) {
  RowStack stack(static_cast<std::int32_t>(rows.size()), n_columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    stack.add(static_cast<std::int32_t>(i), std::move(rows[i]));
  }
  return std::move(stack).finish();
}

}  // namespace endcap
