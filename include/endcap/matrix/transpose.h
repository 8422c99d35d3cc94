#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "endcap/matrix/csr_matrix.h"

namespace endcap {

// (n_columns, n_rows), the columns of each row ascending. O(nnz + n_rows + n_columns).
[[nodiscard]] inline CsrMatrix transpose(const CsrMatrix& matrix) {
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(matrix.n_columns()) + 1);
  for (const auto column : matrix.columns()) ++offsets[static_cast<std::size_t>(column) + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<std::int64_t> next(offsets.begin(), offsets.end() - 1);
  std::vector<std::int32_t> rows(static_cast<std::size_t>(matrix.nnz()));
  std::vector<float> values(rows.size());
  for (std::int32_t r = 0; r < matrix.n_rows(); ++r) {
    const SparseRow row = matrix.row(r);
    for (std::size_t k = 0; k < row.size(); ++k) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(row.columns[k])]++);
      rows[place] = r;
      values[place] = row.values[k];
    }
  }
  return {matrix.n_rows(), std::move(offsets), std::move(rows), std::move(values)};
}

}  // namespace endcap
