#include "endcap/models/detail/gemm.h"

#include <gtest/gtest.h>

#include <vector>

#include "endcap/base/random.h"

namespace endcap::detail {
namespace {

std::vector<float> random_matrix(std::int64_t size, Random& random) {
  std::vector<float> values(static_cast<std::size_t>(size));
  for (float& value : values) value = static_cast<float>(random.uniform() - .5);
  return values;
}

TEST(GemmTest, AgreesWithTheDefinitionAndIsTheSameForEveryWidth) {
  Random random(1);
  for (const std::int64_t depth : {1, 7, 256, 300}) {
    const std::int64_t n_rows = 16, n_columns = 64;
    const auto left = random_matrix(n_rows * depth, random);
    const auto right = random_matrix(depth * n_columns, random);
    std::vector<float> panels(right.size()), first;
    for (std::int64_t k = 0; k < depth; ++k) {
      pack_row({right.data() + k * n_columns, 64}, k, depth, panels.data());
    }
    for (int width = 4; width <= widest_simd(); width *= 2) {
      for (const bool transposed : {false, true}) {
        std::vector<float> out(static_cast<std::size_t>(n_rows * n_columns));
        const GemmProblem problem{left.data(),
                                  transposed ? 1 : depth,
                                  transposed ? n_rows : 1,
                                  panels.data(),
                                  depth,
                                  out.data(),
                                  n_columns,
                                  n_rows,
                                  n_columns};
        run_simd<Gemm>(width, &problem);
        for (std::int64_t i = 0; i < n_rows; ++i) {
          for (std::int64_t j = 0; j < n_columns; ++j) {
            float sum = 0;
            for (std::int64_t k = 0; k < depth; ++k) {
              const auto at = transposed ? k * n_rows + i : i * depth + k;
              sum += left[std::size_t(at)] * right[std::size_t(k * n_columns + j)];
            }
            EXPECT_EQ(out[std::size_t(i * n_columns + j)], sum);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace endcap::detail
