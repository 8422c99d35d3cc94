#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// The matrix whose row i holds rows[i], in its order; each row is let go once it is copied.
[[nodiscard]] inline CsrMatrix stack_rows(std::int32_t n_columns,
                                          std::vector<std::vector<ScoredItem>> rows) {
  std::vector<std::int64_t> offsets = {0};
  offsets.reserve(rows.size() + 1);
  for (const auto& row : rows) {
    offsets.push_back(offsets.back() + static_cast<std::int64_t>(row.size()));
  }
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  columns.reserve(static_cast<std::size_t>(offsets.back()));
  values.reserve(static_cast<std::size_t>(offsets.back()));
  for (auto& row : rows) {
    for (const auto& [column, value] : row) {
      columns.push_back(column);
      values.push_back(value);
    }
    std::vector<ScoredItem>().swap(row);
  }
  return {n_columns, std::move(offsets), std::move(columns), std::move(values)};
}

}  // namespace endcap
