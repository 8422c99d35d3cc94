#include "endcap/matrix/index_lists.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace endcap {
namespace {

IndexLists lists_of(std::vector<std::int64_t> offsets, std::vector<std::int32_t> values) {
  return {5, std::move(offsets), std::move(values)};
}

TEST(IndexListsTest, ListsKeepTheirOrder) {
  const auto lists = lists_of({0, 2, 2, 3}, {4, 1, 0});
  ASSERT_EQ(lists.size(), 3);
  EXPECT_EQ(std::vector(lists[0].begin(), lists[0].end()), (std::vector<std::int32_t>{4, 1}));
  EXPECT_TRUE(lists[1].empty());
  EXPECT_EQ(lists[2][0], 0);
  EXPECT_EQ(lists.n_values(), 5);
}

TEST(IndexListsTest, NoListsAtAllAreEmpty) { EXPECT_EQ(IndexLists().size(), 0); }

TEST(IndexListsTest, WrongArraysAreRefused) {
  EXPECT_THROW((void)lists_of({}, {}), std::invalid_argument);
  EXPECT_THROW((void)lists_of({1, 1}, {0}), std::invalid_argument);
  EXPECT_THROW((void)lists_of({0, 2, 1}, {0}), std::invalid_argument);
  EXPECT_THROW((void)lists_of({0, 2}, {0}), std::invalid_argument);
  EXPECT_THROW((void)lists_of({0, 1}, {5}), std::invalid_argument);
  EXPECT_THROW((void)lists_of({0, 1}, {-1}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
