#include "endcap/models/detail/softmax.h"

#include <gtest/gtest.h>

#include <vector>

#include "endcap/base/random.h"

namespace endcap::detail {
namespace {

TEST(SoftmaxTest, GivesGradientAndLossForEveryWidth) {
  Random random(1);
  for (const std::int64_t n : {16, 48}) {
    std::vector<float> logits(std::size_t(n), 0), offset(std::size_t(n), 0), first;
    for (float& x : logits) x = static_cast<float>(random.normal() * 10);
    for (float& x : offset) x = static_cast<float>(random.uniform());
    offset[7] = -1e30f;  // padding
    double sum = 0;
    const auto shifted = [&](std::size_t j) {
      return double(logits[j]) + (j == 3 ? 0 : double(offset[j]));
    };
    for (std::size_t j = 0; j < logits.size(); ++j) sum += std::exp(shifted(j));
    for (int width = 4; width <= widest_simd(); width *= 2) {
      auto row = logits;
      SoftmaxRow problem{row.data(), offset.data(), n, 3, .5f, 0};
      run_simd<Softmax>(width, &problem);
      EXPECT_NEAR(problem.loss, std::log(sum) - shifted(3), 1e-5);
      for (std::size_t j = 0; j < row.size(); ++j) {
        EXPECT_NEAR(row[j], .5 * (std::exp(shifted(j)) / sum - (j == 3 ? 1 : 0)), 1e-6);
      }
      if (first.empty()) first = row;
      EXPECT_EQ(row, first);
    }
  }
}

}  // namespace
}  // namespace endcap::detail
