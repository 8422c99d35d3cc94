#include "endcap/retrieval/detail/byte_screen.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/retrieval/dot.h"

namespace endcap::detail {
namespace {

TEST(ByteScreenTest, AllWidthsFindTheSameItemsAboveTheBar) {
  Random random(1);
  for (const std::int64_t depth : {4, 8, 60, 64, 260}) {
    std::vector<std::uint8_t> block(static_cast<std::size_t>(depth * kScreenItems));
    for (auto& byte : block) byte = static_cast<std::uint8_t>(random.below(256));
    // The largest bytes that there are must not overflow.
    for (std::size_t k = 0; k < block.size(); k += kScreenItems * 4) block[k] = block[k + 1] = 255;
    std::vector<std::vector<std::int8_t>> queries(kScreenQueries);
    ScreenProblem problem{block.data(), depth, {}, {}, {}};
    std::uint64_t expected[kScreenQueries] = {};
    for (std::size_t q = 0; q < queries.size(); ++q) {
      for (std::int64_t k = 0; k < depth; ++k) {
        const auto byte = static_cast<int>(random.below(2 * kQueryLimit + 1)) - kQueryLimit;
        queries[q].push_back(static_cast<std::int8_t>(q == 0 ? kQueryLimit : byte));
      }
      problem.queries[q] = queries[q].data();
      problem.above[q] = static_cast<std::int32_t>(random.below(2000));
      for (std::int64_t i = 0; i < kScreenItems; ++i) {
        std::int32_t sum = 0;
        for (std::int64_t k = 0; k < depth; ++k) {
          const auto place = static_cast<std::size_t>(k / 4 * kScreenItems * 4 + i * 4 + k % 4);
          sum += queries[q][static_cast<std::size_t>(k)] * block[place];
        }
        if (i == 0) problem.above[q] = sum - 1;  // a bar that item 0 just passes
        if (sum > problem.above[q]) expected[q] |= std::uint64_t{1} << i;
      }
    }
    for (int width = 4; width <= widest_simd(); width *= 2) {
      const Screen screen = Screen::of_width(width);
      screen.four(problem);
      for (int q = 0; q < kScreenQueries; ++q) EXPECT_EQ(problem.hits[q], expected[q]) << width;
      screen.one(problem);
      EXPECT_EQ(problem.hits[0], expected[0]) << width;
    }
  }
}

TEST(DotTest, AllWidthsGiveTheSameBytes) {
  Random random(2);
  for (const std::size_t n : {0, 1, 15, 16, 17, 31, 64, 100}) {
    std::vector<float> a, b;
    double expected = 0;
    for (std::size_t k = 0; k < n; ++k) {
      a.push_back(static_cast<float>(random.normal()));
      b.push_back(static_cast<float>(random.normal()));
      expected += static_cast<double>(a[k]) * b[k];
    }
    const auto depth = static_cast<std::int64_t>(n);
    const float product = dot(a.data(), b.data(), depth);
    EXPECT_NEAR(product, expected, 1e-4);
    for (int width = 4; width <= widest_simd(); width *= 2) {
      float sum = 0;
      const DotProblem problem{a.data(), b.data(), depth, 1, 1, &sum};
      run_simd<Dot>(width, &problem);
      EXPECT_EQ(sum, product) << width;
    }
  }
}

}  // namespace
}  // namespace endcap::detail
