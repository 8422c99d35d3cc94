#include "endcap/matrix/transpose.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

TEST(TransposeTest, TurnsRowsIntoColumns) {
  // [[0, 1, 2],      [[0, 3],
  //  [3, 0, 4]]  ->   [1, 0],
  //                   [2, 4]]
  const CsrMatrix matrix(3, std::vector<std::int64_t>{0, 2, 4},
                         std::vector<std::int32_t>{1, 2, 0, 2}, std::vector<float>{1, 2, 3, 4});
  const CsrMatrix turned = transpose(matrix);
  EXPECT_EQ(turned.n_columns(), 2);
  const auto list = [](const auto& array) { return std::vector(array.begin(), array.end()); };
  EXPECT_EQ(list(turned.offsets()), (std::vector<std::int64_t>{0, 1, 2, 4}));
  EXPECT_EQ(list(turned.columns()), (std::vector<std::int32_t>{1, 0, 0, 1}));
  EXPECT_EQ(list(turned.values()), (std::vector<float>{3, 1, 2, 4}));
}

TEST(TransposeTest, AnEmptyMatrixStaysEmpty) { EXPECT_EQ(transpose(CsrMatrix()).n_rows(), 0); }

}  // namespace
}  // namespace endcap
