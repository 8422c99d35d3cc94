#include "endcap/models/detail/softmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "endcap/base/random.h"

namespace endcap::detail {
namespace {

TEST(SoftmaxTest, GivesGradientAndLossForEveryWidthAndSeveralTargets) {
  Random random(1);
  for (const std::int64_t n : {16, 48}) {
    std::vector<float> logits(std::size_t(n), 0), offset(std::size_t(n), 0);
    for (float& x : logits) x = static_cast<float>(random.normal() * 10);
    for (float& x : offset) x = static_cast<float>(random.uniform());
    offset[7] = -1e30f;  // padding
    for (const std::vector<std::int32_t>& targets :
         {std::vector<std::int32_t>{3}, std::vector<std::int32_t>{3, 11, 3}}) {
      const auto times = [&](std::size_t j) {
        return double(std::ranges::count(targets, std::int32_t(j)));
      };
      const auto shifted = [&](std::size_t j) {
        return double(logits[j]) + (times(j) > 0 ? 0 : double(offset[j]));
      };
      double sum = 0, loss = 0;
      for (std::size_t j = 0; j < logits.size(); ++j) sum += std::exp(shifted(j));
      for (const auto t : targets) loss += std::log(sum) - shifted(std::size_t(t));
      std::vector<float> first;
      for (int width = 4; width <= widest_simd(); width *= 2) {
        auto row = logits;
        std::vector<float> own(targets.size());
        SoftmaxRow problem{.row = row.data(),
                           .offset = offset.data(),
                           .n_columns = n,
                           .targets = targets.data(),
                           .n_targets = std::int64_t(targets.size()),
                           .target_logits = own.data(),
                           .scale = .5f,
                           .loss = 0};
        run_simd<Softmax>(width, &problem);
        EXPECT_NEAR(problem.loss, loss, 1e-4);
        for (std::size_t j = 0; j < row.size(); ++j) {
          const double all = double(targets.size());
          EXPECT_NEAR(row[j], .5 * (all * std::exp(shifted(j)) / sum - times(j)), 1e-6);
        }
        if (first.empty()) first = row;
        EXPECT_EQ(row, first);
      }
    }
  }
}

}  // namespace
}  // namespace endcap::detail
