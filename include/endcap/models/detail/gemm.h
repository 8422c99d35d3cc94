#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "endcap/base/simd.h"

namespace endcap::detail {

// A matrix is multiplied from the left with one that is cut into panels of kPanel columns, each
// (k, kPanel) and contiguous, and read over and over while it is in the nearest cache.
inline constexpr std::int64_t kPanel = 32;
inline constexpr std::int64_t kTileRows = 16;

[[nodiscard]] constexpr std::int64_t round_up(std::int64_t n, std::int64_t to) {
  return (n + to - 1) / to * to;
}

// Row k of the panels of a matrix of n_rows rows becomes `row`, whose length is a multiple of
// kPanel.
inline void pack_row(std::span<const float> row, std::int64_t k, std::int64_t n_rows,
                     float* panels) {
  const auto width = static_cast<std::int64_t>(row.size());
  for (std::int64_t j = 0; j < width; j += kPanel) {
    std::copy_n(row.data() + j, kPanel, panels + j * n_rows + k * kPanel);
  }
}

// out = left * right; left[i, k] = left[i * row_stride + k * k_stride].
struct GemmProblem {
  const float* left;
  std::int64_t row_stride, k_stride;
  const float* panels;  // of right: (n_columns / kPanel, depth, kPanel)
  std::int64_t depth;   // the length of the sums
  float* out;           // (n_rows, n_columns)
  std::int64_t out_stride;
  std::int64_t n_rows;     // a multiple of kTileRows
  std::int64_t n_columns;  // a multiple of kPanel
};

// Every sum is taken in the order of k, whatever the width. With 32 registers a tile is as high and
// as narrow as may be: the factor of a row is then read by the one multiplication that needs it.
struct Gemm {
  static constexpr std::int64_t kDepthBlock = 256;  // 32 KB of a panel

  template <int kWidth>
  ENDCAP_INLINE static void run(const GemmProblem* p) {
    constexpr int kRows = kWidth == 16 ? 16 : 4, kVectors = kWidth == 16 ? 1 : 2;
    for (std::int64_t k = 0; k < p->depth; k += kDepthBlock) {
      const auto depth = std::min(kDepthBlock, p->depth - k);
      for (std::int64_t j = 0; j < p->n_columns; j += std::int64_t{kVectors} * kWidth) {
        const std::int64_t panel = j / kPanel * kPanel;
        const float* const right = p->panels + panel * p->depth + k * kPanel + (j - panel);
        for (std::int64_t i = 0; i < p->n_rows; i += kRows) {
          tile<kWidth, kRows, kVectors>(p->left + i * p->row_stride + k * p->k_stride,
                                        p->row_stride, p->k_stride, right, depth,
                                        p->out + i * p->out_stride + j, p->out_stride, k > 0);
        }
      }
    }
  }

 private:
  template <int kWidth, int kRows, int kVectors>
  ENDCAP_INLINE static void tile(const float* left, std::int64_t row_stride, std::int64_t k_stride,
                                 const float* right, std::int64_t depth, float* out,
                                 std::int64_t out_stride, bool adds) {
    using S = Simd<kWidth>;
    typename S::Floats sums[kRows][kVectors] = {}, vectors[kVectors];
    if (adds) {
      for (int i = 0; i < kRows; ++i) {
        for (std::int64_t v = 0; v < kVectors; ++v)
          S::load(out + i * out_stride + v * kWidth, sums[i][v]);
      }
    }
    for (std::int64_t k = 0; k < depth; ++k, left += k_stride, right += kPanel) {
#pragma GCC unroll 2
      for (std::int64_t v = 0; v < kVectors; ++v) S::load(right + v * kWidth, vectors[v]);
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
        const float factor = left[i * row_stride];
#pragma GCC unroll 2
        for (std::int64_t v = 0; v < kVectors; ++v) sums[i][v] += factor * vectors[v];
      }
    }
    for (int i = 0; i < kRows; ++i) {
      for (std::int64_t v = 0; v < kVectors; ++v)
        S::store(sums[i][v], out + i * out_stride + v * kWidth);
    }
  }
};

}  // namespace endcap::detail
