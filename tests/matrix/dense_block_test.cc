#include "endcap/matrix/dense_block.h"

#include <gtest/gtest.h>

#include <vector>

#include "endcap/matrix/stack_rows.h"

namespace endcap {
namespace {

// [[1, 2, 0], [0, 3, 4], [5, 0, 0]]
CsrMatrix three_rows() { return stack_rows(3, {{{0, 1}, {1, 2}}, {{1, 3}, {2, 4}}, {{0, 5}}}); }

TEST(DenseBlockTest, CutsWhatIsAskedForAgainAndAgain) {
  const auto matrix = three_rows();
  DenseBlock blocks(matrix);
  for (int time = 0; time < 2; ++time) {
    const auto block = blocks.cut(std::vector<ItemIndex>{2, 0});  // block(b, a) = [items a, b]
    EXPECT_EQ(block(0, 0), 0);
    EXPECT_EQ(block(1, 0), 5);
    EXPECT_EQ(block(0, 1), 0);
    EXPECT_EQ(block(1, 1), 1);
  }
  EXPECT_EQ(blocks.cut({}).size(), 0);
}

}  // namespace
}  // namespace endcap
