#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "endcap/matrix/csr_matrix.h"

namespace endcap {

// All numbers of a matrix, zeros too. Immutable.
class DenseRows {
 public:
  // Null unless the matrix is read faster this way: at least a fifth of its numbers are set, and
  // all of them take at most 256 MiB.
  [[nodiscard]] static std::shared_ptr<const DenseRows> if_faster(const CsrMatrix& matrix) {
    constexpr std::int64_t kMostNumbers = 1 << 26, kFifth = 5;
    const auto numbers = std::int64_t{matrix.n_rows()} * matrix.n_columns();
    if (numbers > kMostNumbers || matrix.nnz() * kFifth < numbers) return nullptr;
    return std::make_shared<const DenseRows>(matrix);
  }

  explicit DenseRows(const CsrMatrix& matrix)
      : n_columns_(static_cast<std::size_t>(matrix.n_columns())),
        values_(static_cast<std::size_t>(matrix.n_rows()) * n_columns_) {
    for (std::int32_t i = 0; i < matrix.n_rows(); ++i) {
      const SparseRow row = matrix.row(i);
      float* const to = values_.data() + static_cast<std::size_t>(i) * n_columns_;
      for (std::size_t k = 0; k < row.size(); ++k) {
        to[static_cast<std::size_t>(row.columns[k])] = row.values[k];
      }
    }
  }

  // Requires 0 <= i < n_rows. (n_columns,)
  [[nodiscard]] std::span<const float> row(std::int32_t i) const {
    return {values_.data() + static_cast<std::size_t>(i) * n_columns_, n_columns_};
  }

  // sum += the weights[a] * row rows[a], in their order. sum: (n_columns,)
  void add_rows(std::span<const std::int32_t> rows, std::span<const float> weights,
                std::span<float> sum) const {
    for (std::size_t a = 0; a < rows.size(); ++a) {
      const auto values = row(rows[a]);
      const float weight = weights[a];
      for (std::size_t j = 0; j < values.size(); ++j) sum[j] += weight * values[j];
    }
  }

 private:
  std::size_t n_columns_;
  std::vector<float> values_;
};

}  // namespace endcap
