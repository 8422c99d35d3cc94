#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "endcap/base/simd.h"
#include "endcap/base/types.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/row_ranks.h"

namespace endcap {

// Cuts dense blocks out of a square sparse matrix with ascending columns. Keeps a place for each
// item, so that a block costs the rows it reads; one thread at a time. The matrix must outlive it.
class DenseBlock {
 public:
  explicit DenseBlock(const CsrMatrix& matrix)
      : matrix_(matrix),
        ranks_(std::make_shared<const RowRanks>(matrix)),
        place_(static_cast<std::size_t>(matrix.n_rows()), kNoIndex) {}

  // out[a * stride + b] becomes matrix[items[a], items[b]] for b >= a, in zeros; out[-1] and the
  // last place of each row become any number of the matrix. Requires ascending items in range,
  // stride > items.size() and room for a number before `out`.
  void cut_upper(std::span<const ItemIndex> items, std::int64_t stride, float* out) {
    std::fill_n(out, static_cast<std::int64_t>(items.size()) * stride, 0.0f);
    for (std::size_t a = 0; a < items.size(); ++a) place(items[a]) = static_cast<std::int32_t>(a);
    for (std::size_t a = 0; a < items.size(); ++a, out += stride) {
      if (const auto row = ranks_->row(items[a])) {
        detail::run_simd<LookUp>(detail::widest_simd(), row, items.subspan(a), out + a);
      } else {
        read_through(items[a], out);
      }
    }
    for (const auto item : items) place(item) = kNoIndex;
  }

 private:
  // Counts bits with the instruction for it, where there is one.
  struct LookUp {
    template <int>
    ENDCAP_INLINE static void run(RowRanks::Row row, std::span<const ItemIndex> items, float* out) {
      for (std::size_t b = 0; b < items.size(); ++b) out[b] = row.at(items[b]);
    }
  };

  void read_through(ItemIndex item, float* out) {
    const SparseRow row = matrix_.row(item);
    const auto* const begin = row.columns.data();
    const auto* const end = begin + row.size();
    const float* value = row.values.data() + (std::lower_bound(begin, end, item) - begin);
    for (const auto* column = row.columns.data() + (value - row.values.data()); column != end;) {
      out[place(*column++)] = *value++;  // without a branch: kNoIndex is the place before
    }
  }

  std::int32_t& place(ItemIndex item) { return place_[static_cast<std::size_t>(item)]; }

  const CsrMatrix& matrix_;
  std::shared_ptr<const RowRanks> ranks_;  // copies share it
  std::vector<std::int32_t> place_;        // of each item in the block at work, else kNoIndex
};

}  // namespace endcap
