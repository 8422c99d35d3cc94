#pragma once

#include <cmath>
#include <cstdint>

#include "endcap/base/simd.h"

namespace endcap::detail {

// x becomes e^x to 2e-7 relative; at least e^-87. Requires x < 88.
// Source: S. Moshier, "Methods and Programs for Mathematical Functions", 1989 (Cephes expf).
template <int kWidth>
ENDCAP_INLINE void exp_in_place(typename Simd<kWidth>::Floats& x) {
  using Floats = typename Simd<kWidth>::Floats;
  using Ints = typename Simd<kWidth>::Ints;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const Floats lowest = Floats{} - 87.0f;
  x = x < lowest ? lowest : x;
  const Floats n = (x * 1.44269504f + kRound) - kRound;
  const Floats r = x - n * 0.693359375f - n * -2.12194440e-4f;
  Floats sum = r * 1.9875691500e-4f + 1.3981999507e-3f;
  sum = sum * r + 8.3334519073e-3f;
  sum = sum * r + 4.1665795894e-2f;
  sum = sum * r + 1.6666665459e-1f;
  sum = sum * r + 5.0000001201e-1f;
  sum = sum * r * r + r + 1.0f;
  const Ints exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
  x = sum * reinterpret_cast<Floats>(exponent);
}

// One row of a softmax cross-entropy.
struct SoftmaxRow {
  float* row;                   // (n_columns,) logits; becomes the gradient of scale * loss
  const float* offset;          // (n_columns,) added to the logits, except to the targets'
  std::int64_t n_columns;       // a multiple of 16
  const std::int32_t* targets;  // (n_targets,) columns
  std::int64_t n_targets;
  float* target_logits;  // (n_targets,) for its own use
  float scale;
  double loss;  // becomes the sum of -log of each target's probability
};

// Sums run in 16 lanes whatever the width.
struct Softmax {
  template <int kWidth>
  ENDCAP_INLINE static void run(SoftmaxRow* p) {
    using S = Simd<kWidth>;
    constexpr int kParts = 16 / kWidth;
    typename S::Floats x, offset, highest[kParts], sums[kParts] = {};
    for (auto& part : highest) part = typename S::Floats{} - 3e38f;
    for (std::int64_t t = 0; t < p->n_targets; ++t) p->target_logits[t] = p->row[p->targets[t]];

    for (std::int64_t j = 0; j < p->n_columns; j += kWidth) {
      S::load(p->row + j, x);
      S::load(p->offset + j, offset);
      x += offset;
      S::store(x, p->row + j);
    }
    for (std::int64_t t = 0; t < p->n_targets; ++t) p->row[p->targets[t]] = p->target_logits[t];
    for (std::int64_t j = 0; j < p->n_columns; j += 16) {
      for (std::int64_t part = 0; part < kParts; ++part) {
        S::load(p->row + j + part * kWidth, x);
        highest[part] = x > highest[part] ? x : highest[part];
      }
    }
    float lanes[16];
    for (std::int64_t part = 0; part < kParts; ++part)
      S::store(highest[part], lanes + part * kWidth);
    float top = lanes[0];
    for (const float lane : lanes) top = lane > top ? lane : top;

    for (std::int64_t j = 0; j < p->n_columns; j += 16) {
      for (std::int64_t part = 0; part < kParts; ++part) {
        S::load(p->row + j + part * kWidth, x);
        x -= top;
        exp_in_place<kWidth>(x);
        sums[part] += x;
        S::store(x, p->row + j + part * kWidth);
      }
    }
    for (std::int64_t part = 0; part < kParts; ++part) S::store(sums[part], lanes + part * kWidth);
    float sum = 0;
    for (const float lane : lanes) sum += lane;

    const float factor = static_cast<float>(p->n_targets) * p->scale / sum;
    for (std::int64_t j = 0; j < p->n_columns; j += kWidth) {
      S::load(p->row + j, x);
      x *= factor;
      S::store(x, p->row + j);
    }
    const double log_sum = std::log(static_cast<double>(sum)) + static_cast<double>(top);
    p->loss = 0;
    for (std::int64_t t = 0; t < p->n_targets; ++t) {
      p->row[p->targets[t]] -= p->scale;
      p->loss += log_sum - static_cast<double>(p->target_logits[t]);
    }
  }
};

}  // namespace endcap::detail
