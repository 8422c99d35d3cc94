#pragma once

#include <algorithm>
#include <cstdint>

#include "endcap/base/simd.h"

namespace endcap {
namespace detail {

// out[i] += scale * <x, row i>. Every product is a sum of 16 lanes, lane l of the places l, l + 16,
// ..., and the lanes are added pairwise, whatever the width.
struct DotProblem {
  const float* rows;  // (n_rows, depth), contiguous
  const float* x;     // (depth,)
  std::int64_t depth, n_rows;
  float scale;
  float* out;  // (n_rows,)
};

struct Dot {
  static constexpr std::int64_t kLanes = 16;

  template <int kWidth>
  ENDCAP_INLINE static void run(const DotProblem* p) {
    for (std::int64_t i = 0; i < p->n_rows; ++i) {
      p->out[i] += p->scale * one<kWidth>(p->rows + i * p->depth, p->x, p->depth);
    }
  }

  template <int kWidth>
  ENDCAP_INLINE static float one(const float* a, const float* b, std::int64_t depth) {
    typename Simd<kWidth>::Floats sums[kLanes / kWidth] = {};
    std::int64_t k = 0;
    for (; k + kLanes <= depth; k += kLanes) add<kWidth>(a + k, b + k, sums);
    if (k < depth) {
      float left[kLanes] = {}, right[kLanes] = {};
      std::copy(a + k, a + depth, left);
      std::copy(b + k, b + depth, right);
      add<kWidth>(left, right, sums);
    }
#pragma GCC unroll 4
    for (std::int64_t n = kLanes / kWidth / 2; n > 0; n /= 2) {
#pragma GCC unroll 4
      for (std::int64_t part = 0; part < n; ++part) sums[part] += sums[part + n];
    }
    return Simd<kWidth>::sum(sums[0]);
  }

 private:
  template <int kWidth>
  ENDCAP_INLINE static void add(const float* a, const float* b,
                                typename Simd<kWidth>::Floats (&sums)[kLanes / kWidth]) {
    typename Simd<kWidth>::Floats left, right;
#pragma GCC unroll 4
    for (std::int64_t part = 0; part < kLanes / kWidth; ++part) {
      Simd<kWidth>::load(a + part * kWidth, left);
      Simd<kWidth>::load(b + part * kWidth, right);
      sums[part] += left * right;
    }
  }
};

}  // namespace detail

// <a, b>; the same bytes on every processor.
[[nodiscard]] inline float dot(const float* a, const float* b, std::int64_t depth) {
  float sum = 0;
  const detail::DotProblem problem{a, b, depth, 1, 1, &sum};
  detail::run_simd<detail::Dot>(detail::widest_simd(), &problem);
  return sum;
}

}  // namespace endcap
