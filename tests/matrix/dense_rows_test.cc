#include "endcap/matrix/dense_rows.h"

#include <gtest/gtest.h>

#include <vector>

#include "endcap/matrix/stack_rows.h"

namespace endcap {
namespace {

TEST(DenseRowsTest, AddsUpRowsInTheirOrder) {
  const DenseRows rows(stack_rows(3, {{{0, 1}, {2, 2}}, {}, {{1, 5}}}));
  EXPECT_EQ(rows.row(0)[1], 0);
  EXPECT_EQ(rows.row(0)[2], 2);
  std::vector<float> sum = {1, 1, 1};
  rows.add_rows(std::vector<std::int32_t>{2, 0}, std::vector<float>{10, 3}, sum);
  EXPECT_EQ(sum, (std::vector<float>{4, 51, 7}));
}

TEST(DenseRowsTest, AreNotMadeOfWhatIsMostlyEmpty) {
  EXPECT_NE(DenseRows::if_faster(stack_rows(2, {{{0, 1}}, {{1, 1}}})), nullptr);
  EXPECT_EQ(DenseRows::if_faster(stack_rows(9, {{{0, 1}}, {{1, 1}}})), nullptr);
}

}  // namespace
}  // namespace endcap
