#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/dense_rows.h"

namespace endcap {

// Cuts dense blocks out of a square sparse matrix with ascending columns. Keeps a place for each
// item, so that a block costs the rows it reads; one thread at a time. The matrix must outlive it.
class DenseBlock {
 public:
  explicit DenseBlock(const CsrMatrix& matrix)
      : matrix_(matrix),
        dense_(DenseRows::if_faster(matrix)),
        place_(static_cast<std::size_t>(matrix.n_rows()), kNoIndex) {}

  // out[a * stride + b] becomes matrix[items[a], items[b]] for b >= a, in zeros; out[-1] and the
  // last place of each row become any number of the matrix. Requires ascending items in range,
  // stride > items.size() and room for a number before `out`.
  void cut_upper(std::span<const ItemIndex> items, std::int64_t stride, float* out) {
    if (dense_) return cut_dense(items, stride, out);
    std::fill_n(out, static_cast<std::int64_t>(items.size()) * stride, 0.0f);
    for (std::size_t a = 0; a < items.size(); ++a) place(items[a]) = static_cast<std::int32_t>(a);
    for (const auto item : items) {
      const SparseRow row = matrix_.row(item);
      const auto* const begin = row.columns.data();
      const auto* const end = begin + row.size();
      const float* value = row.values.data() + (std::lower_bound(begin, end, item) - begin);
      for (const auto* column = row.columns.data() + (value - row.values.data()); column != end;) {
        out[place(*column++)] = *value++;  // without a branch: kNoIndex is the place before
      }
      out += stride;
    }
    for (const auto item : items) place(item) = kNoIndex;
  }

 private:
  void cut_dense(std::span<const ItemIndex> items, std::int64_t stride, float* out) const {
    for (std::size_t a = 0; a < items.size(); ++a, out += stride) {
      const auto row = dense_->row(items[a]);
      std::fill_n(out, stride, 0.0f);
      for (std::size_t b = a; b < items.size(); ++b) {
        out[b] = row[static_cast<std::size_t>(items[b])];
      }
    }
  }

  std::int32_t& place(ItemIndex item) { return place_[static_cast<std::size_t>(item)]; }

  const CsrMatrix& matrix_;
  std::shared_ptr<const DenseRows> dense_;  // copies share it
  std::vector<std::int32_t> place_;         // of each item in the block at work, else kNoIndex
};

}  // namespace endcap
