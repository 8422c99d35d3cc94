#include "endcap/matrix/stack_rows.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

TEST(StackRowsTest, KeepsRowsAndTheirOrder) {
  const auto matrix = stack_rows(3, {{{0, 1}, {1, 2}}, {}, {{2, 5}}});
  EXPECT_EQ(matrix.n_rows(), 3);
  EXPECT_EQ(matrix.nnz(), 3);
  EXPECT_EQ(matrix.row(0).at(1), 2);
  EXPECT_EQ(matrix.row(0).at(2), 0);  // not set
  EXPECT_EQ(matrix.row(1).size(), 0u);
  EXPECT_EQ(matrix.row(2).at(2), 5);
}

TEST(StackRowsTest, NoRowsMakeAnEmptyMatrix) { EXPECT_EQ(stack_rows(3, {}).n_rows(), 0); }

}  // namespace
}  // namespace endcap
