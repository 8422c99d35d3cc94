#pragma once

#include <algorithm>
#include <cstdint>

#include "endcap/base/simd.h"
#include "endcap/retrieval/dot.h"

namespace endcap::detail {

// Steps towards the x of AlsSolver for one row of the matrix, from x = 0, by conjugate gradients
// for A x = b with A = diag(spectrum + ridge) + sum c_e v_e v_e' and b = sum c_e v_e. The basis is
// the one where the vectors' Gram matrix is diagonal, so a step costs the row's cells alone: it
// reads each v_e twice, from the nearest cache. The residual is divided by A's diagonal, which in
// this basis is most of A. Sources: M. Hestenes and E. Stiefel, "Methods of Conjugate Gradients for
// Solving Linear Systems", 1952; G. Takacs, I. Pilaszy and D. Tikk, "Applications of the Conjugate
// Gradient Method for Implicit Feedback Collaborative Filtering", RecSys 2011 (for these rows).
struct AlsRowProblem {
  const float* vectors;  // (n_columns, width)
  std::int64_t width;    // a multiple of 16
  const std::int32_t* columns;
  const float* confidences;
  std::int64_t n;  // cells
  const float* spectrum;
  float ridge;
  std::int32_t steps;
  float* x;        // (width,), becomes the solution
  float* scratch;  // (kAlsRowScratch, width)
};

inline constexpr std::int64_t kAlsRowScratch = 5;

struct AlsRow {
  template <int kWidth>
  ENDCAP_INLINE static void run(const AlsRowProblem* p) {
    const auto d = p->width;
    float* const residual = p->scratch;
    float* const scaled = residual + d;  // by A's diagonal
    float* const step = scaled + d;
    float* const image = step + d;
    float* const inverse = image + d;  // of A's diagonal
    start<kWidth>(*p, residual, inverse);
    std::fill_n(p->x, d, 0.0f);
    std::fill_n(step, d, 0.0f);
    float size = 1, before = 1;
    for (std::int32_t i = 0; i <= p->steps; ++i) {
      multiply<kWidth>(d, residual, inverse, scaled);
      before = size;
      size = Dot::one<kWidth>(residual, scaled, d);
      if (i == p->steps || !(size > 0)) return;
      combine<kWidth>(d, scaled, size / before, step);
      apply<kWidth>(*p, step, image);
      const float length = size / Dot::one<kWidth>(step, image, d);
      add<kWidth>(d, length, step, p->x);
      add<kWidth>(d, -length, image, residual);
    }
  }

 private:
  template <int kWidth>
  using S = Simd<kWidth>;
  template <int kWidth>
  using Floats = typename Simd<kWidth>::Floats;

  // right becomes b, inverse that of A's diagonal.
  template <int kWidth>
  ENDCAP_INLINE static void start(const AlsRowProblem& p, float* right, float* inverse) {
    Floats<kWidth> v, sum, squares;
    for (std::int64_t k = 0; k < p.width; k += kWidth) {
      S<kWidth>::load(p.spectrum + k, squares);
      S<kWidth>::store(squares + p.ridge, inverse + k);
      S<kWidth>::store(Floats<kWidth>{}, right + k);
    }
    for (std::int64_t e = 0; e < p.n; ++e) {
      const float* const vector = p.vectors + p.columns[e] * p.width;
      const float c = p.confidences[e];
      for (std::int64_t k = 0; k < p.width; k += kWidth) {
        S<kWidth>::load(vector + k, v);
        S<kWidth>::load(right + k, sum);
        S<kWidth>::load(inverse + k, squares);
        S<kWidth>::store(sum + c * v, right + k);
        S<kWidth>::store(squares + c * v * v, inverse + k);
      }
    }
    for (std::int64_t k = 0; k < p.width; k += kWidth) {
      S<kWidth>::load(inverse + k, squares);
      S<kWidth>::store(1.0f / squares, inverse + k);
    }
  }

  // image = A step.
  template <int kWidth>
  ENDCAP_INLINE static void apply(const AlsRowProblem& p, const float* step, float* image) {
    Floats<kWidth> a, b;
    for (std::int64_t k = 0; k < p.width; k += kWidth) {
      S<kWidth>::load(step + k, a);
      S<kWidth>::load(p.spectrum + k, b);
      S<kWidth>::store(a * (b + p.ridge), image + k);
    }
    std::int64_t e = 0;
    for (; e + 4 <= p.n; e += 4) apply_cells<kWidth, 4>(p, e, step, image);
    for (; e < p.n; ++e) apply_cells<kWidth, 1>(p, e, step, image);
  }

  template <int kWidth, int kCells>
  ENDCAP_INLINE static void apply_cells(const AlsRowProblem& p, std::int64_t first,
                                        const float* step, float* image) {
    const float* vectors[kCells];
    float factors[kCells];
#pragma GCC unroll 4
    for (int e = 0; e < kCells; ++e) {
      vectors[e] = p.vectors + p.columns[first + e] * p.width;
      factors[e] = p.confidences[first + e] * Dot::one<kWidth>(vectors[e], step, p.width);
    }
    Floats<kWidth> v, sum;
    for (std::int64_t k = 0; k < p.width; k += kWidth) {
      S<kWidth>::load(image + k, sum);
#pragma GCC unroll 4
      for (int e = 0; e < kCells; ++e) {
        S<kWidth>::load(vectors[e] + k, v);
        sum += factors[e] * v;
      }
      S<kWidth>::store(sum, image + k);
    }
  }

  // out = a * b, place by place
  template <int kWidth>
  ENDCAP_INLINE static void multiply(std::int64_t d, const float* a, const float* b, float* out) {
    Floats<kWidth> left, right;
    for (std::int64_t k = 0; k < d; k += kWidth) {
      S<kWidth>::load(a + k, left);
      S<kWidth>::load(b + k, right);
      S<kWidth>::store(left * right, out + k);
    }
  }

  // to = from + factor * to
  template <int kWidth>
  ENDCAP_INLINE static void combine(std::int64_t d, const float* from, float factor, float* to) {
    Floats<kWidth> a, b;
    for (std::int64_t k = 0; k < d; k += kWidth) {
      S<kWidth>::load(from + k, a);
      S<kWidth>::load(to + k, b);
      S<kWidth>::store(a + factor * b, to + k);
    }
  }

  // to += factor * from
  template <int kWidth>
  ENDCAP_INLINE static void add(std::int64_t d, float factor, const float* from, float* to) {
    Floats<kWidth> a, b;
    for (std::int64_t k = 0; k < d; k += kWidth) {
      S<kWidth>::load(from + k, a);
      S<kWidth>::load(to + k, b);
      S<kWidth>::store(b + factor * a, to + k);
    }
  }
};

}  // namespace endcap::detail
