#include "endcap/matrix/dense_block.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "endcap/matrix/stack_rows.h"

namespace endcap {
namespace {

// [[1, 2, 0], [0, 3, 4], [5, 0, 0]] and zeros.
CsrMatrix three_rows(std::int32_t n_items) {
  std::vector<std::vector<ScoredItem>> rows = {{{0, 1}, {1, 2}}, {{1, 3}, {2, 4}}, {{0, 5}}};
  rows.resize(static_cast<std::size_t>(n_items));
  return stack_rows(n_items, std::move(rows));
}

class DenseBlockTest : public testing::TestWithParam<std::int32_t> {};

TEST_P(DenseBlockTest, CutsWhatIsAskedForAgainAndAgain) {
  const auto matrix = three_rows(GetParam());
  DenseBlock blocks(matrix);
  for (int time = 0; time < 2; ++time) {
    std::vector<float> out(1 + 2 * 4, -1.0f);
    blocks.cut_upper(std::vector<ItemIndex>{0, 1}, 4, out.data() + 1);
    EXPECT_EQ(out[1], 1);  // [0, 0]
    EXPECT_EQ(out[2], 2);  // [0, 1]
    EXPECT_EQ(out[6], 3);  // [1, 1]; [1, 2] is not asked for
    blocks.cut_upper(std::vector<ItemIndex>{1, 2}, 4, out.data() + 1);
    EXPECT_EQ(out[1], 3);  // [1, 1]
    EXPECT_EQ(out[2], 4);  // [1, 2]
    EXPECT_EQ(out[6], 0);  // [2, 2]; [2, 0] is below the diagonal
  }
  blocks.cut_upper({}, 4, nullptr);
}

// With rows that are looked up in, and with rows that are read through.
INSTANTIATE_TEST_SUITE_P(Items, DenseBlockTest, testing::Values(3, 300));

}  // namespace
}  // namespace endcap
