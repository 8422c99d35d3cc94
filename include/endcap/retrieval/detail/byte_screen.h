#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "endcap/base/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Finds out which of 64 vectors of bytes may have a product with a query above a threshold. Sums
// of integers are exact, so all kernels find the same.

namespace endcap::detail {

inline constexpr std::int64_t kScreenItems = 64;   // of a block
inline constexpr std::int64_t kScreenDepth = 4;    // bytes of an item side by side
inline constexpr std::int64_t kScreenQueries = 4;  // at most

// sum(q, i) = sum over k of query q[k] * block[k / 4][i][k % 4]; |query q[k]| <= kQueryLimit, so
// that the sum of two products fits 16 bits.
inline constexpr std::int32_t kQueryLimit = 63;

struct ScreenProblem {
  const std::uint8_t* block;  // (depth / 4, 64, 4)
  std::int64_t depth;         // a multiple of 4
  const std::int8_t* queries[kScreenQueries];
  std::int32_t above[kScreenQueries];
  std::uint64_t hits[kScreenQueries];  // becomes: bit i: sum(q, i) > above[q]
};

template <int kQueries>
void screen_portable(ScreenProblem& p) {
  for (int q = 0; q < kQueries; ++q) {
    std::int32_t sums[kScreenItems] = {};
    for (std::int64_t k = 0; k < p.depth; ++k) {
      const std::uint8_t* const bytes = p.block + k / 4 * (kScreenItems * 4) + k % 4;
      for (std::int64_t i = 0; i < kScreenItems; ++i) sums[i] += p.queries[q][k] * bytes[i * 4];
    }
    p.hits[q] = 0;
    for (std::int64_t i = 0; i < kScreenItems; ++i) {
      p.hits[q] |= static_cast<std::uint64_t>(sums[i] > p.above[q]) << i;
    }
  }
}

#if defined(__x86_64__)
inline std::int32_t four_bytes(const std::int8_t* from) {
  std::int32_t four;
  std::memcpy(&four, from, sizeof four);
  return four;
}

template <int kQueries>
[[gnu::target("avx2")]] void screen_avx2(ScreenProblem& p) {
  const __m256i ones = _mm256_set1_epi16(1);
  for (int q = 0; q < kQueries; ++q) p.hits[q] = 0;
  for (std::int64_t i = 0; i < kScreenItems; i += 16) {
    __m256i sums[kQueries][2] = {};
    for (std::int64_t k = 0; k < p.depth; k += 4) {
      const auto* const bytes =
          reinterpret_cast<const __m256i*>(p.block + k * kScreenItems + i * 4);
      const __m256i a = _mm256_loadu_si256(bytes), b = _mm256_loadu_si256(bytes + 1);
#pragma GCC unroll 4
      for (int q = 0; q < kQueries; ++q) {
        const __m256i factor = _mm256_set1_epi32(four_bytes(p.queries[q] + k));
        const __m256i of_a = _mm256_madd_epi16(_mm256_maddubs_epi16(a, factor), ones);
        const __m256i of_b = _mm256_madd_epi16(_mm256_maddubs_epi16(b, factor), ones);
        sums[q][0] = _mm256_add_epi32(sums[q][0], of_a);
        sums[q][1] = _mm256_add_epi32(sums[q][1], of_b);
      }
    }
    for (int q = 0; q < kQueries; ++q) {
      const __m256i above = _mm256_set1_epi32(p.above[q]);
      for (int half = 0; half < 2; ++half) {
        const __m256i is_above = _mm256_cmpgt_epi32(sums[q][half], above);
        const auto bits =
            static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(is_above)));
        p.hits[q] |= static_cast<std::uint64_t>(bits) << (i + std::int64_t{8} * half);
      }
    }
  }
}

template <int kQueries>
[[gnu::target("avx512f,avx512vnni")]] void screen_vnni(ScreenProblem& p) {
  __m512i sums[kQueries][4] = {};
  for (std::int64_t k = 0; k < p.depth; k += 4) {
    const auto* const bytes = p.block + k * kScreenItems;
    const __m512i a = _mm512_loadu_si512(bytes), b = _mm512_loadu_si512(bytes + 64);
    const __m512i c = _mm512_loadu_si512(bytes + 128), d = _mm512_loadu_si512(bytes + 192);
#pragma GCC unroll 4
    for (int q = 0; q < kQueries; ++q) {
      const __m512i factor = _mm512_set1_epi32(four_bytes(p.queries[q] + k));
      sums[q][0] = _mm512_dpbusd_epi32(sums[q][0], a, factor);
      sums[q][1] = _mm512_dpbusd_epi32(sums[q][1], b, factor);
      sums[q][2] = _mm512_dpbusd_epi32(sums[q][2], c, factor);
      sums[q][3] = _mm512_dpbusd_epi32(sums[q][3], d, factor);
    }
  }
  for (int q = 0; q < kQueries; ++q) {
    const __m512i above = _mm512_set1_epi32(p.above[q]);
    p.hits[q] = 0;
    for (int part = 0; part < 4; ++part) {
      const std::uint64_t bits = _mm512_cmpgt_epi32_mask(sums[q][part], above);
      p.hits[q] |= bits << (16 * part);
    }
  }
}
#endif

// The kernels of this processor.
struct Screen {
  void (*one)(ScreenProblem&) = &screen_portable<1>;
  void (*four)(ScreenProblem&) = &screen_portable<kScreenQueries>;

  // width: that of Simd, at most widest_simd().
  static Screen of_width(int width) {
#if defined(__x86_64__)
    if (width == 16 && __builtin_cpu_supports("avx512vnni")) {
      return {&screen_vnni<1>, &screen_vnni<kScreenQueries>};
    }
    if (width >= 8) return {&screen_avx2<1>, &screen_avx2<kScreenQueries>};
#endif
    static_cast<void>(width);
    return {};
  }
};

}  // namespace endcap::detail
