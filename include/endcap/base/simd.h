#pragma once

#include <cstdint>

#include "endcap/base/instructions.h"

// Kernels compiled for several vector widths, the widest that the processor has being chosen when
// they run. All widths do the same operations on the same numbers in the same order, and none
// fuses a multiplication with an addition, so the bytes do not depend on the choice.

#define ENDCAP_INLINE [[gnu::always_inline]] inline

namespace endcap::detail {

// The sum of all, halves added to each other until one is left.
typedef float Floats4 __attribute__((vector_size(16)));
typedef float Floats8 __attribute__((vector_size(32)));
typedef float Floats16 __attribute__((vector_size(64)));
ENDCAP_INLINE float sum_of(const Floats4& all) { return (all[0] + all[2]) + (all[1] + all[3]); }
ENDCAP_INLINE float sum_of(const Floats8& all) {
  return sum_of(__builtin_shufflevector(all, all, 0, 1, 2, 3) +
                __builtin_shufflevector(all, all, 4, 5, 6, 7));
}
ENDCAP_INLINE float sum_of(const Floats16& all) {
  return sum_of(__builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7) +
                __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15));
}

template <int kWidth>
struct FloatsOf;
template <>
struct FloatsOf<4> {
  using Type = Floats4;
};
template <>
struct FloatsOf<8> {
  using Type = Floats8;
};
template <>
struct FloatsOf<16> {
  using Type = Floats16;
};

// kWidth floats that are worked on at once.
template <int kWidth>
struct Simd {
  using Floats = typename FloatsOf<kWidth>::Type;
  typedef std::int32_t Ints __attribute__((vector_size(kWidth * sizeof(float))));
  typedef float Unaligned
      __attribute__((vector_size(kWidth * sizeof(float)), aligned(4), may_alias));

  ENDCAP_INLINE static void load(const float* from, Floats& to) {
    to = *reinterpret_cast<const Unaligned*>(from);
  }
  ENDCAP_INLINE static void store(const Floats& from, float* to) {
    *reinterpret_cast<Unaligned*>(to) = from;
  }

  ENDCAP_INLINE static float sum(const Floats& all) { return sum_of(all); }
};

#if defined(__x86_64__)
template <class Kernel, class... Args>
[[gnu::target("avx512f")]] void run_avx512(Args... args) {
  Kernel::template run<16>(args...);
}
template <class Kernel, class... Args>
[[gnu::target("avx2")]] void run_avx2(Args... args) {
  Kernel::template run<8>(args...);
}
#endif

inline int widest_simd() {
  constexpr int kWidths[] = {4, 8, 16};
  return kWidths[static_cast<int>(instructions())];
}

// Kernel::run<width>(args...) with a width of 4, 8 or 16 that the processor has.
template <class Kernel, class... Args>
void run_simd(int width, Args... args) {
#if defined(__x86_64__)
  if (width == 16) return run_avx512<Kernel>(args...);
  if (width == 8) return run_avx2<Kernel>(args...);
#endif
  static_cast<void>(width);
  Kernel::template run<4>(args...);
}

}  // namespace endcap::detail
