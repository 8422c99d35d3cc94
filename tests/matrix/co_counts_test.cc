#include "endcap/matrix/co_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

std::vector<std::int32_t> columns_of(const CsrMatrix& matrix, std::int32_t row) {
  const auto columns = matrix.row(row).columns;
  return {columns.begin(), columns.end()};
}

// Rows of four items, all with the counts 5, 7, 5, 7.
CsrMatrix four_counts(int neighbors, int threads = 1) {
  return count_matrix(
      {.threads = threads}, 4, neighbors,
      [](ItemIndex, CountRow& row) {
        for (const ItemIndex j : {3, 2, 1, 0}) row.add(j, j % 2 == 0 ? 5 : 7);
      },
      [](ItemIndex, ItemIndex, std::int64_t count) { return static_cast<float>(count); });
}

TEST(FixedPointTest, ComesBack) {
  for (const double value : {0.0, 1.0, 0.5, -3.25, 1e6}) {
    EXPECT_EQ(from_fixed(to_fixed(value)), value);
  }
}

TEST(FixedPointTest, SumsDoNotDependOnTheirOrder) {
  std::vector<double> values = {1e6, 0.1, 0.3, 1e-6, 0.7};
  std::int64_t forwards = 0, backwards = 0;
  for (const double value : values) forwards += to_fixed(value);
  std::reverse(values.begin(), values.end());
  for (const double value : values) backwards += to_fixed(value);
  EXPECT_EQ(forwards, backwards);
}

TEST(OccurrencesTest, FindsEveryPlaceOfAnItem) {
  const auto interactions = interactions_of(3, {{1, 0, 1}, {}, {1}});
  const Occurrences occurrences(interactions);
  const auto places = occurrences.of(1);
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].user, 0);
  EXPECT_EQ(places[0].place, 0);
  EXPECT_EQ(places[1].place, 2);
  EXPECT_EQ(places[2].user, 2);
  EXPECT_TRUE(occurrences.of(2).empty());
}

TEST(CountRowTest, ListsEachItemOnceEvenAfterASumOfNothing) {
  CountRow row(4);
  row.add(3, 2);
  row.add(1, 4);
  row.add(1, -4);
  row.add(1, 6);
  EXPECT_EQ(std::vector<ItemIndex>(row.touched().begin(), row.touched().end()),
            (std::vector{1, 3}));
  EXPECT_EQ(row[1], 6);
  row.clear();
  EXPECT_EQ(row[1], 0);
  EXPECT_TRUE(row.touched().empty());
}

TEST(CountRowTest, ListsItemsOfALargeCatalogueInOrder) {
  CountRow row(1'000'000);
  for (int time = 0; time < 2; ++time) {
    const std::vector<ItemIndex> items = {0, 63, 64, 4095, 4096, 500'000, 999'999};
    for (const auto item : {999'999, 500'000, 4096, 4095, 64, 63, 0}) row.add(item, 1);
    EXPECT_EQ(std::vector<ItemIndex>(row.touched().begin(), row.touched().end()), items);
    row.clear();
    EXPECT_TRUE(row.touched().empty());
  }
}

TEST(CountMatrixTest, KeepsTheLargestTiesToTheLowerIndex) {
  EXPECT_EQ(columns_of(four_counts(3), 0), (std::vector{0, 1, 3}));  // 7, 7, then 5 of item 0
  EXPECT_EQ(columns_of(four_counts(1), 2), (std::vector{1}));
}

TEST(CountMatrixTest, KeepsAllForZeroNeighbors) {
  EXPECT_EQ(columns_of(four_counts(0), 3), (std::vector{0, 1, 2, 3}));
}

TEST(CountMatrixTest, LeavesOutWhatIsNotPositive) {
  const auto matrix = count_matrix(
      {}, 2, 0,
      [](ItemIndex, CountRow& row) {
        row.add(0, 1);
        row.add(1, 1);
      },
      [](ItemIndex i, ItemIndex j, std::int64_t) { return i == j ? 0.0f : 1.0f; });
  EXPECT_EQ(columns_of(matrix, 0), (std::vector{1}));
  EXPECT_EQ(columns_of(matrix, 1), (std::vector{0}));
}

}  // namespace
}  // namespace endcap
