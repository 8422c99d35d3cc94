#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "endcap/base/simd.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/retrieval/dot.h"

namespace endcap::detail {

// Solves A x = b for one symmetric positive definite A that fits a near cache, by U'U = A in place.
// The right side stands beside A as one more column, and so is divided by U' on the way. Every
// number is made by the same operations in the same order, whatever the width.
struct CholeskyProblem {
  // (n, stride): row i holds A[i, i..n) and b[i] in column n. Other places hold any finite numbers
  // and are of no account. Becomes U.
  float* rows;
  std::int64_t n, stride;
  float* x;  // (stride,), becomes the solution
};

[[nodiscard]] constexpr std::int64_t cholesky_stride(std::int64_t n) {
  return round_up(n + 2, kPanel);  // one column beyond b is spare
}

struct Cholesky {
  template <int kWidth>
  ENDCAP_INLINE static void run(const CholeskyProblem* p) {
    constexpr int kTile = kWidth == 16 ? 8 : 4;  // rows that are worked on at once
    for (std::int64_t k = 0; k < p->n; k += kBlock) {
      const auto end = std::min(k + kBlock, p->n);
      factor_rows<kWidth>(*p, k, end);
      for (auto i = end; i < p->n; i += kTile) {
        if (i + kTile <= p->n) {
          update<kWidth, kTile>(*p, k, end, i);
        } else {
          for (auto r = i; r < p->n; ++r) update<kWidth, 1>(*p, k, end, r);
        }
      }
    }
    substitute<kWidth>(*p);
  }

 private:
  static constexpr std::int64_t kBlock = 16;  // rows that are taken off the others at once

  // Rows [begin, end) of U from what is left of A.
  template <int kWidth>
  ENDCAP_INLINE static void factor_rows(const CholeskyProblem& p, std::int64_t begin,
                                        std::int64_t end) {
    for (auto k = begin; k < end; ++k) {
      update<kWidth, 1>(p, begin, k, k);
      float* const row = p.rows + k * p.stride;
      const float inverse = 1 / std::sqrt(row[k]);
      typename Simd<kWidth>::Floats values;
      for (auto j = k / kWidth * kWidth; j < p.stride; j += kWidth) {
        Simd<kWidth>::load(row + j, values);
        Simd<kWidth>::store(values * inverse, row + j);
      }
    }
  }

  // Takes rows [begin, end) of U off rows [i, i + kRows) of A, times their entries there.
  template <int kWidth, int kRows>
  ENDCAP_INLINE static void update(const CholeskyProblem& p, std::int64_t begin, std::int64_t end,
                                   std::int64_t i) {
    using S = Simd<kWidth>;
    constexpr int kVectors = kWidth == 16 ? 1 : 2;  // of a row at once: as in Gemm
    constexpr std::int64_t kStep = std::int64_t{kVectors} * kWidth;
    float* const rows = p.rows + i * p.stride;
    for (auto j = i / kStep * kStep; j < p.stride; j += kStep) {
      typename S::Floats left[kRows][kVectors], vectors[kVectors];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
        for (std::int64_t v = 0; v < kVectors; ++v)
          S::load(rows + r * p.stride + j + v * kWidth, left[r][v]);
      }
      for (auto k = begin; k < end; ++k) {
        const float* const taken = p.rows + k * p.stride;
#pragma GCC unroll 2
        for (std::int64_t v = 0; v < kVectors; ++v) S::load(taken + j + v * kWidth, vectors[v]);
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
          const float factor = taken[i + r];
#pragma GCC unroll 2
          for (std::int64_t v = 0; v < kVectors; ++v) left[r][v] -= factor * vectors[v];
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
        for (std::int64_t v = 0; v < kVectors; ++v)
          S::store(left[r][v], rows + r * p.stride + j + v * kWidth);
      }
    }
  }

  // U x = what b has become. Rows are multiplied from the diagonal's panel on, where x is 0 yet.
  template <int kWidth>
  ENDCAP_INLINE static void substitute(const CholeskyProblem& p) {
    std::fill_n(p.x, p.stride, 0.0f);
    for (auto k = p.n - 1; k >= 0; --k) {
      const float* const row = p.rows + k * p.stride;
      const auto from = k / Dot::kLanes * Dot::kLanes;
      const float known = Dot::one<kWidth>(row + from, p.x + from, p.stride - from);
      p.x[k] = (row[p.n] - known) / row[k];
    }
  }
};

}  // namespace endcap::detail
