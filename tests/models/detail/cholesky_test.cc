#include "endcap/models/detail/cholesky.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "endcap/base/random.h"

namespace endcap::detail {
namespace {

// A positive definite matrix and a right side of n numbers.
struct System {
  Eigen::MatrixXd a;
  Eigen::VectorXd b;

  explicit System(Eigen::Index n) : b(n) {
    Random random(static_cast<std::uint64_t>(n));
    Eigen::MatrixXd x(2 * n, n);
    for (double& value : x.reshaped()) value = random.normal();
    for (double& value : b) value = random.normal();
    a = x.transpose() * x;
    a.diagonal().array() += 1;
  }

  [[nodiscard]] std::vector<float> solve(int width) const {
    const auto n = static_cast<std::int64_t>(b.size()), stride = cholesky_stride(n);
    std::vector<float> rows(static_cast<std::size_t>(n * stride), 3.0f);  // of no account
    std::vector<float> x(static_cast<std::size_t>(stride));
    for (std::int64_t i = 0; i < n; ++i) {
      for (auto j = i; j < n; ++j) rows[i * stride + j] = static_cast<float>(a(i, j));
      rows[i * stride + n] = static_cast<float>(b[i]);
    }
    const CholeskyProblem problem{rows.data(), n, stride, x.data()};
    run_simd<Cholesky>(width, &problem);
    x.resize(static_cast<std::size_t>(n));
    return x;
  }
};

TEST(CholeskyTest, SolvesSystemsOfEverySize) {
  for (const Eigen::Index n : {1, 2, 3, 15, 16, 17, 30, 31, 32, 33, 63, 64, 65, 100, 201}) {
    const System system(n);
    const Eigen::VectorXd expected = system.a.fullPivLu().solve(system.b);
    const auto x = system.solve(widest_simd());
    for (Eigen::Index k = 0; k < n; ++k) EXPECT_NEAR(x[k], expected[k], 2e-4) << n;
  }
}

TEST(CholeskyTest, AllWidthsGiveTheSameBytes) {
  for (const Eigen::Index n : {5, 16, 50, 77}) {
    const System system(n);
    for (int width = 4; width <= widest_simd(); width *= 2) {
      EXPECT_EQ(system.solve(width), system.solve(4)) << width;
    }
  }
}

}  // namespace
}  // namespace endcap::detail
