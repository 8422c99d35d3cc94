#include "endcap/matrix/row_stack.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace endcap {
namespace {

TEST(RowStackTest, RowsMayComeInAnyOrder) {
  RowStack stack(3, 5);
  stack.add(2, {{0, 3}});
  stack.add(0, {{4, 1}, {1, 2}});
  stack.add(1, {});
  const auto matrix = std::move(stack).finish();
  EXPECT_EQ(matrix.n_rows(), 3);
  EXPECT_EQ(matrix.n_columns(), 5);
  EXPECT_EQ(matrix.row(0).columns[0], 4);
  EXPECT_EQ(matrix.row(0).values[1], 2);
  EXPECT_EQ(matrix.row(1).size(), 0u);
  EXPECT_EQ(matrix.row(2).columns[0], 0);
}

TEST(RowStackTest, NoRowsMakeAnEmptyMatrix) { EXPECT_EQ(RowStack(0, 3).finish().n_rows(), 0); }

TEST(RowStackTest, ThreadsFillSeveralBlocks) {
  constexpr std::int32_t kRows = 90, kWidth = 100'000;  // 9 M entries, over two blocks
  RowStack stack(kRows, kWidth);
  const auto add_each_third = [&](std::int32_t first) {
    for (auto row = first; row < kRows; row += 3) {
      std::vector<ScoredItem> entries(kWidth);
      for (std::int32_t j = 0; j < kWidth; ++j) {
        entries[static_cast<std::size_t>(j)] = {j, static_cast<float>(row)};
      }
      stack.add(row, std::move(entries));
    }
  };
  std::thread one(add_each_third, 1), two(add_each_third, 2);
  add_each_third(0);
  one.join();
  two.join();
  const auto matrix = std::move(stack).finish();
  ASSERT_EQ(matrix.nnz(), std::int64_t{kRows} * kWidth);
  for (std::int32_t row = 0; row < kRows; ++row) {
    EXPECT_EQ(matrix.row(row).columns[kWidth - 1], kWidth - 1);
    EXPECT_EQ(matrix.row(row).values[0], static_cast<float>(row));
  }
}

}  // namespace
}  // namespace endcap
