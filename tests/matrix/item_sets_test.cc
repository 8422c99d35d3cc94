#include "endcap/matrix/item_sets.h"

#include <gtest/gtest.h>

#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

std::vector<std::int32_t> list(std::span<const std::int32_t> values) {
  return {values.begin(), values.end()};
}

TEST(ItemSetsTest, EachItemOfAUserCountsOnce) {
  const ItemSets sets(interactions_of(4, {{2, 0, 2}, {}, {0}}), 500);
  EXPECT_EQ(sets.n_users(), 3);
  EXPECT_EQ(sets.n_items(), 4);
  EXPECT_EQ(list(sets.items_of(0)), (std::vector{0, 2}));
  EXPECT_TRUE(sets.items_of(1).empty());
  EXPECT_EQ(list(sets.users_of(0)), (std::vector{0, 2}));
  EXPECT_TRUE(sets.users_of(3).empty());
}

TEST(ItemSetsTest, OnlyTheNewestEventsCount) {
  const ItemSets sets(interactions_of(4, {{3, 2, 1, 2}}), 2);
  EXPECT_EQ(list(sets.items_of(0)), (std::vector{1, 2}));
}

TEST(ItemSetsTest, WeightsArePowersOfSizes) {
  const ItemSets sets(interactions_of(5, {{0, 1, 2, 3}, {0}, {}}), 500);
  // Users have 4, 1 and 0 items: 3 * 4^-.5 = 1.5, 3 * 1 and nothing.
  EXPECT_EQ(sets.user_weights(0.5, 3), (std::vector<std::int64_t>{to_fixed(1.5), to_fixed(3), 0}));
  // Item 0 has two users, item 4 none.
  EXPECT_EQ(sets.item_weights(1), (std::vector<float>{0.5f, 1, 1, 1, 1}));
}

TEST(ItemSetsTest, PartnersAreCountedWithTheWeightOfTheirUsers) {
  const ItemSets sets(interactions_of(3, {{0, 1}, {0, 1, 2}, {2}}), 500);
  CountRow row(3);
  sets.count_partners(1, std::vector<std::int64_t>{10, 1, 100}, row);
  std::vector<std::int64_t> counts(3);
  row.take(
      [&](ItemIndex item, std::int64_t count) { counts[static_cast<std::size_t>(item)] = count; });
  EXPECT_EQ(counts, (std::vector<std::int64_t>{11, 11, 1}));  // with the item itself
}

}  // namespace
}  // namespace endcap
