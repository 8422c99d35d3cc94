#include "endcap/models/detail/als_row.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "endcap/base/random.h"

namespace endcap::detail {
namespace {

using Floats = std::vector<float>;

struct Row {
  std::int64_t width;
  Floats vectors, spectrum, confidences;
  std::vector<std::int32_t> columns;

  // The Gram matrix's diagonal falls by half from place to place.
  Row(std::int64_t width, std::int64_t n) : width(width) {
    Random random(static_cast<std::uint64_t>(n));
    for (std::int64_t i = 0; i < 300; ++i) {
      for (std::int64_t k = 0; k < width; ++k) {
        vectors.push_back(static_cast<float>(random.normal() / (1.0 + static_cast<double>(k))));
      }
    }
    for (std::int64_t k = 0; k < width; ++k) {
      spectrum.push_back(static_cast<float>(20.0 / (1.0 + static_cast<double>(k * k))));
    }
    for (std::int64_t e = 0; e < n; ++e) {
      columns.push_back(static_cast<std::int32_t>(300 - n + e));
      confidences.push_back(static_cast<float>(.5 + random.uniform()));
    }
  }

  [[nodiscard]] Floats solve(int simd_width, std::int32_t steps) const {
    Floats x(static_cast<std::size_t>(width), -1.0f);
    Floats scratch(static_cast<std::size_t>(width * kAlsRowScratch), -1.0f);
    const AlsRowProblem problem{vectors.data(),
                                width,
                                columns.data(),
                                confidences.data(),
                                static_cast<std::int64_t>(columns.size()),
                                spectrum.data(),
                                .5f,
                                steps,
                                x.data(),
                                scratch.data()};
    run_simd<AlsRow>(simd_width, &problem);
    return x;
  }

  // The normal equations as they stand.
  [[nodiscard]] Eigen::VectorXd naive() const {
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(width, width);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(width);
    for (std::int64_t k = 0; k < width; ++k) a(k, k) = spectrum[static_cast<std::size_t>(k)] + .5;
    for (std::size_t e = 0; e < columns.size(); ++e) {
      const Eigen::VectorXd v =
          Eigen::Map<const Eigen::VectorXf>(&vectors[columns[e] * width], width).cast<double>();
      a += confidences[e] * v * v.transpose();
      b += confidences[e] * v;
    }
    return a.fullPivLu().solve(b);
  }
};

TEST(AlsRowTest, StepsConvergeToTheNormalEquations) {
  for (const std::int64_t width : {16, 32, 64}) {
    for (const std::int64_t n : {1, 3, 4, 5, 17, 300}) {
      const Row row(width, n);
      const auto x = row.solve(widest_simd(), 60);
      const auto expected = row.naive();
      for (std::int64_t k = 0; k < width; ++k) EXPECT_NEAR(x[k], expected[k], 2e-4) << n;
    }
  }
}

TEST(AlsRowTest, FewStepsComeNear) {
  const Row row(64, 40);
  const auto expected = row.naive();
  double before = expected.norm();
  for (const std::int32_t steps : {1, 2, 4, 8}) {
    const auto x = row.solve(widest_simd(), steps);
    const double error =
        (Eigen::Map<const Eigen::VectorXf>(x.data(), 64).cast<double>() - expected).norm();
    EXPECT_LT(error, before);
    before = error;
  }
  EXPECT_LT(before, .01 * expected.norm());
}

TEST(AlsRowTest, ARowWithoutCellsIsZero) {
  EXPECT_EQ(Row(32, 0).solve(widest_simd(), 3), Floats(32, 0.0f));
}

TEST(AlsRowTest, AllWidthsGiveTheSameBytes) {
  const Row row(48, 33);
  for (int width = 4; width <= widest_simd(); width *= 2) {
    EXPECT_EQ(row.solve(width, 4), row.solve(4, 4)) << width;
  }
}

}  // namespace
}  // namespace endcap::detail
