#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/base/index_count.h"
#include "endcap/storage/array.h"

namespace endcap {

// One row of a sparse matrix: the columns that are set, ascending unless its maker says otherwise,
// and their values.
struct SparseRow {
  std::span<const std::int32_t> columns;
  std::span<const float> values;
  [[nodiscard]] std::size_t size() const { return columns.size(); }

  // The value in `column`, 0 where it is not set. Requires ascending columns.
  [[nodiscard]] float at(std::int32_t column) const {
    const auto found = std::lower_bound(columns.begin(), columns.end(), column);
    if (found == columns.end() || *found != column) return 0;
    return values[static_cast<std::size_t>(found - columns.begin())];
  }
};

// An immutable sparse matrix of floats, compressed by rows. Copies share the arrays.
class CsrMatrix {
 public:
  CsrMatrix() = default;

  // offsets: (n_rows + 1,), columns and values: (nnz,). Throws std::invalid_argument unless the
  // offsets start at 0, never fall and end at nnz, and every column is in [0, n_columns).
  CsrMatrix(std::int32_t n_columns, Array<std::int64_t> offsets, Array<std::int32_t> columns,
            Array<float> values)
      : n_columns_(n_columns),
        offsets_(std::move(offsets)),
        columns_(std::move(columns)),
        values_(std::move(values)) {
    require(!offsets_.empty() && offsets_[0] == 0, "offsets", "start at 0", offsets_.size());
    require(columns_.size() == values_.size(), "values", "be as long as columns", values_.size());
    static_cast<void>(index_count("number of rows", offsets_.size() - 1));
    const auto nnz = static_cast<std::int64_t>(columns_.size());
    for (std::size_t i = 1; i < offsets_.size(); ++i) {
      require(offsets_[i - 1] <= offsets_[i], "offsets", "never fall", offsets_[i]);
    }
    require(offsets_[offsets_.size() - 1] == nnz, "offsets", "end at nnz", nnz);
    for (const auto column : columns_) {
      require(0 <= column && column < n_columns_, "columns", "be in [0, n_columns)", column);
    }
  }

  [[nodiscard]] std::int32_t n_rows() const {
    return offsets_.empty() ? 0 : static_cast<std::int32_t>(offsets_.size() - 1);
  }
  [[nodiscard]] std::int32_t n_columns() const { return n_columns_; }
  [[nodiscard]] std::int64_t nnz() const { return static_cast<std::int64_t>(columns_.size()); }

  // Requires 0 <= row < n_rows().
  [[nodiscard]] SparseRow row(std::int32_t row) const& {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(row)]);
    const auto n = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(row) + 1]) - begin;
    return {{columns_.data() + begin, n}, {values_.data() + begin, n}};
  }
  SparseRow row(std::int32_t) const&& = delete;

  [[nodiscard]] const Array<std::int64_t>& offsets() const { return offsets_; }
  [[nodiscard]] const Array<std::int32_t>& columns() const { return columns_; }
  [[nodiscard]] const Array<float>& values() const { return values_; }

 private:
  std::int32_t n_columns_ = 0;
  Array<std::int64_t> offsets_;
  Array<std::int32_t> columns_;
  Array<float> values_;
};

}  // namespace endcap
