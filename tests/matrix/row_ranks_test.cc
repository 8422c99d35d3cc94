#include "endcap/matrix/row_ranks.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/stack_rows.h"

namespace endcap {
namespace {

TEST(RowRanksTest, FindsEveryColumnOfLongRows) {
  constexpr std::int32_t kColumns = 200;
  Random random(7);
  std::vector<std::vector<ScoredItem>> rows;
  for (const double density : {0.05, 0.3, 0.9, 1.0}) {
    auto& row = rows.emplace_back();
    for (std::int32_t j = 0; j < kColumns; ++j) {
      const auto value = static_cast<float>(random.uniform()) - 0.5f;
      if (j == 0 || j == kColumns - 1 || random.uniform() < density) row.push_back({j, value});
    }
  }
  const auto matrix = stack_rows(kColumns, std::move(rows));
  const RowRanks ranks(matrix);
  for (std::int32_t i = 0; i < matrix.n_rows(); ++i) {
    const auto row = ranks.row(i);
    ASSERT_TRUE(row) << i;
    for (std::int32_t j = 0; j < kColumns; ++j) EXPECT_EQ(row.at(j), matrix.row(i).at(j)) << i;
  }
}

TEST(RowRanksTest, ShortRowsHaveNone) {
  std::vector<std::vector<ScoredItem>> rows(3);
  for (std::int32_t j = 0; j < 4; ++j) rows[1].push_back({j, 1});
  for (std::int32_t j = 0; j < 3; ++j) rows[2].push_back({j, 1});
  const auto matrix = stack_rows(128, std::move(rows));  // 32 for each of four columns
  const RowRanks ranks(matrix);
  EXPECT_FALSE(ranks.row(0));
  EXPECT_TRUE(ranks.row(1));
  EXPECT_FALSE(ranks.row(2));
}

}  // namespace
}  // namespace endcap
