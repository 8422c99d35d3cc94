#include "endcap/matrix/co_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
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
  const auto* first = occurrences.at(places[0]);
  EXPECT_EQ(std::vector(first - 1, first + 4), (std::vector{kNoIndex, 1, 0, 1, kNoIndex}));
  EXPECT_EQ(occurrences.at(places[1]), first + 2);
  const auto* alone = occurrences.at(places[2]);
  EXPECT_EQ(std::vector(alone - 1, alone + 2), (std::vector{kNoIndex, 1, kNoIndex}));
  EXPECT_TRUE(occurrences.of(2).empty());
}

TEST(OccurrencesTest, WhatIsDoneWithOneItemOnEndIsOnePlace) {
  const auto interactions = interactions_of(3, {{1, 1, 0, 1, 2, 2, 2}, {2, 2}});
  const Occurrences occurrences(interactions);
  ASSERT_EQ(occurrences.of(1).size(), 2u);
  ASSERT_EQ(occurrences.of(2).size(), 2u);
  const auto* line = occurrences.at(occurrences.of(1)[0]);
  EXPECT_EQ(std::vector(line - 1, line + 7),
            (std::vector{kNoIndex, 1, 0, 1, 2, kNoIndex, 2, kNoIndex}));
}

TEST(OccurrencesTest, TakesNoOrderFromWhatIsOfOneTime) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 300; ++user) {
    for (const ItemIndex item : {0, 1, 2}) events.push_back({.time_us = user, .item = item});
    events.push_back({.time_us = user + 1, .item = 3});
    offsets.push_back(std::ssize(events));
  }
  const Occurrences occurrences({4, Order::kTime, std::move(offsets), std::move(events)});
  std::vector<int> before(4);  // how often the item stands right before item 3
  for (const auto place : occurrences.of(3)) {
    const auto* at = occurrences.at(place);
    EXPECT_EQ(at[1], kNoIndex);
    ++before[static_cast<std::size_t>(at[-1])];
  }
  for (const int item : {0, 1, 2}) EXPECT_NEAR(before[static_cast<std::size_t>(item)], 100, 35);
}

using Counts = std::vector<std::pair<ItemIndex, std::int64_t>>;

Counts taken(CountRow& row) {
  Counts counts;
  row.take([&](ItemIndex item, std::int64_t count) { counts.emplace_back(item, count); });
  return counts;
}

TEST(CountRowTest, GivesEachItemOnceEvenAfterASumOfNothing) {
  CountRow row(4);
  row.add(3, 2);
  row.add(1, 4);
  row.add(1, -4);
  row.add(1, 6);
  EXPECT_EQ(taken(row), (Counts{{1, 6}, {3, 2}}));
  EXPECT_TRUE(taken(row).empty());
}

TEST(CountRowTest, ListsItemsOfALargeCatalogueInOrder) {
  CountRow row(1'000'000);
  for (int time = 0; time < 2; ++time) {
    for (const auto item : {999'999, 500'000, 4096, 4095, 64, 63, 0}) row.add(item, 1);
    EXPECT_EQ(taken(row),
              (Counts{{0, 1}, {63, 1}, {64, 1}, {4095, 1}, {4096, 1}, {500'000, 1}, {999'999, 1}}));
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
