#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/parallel.h"
#include "endcap/base/random.h"
#include "endcap/base/simd.h"

namespace endcap::detail {

// One step over part of a Parameter.
struct AdamStep {
  float* values;
  float* first;
  float* second;
  float* average;
  const float* gradient;  // null where it is 0
  std::int64_t n;         // a multiple of 16
  float rate;             // learning rate / (1 - beta1^step)
  float second_scale;     // 1 / sqrt(1 - beta2^step)
  float average_keep;     // in [0, 1); 0: the average is the values
};

// D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
struct Adam {
  static constexpr float kBeta1 = .9f, kBeta2 = .98f, kEpsilon = 1e-8f;

  template <int kWidth>
  ENDCAP_INLINE static void run(const AdamStep* p) {
    using S = Simd<kWidth>;
    using Ints = typename S::Ints;
    typename S::Floats value, first, second, average, gradient = {};
    for (std::int64_t i = 0; i < p->n; i += kWidth) {
      S::load(p->values + i, value);
      S::load(p->first + i, first);
      S::load(p->second + i, second);
      S::load(p->average + i, average);
      if (p->gradient != nullptr) S::load(p->gradient + i, gradient);
      first = first * kBeta1 + gradient * (1 - kBeta1);
      second = second * kBeta2 + gradient * gradient * (1 - kBeta2);
      // 1 / sqrt by a guess from the exponent and three steps of Newton: 1e-7 relative.
      const Ints guess = 0x5F375A86 - (reinterpret_cast<Ints>(second) >> 1);
      typename S::Floats inverse = reinterpret_cast<typename S::Floats>(guess);
      const typename S::Floats half = second * .5f;
      for (int k = 0; k < 3; ++k) inverse *= 1.5f - half * inverse * inverse;
      value -= p->rate * first / (second * inverse * p->second_scale + kEpsilon);
      average = average * p->average_keep + value * (1 - p->average_keep);
      S::store(value, p->values + i);
      S::store(first, p->first + i);
      S::store(second, p->second + i);
      S::store(average, p->average + i);
    }
  }
};

// How far training has come, for all parameters alike.
struct AdamClock {
  float learning_rate;
  float average_keep = 0;
  int step = 0;

  void advance() { ++step; }
  // A step for all rows, which has yet to be given theirs.
  [[nodiscard]] AdamStep rates() const {
    const double first = 1 - std::pow(static_cast<double>(Adam::kBeta1), step);
    const double second = 1 - std::pow(static_cast<double>(Adam::kBeta2), step);
    AdamStep rates{};
    rates.rate = static_cast<float>(static_cast<double>(learning_rate) / first);
    rates.second_scale = static_cast<float>(1 / std::sqrt(second));
    rates.average_keep = average_keep;
    return rates;
  }
};

// A trained matrix (n_rows, width), the state of its optimiser and its moving average.
struct Parameter {
  std::int64_t n_rows = 0, width = 0;  // width: a multiple of 16
  std::vector<float> values, first, second, average;

  Parameter() = default;
  Parameter(std::int64_t rows, std::int64_t columns)
      : n_rows(rows),
        width(columns),
        values(static_cast<std::size_t>(rows * columns)),
        first(values.size()),
        second(values.size()),
        average(values.size()) {}

  // N(0, deviation^2) in the first `used` columns, 0 in the others.
  void randomise(Random random, std::int64_t used, double deviation) {
    for (std::int64_t i = 0; i < n_rows; ++i) {
      for (float& value : row(i).first(static_cast<std::size_t>(used))) {
        value = static_cast<float>(random.normal() * deviation);
      }
    }
    average = values;
  }

  // The first `used` columns become `rows` (any number of them, used), all else 0.
  void assign(std::span<const float> rows, std::int64_t used) {
    std::ranges::fill(values, 0.0f);
    const auto n = static_cast<std::size_t>(used);
    for (std::int64_t i = 0; static_cast<std::size_t>(i) * n < rows.size(); ++i) {
      std::ranges::copy(rows.subspan(static_cast<std::size_t>(i) * n, n), row(i).begin());
    }
    average = values;
  }

  [[nodiscard]] std::span<float> row(std::int64_t i) {
    return {values.data() + i * width, static_cast<std::size_t>(width)};
  }
  [[nodiscard]] std::span<const float> row(std::int64_t i) const {
    return {values.data() + i * width, static_cast<std::size_t>(width)};
  }
  [[nodiscard]] std::span<const float> average_row(std::int64_t i) const {
    return {average.data() + i * width, static_cast<std::size_t>(width)};
  }

  // gradient_of(i): the gradient of row i, null if it is 0.
  template <class GradientOf>
  void update(const Context& context, const AdamClock& clock, GradientOf&& gradient_of) {
    const int simd = widest_simd();
    const AdamStep rates = clock.rates();
    parallel_for(context, n_rows, 1024, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) {
        AdamStep update = rates;
        update.values = &values[at(i)];
        update.first = &first[at(i)];
        update.second = &second[at(i)];
        update.average = &average[at(i)];
        update.gradient = gradient_of(i);
        update.n = width;
        run_simd<Adam>(simd, static_cast<const AdamStep*>(&update));
      }
    });
  }

 private:
  [[nodiscard]] std::size_t at(std::int64_t i) const { return static_cast<std::size_t>(i * width); }
};

}  // namespace endcap::detail
