#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/csr_matrix.h"

namespace endcap {

// Cuts dense blocks out of a square sparse matrix. Keeps a place for each item, so that a block
// costs the rows it reads; one thread at a time. The matrix must outlive it.
class DenseBlock {
 public:
  explicit DenseBlock(const CsrMatrix& matrix)
      : matrix_(matrix), place_(static_cast<std::size_t>(matrix.n_rows()), kNoIndex) {}

  // block(b, a) = matrix[items[a], items[b]]; (items.size(), items.size()).
  // Requires items to be distinct and in range.
  [[nodiscard]] Eigen::MatrixXf cut(std::span<const ItemIndex> items) {
    const auto n = static_cast<Eigen::Index>(items.size());
    Eigen::MatrixXf block = Eigen::MatrixXf::Zero(n, n);
    for (std::size_t a = 0; a < items.size(); ++a) place(items[a]) = static_cast<std::int32_t>(a);
    for (Eigen::Index a = 0; a < n; ++a) {
      const SparseRow row = matrix_.row(items[static_cast<std::size_t>(a)]);
      for (std::size_t k = 0; k < row.size(); ++k) {
        if (const auto b = place(row.columns[k]); b != kNoIndex) block(b, a) = row.values[k];
      }
    }
    for (const auto item : items) place(item) = kNoIndex;
    return block;
  }

 private:
  std::int32_t& place(ItemIndex item) { return place_[static_cast<std::size_t>(item)]; }

  const CsrMatrix& matrix_;
  std::vector<std::int32_t> place_;  // of each item in the block at work, else kNoIndex
};

}  // namespace endcap
