#include "endcap/evaluation/beyond_accuracy.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace endcap {
namespace {

using Counts = std::vector<std::int64_t>;

TEST(BeyondAccuracyTest, CoverageIsTheShareOfItemsEverShown) {
  EXPECT_DOUBLE_EQ(coverage(Counts{3, 0, 1, 0}), 0.5);
  EXPECT_THROW((void)coverage(Counts{}), std::invalid_argument);
}

TEST(BeyondAccuracyTest, GiniIsZeroForEqualsAndHighForOneWinner) {
  EXPECT_DOUBLE_EQ(gini(Counts{2, 2, 2}), 0);
  // Rising 0 0 0 8, weights -3 -1 1 3: 3 * 8 / (4 * 8).
  EXPECT_DOUBLE_EQ(gini(Counts{0, 8, 0, 0}), 0.75);
  // Rising 1 2 3, weights -2 0 2: (-2 + 6) / (3 * 6).
  EXPECT_DOUBLE_EQ(gini(Counts{3, 1, 2}), 4.0 / 18);
  EXPECT_THROW((void)gini(Counts{0, 0}), std::invalid_argument);
}

TEST(BeyondAccuracyTest, NoveltyIsInBits) {
  const Counts popularity = {8, 4, 4, 0};
  // 8 of 16 is one bit, 4 of 16 two; an item never seen counts as seen once, four bits.
  EXPECT_DOUBLE_EQ(novelty(std::vector<ItemIndex>{0, 1}, popularity, 16), 1.5);
  EXPECT_DOUBLE_EQ(novelty(std::vector<ItemIndex>{3}, popularity, 16), 4);
  EXPECT_EQ(novelty({}, popularity, 16), 0);
}

TEST(BeyondAccuracyTest, DiversityIsTheMeanDistanceOfPairs) {
  // Items 0 and 2 are alike, the other two pairs are not: (1 + 0 + 1) / 3.
  const auto same_parity = [](ItemIndex a, ItemIndex b) { return a % 2 == b % 2 ? 1.0 : 0.0; };
  EXPECT_DOUBLE_EQ(intra_list_diversity(std::vector<ItemIndex>{0, 1, 2}, same_parity), 2.0 / 3);
  EXPECT_EQ(intra_list_diversity(std::vector<ItemIndex>{0}, same_parity), 0);
}

}  // namespace
}  // namespace endcap
