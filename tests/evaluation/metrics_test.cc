#include "endcap/evaluation/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace endcap {
namespace {

// Hits at ranks 1 and 3; four items would have been right.
Judged two_of_four() {
  return judge(std::vector<ItemIndex>{5, 1, 7, 2}, std::vector<ItemIndex>{3, 5, 7, 9});
}

TEST(MetricsTest, RecallDividesHitsByWhatTheBenchmarkSays) {
  EXPECT_DOUBLE_EQ(recall(two_of_four(), 3), 2.0 / 4);
  EXPECT_DOUBLE_EQ(recall(two_of_four(), 3, Denominator::kMinOfKAndRelevant), 2.0 / 3);
  EXPECT_DOUBLE_EQ(recall(two_of_four(), 2), 1.0 / 4);
}

TEST(MetricsTest, AnUnfilledPlaceIsAMissForPrecision) {
  EXPECT_DOUBLE_EQ(precision(two_of_four(), 4), 2.0 / 4);
  EXPECT_DOUBLE_EQ(precision(two_of_four(), 10), 2.0 / 10);
}

TEST(MetricsTest, HitRateAndReciprocalRankSeeTheFirstHit) {
  const auto third = judge(std::vector<ItemIndex>{1, 2, 3}, std::vector<ItemIndex>{3});
  EXPECT_EQ(hit_rate(third, 2), 0);
  EXPECT_EQ(reciprocal_rank(third, 2), 0);
  EXPECT_EQ(hit_rate(third, 3), 1);
  EXPECT_DOUBLE_EQ(reciprocal_rank(third, 3), 1.0 / 3);
}

TEST(MetricsTest, AveragePrecisionSumsThePrecisionAtEachHit) {
  // 1/1 at rank 1 and 2/3 at rank 3.
  EXPECT_DOUBLE_EQ(average_precision(two_of_four(), 4), (1 + 2.0 / 3) / 4);
  EXPECT_DOUBLE_EQ(average_precision(two_of_four(), 3, Denominator::kMinOfKAndRelevant),
                   (1 + 2.0 / 3) / 3);
}

TEST(MetricsTest, NdcgComparesWithTheBestListOfTheSameLength) {
  // Gains 1 / log2(2) and 1 / log2(4); the ideal has ranks 1, 2 and 3.
  EXPECT_DOUBLE_EQ(ndcg(two_of_four(), 3), (1 + 0.5) / (1 + 1 / std::log2(3) + 0.5));
}

TEST(MetricsTest, NdcgOfOneTargetIsItsDiscount) {
  const auto third = judge(std::vector<ItemIndex>{1, 2, 3}, std::vector<ItemIndex>{3});
  EXPECT_DOUBLE_EQ(ndcg(third, 10), 1 / std::log2(4));
}

TEST(MetricsTest, TiesCountAgainstTheModel) {
  const std::vector<ItemIndex> ranked = {4, 6, 8};
  const std::vector<ItemIndex> relevant = {4};
  EXPECT_DOUBLE_EQ(reciprocal_rank(judge(ranked, relevant, std::vector{2.f, 2.f, 1.f}), 3), 0.5);
  EXPECT_DOUBLE_EQ(reciprocal_rank(judge(ranked, relevant, std::vector{3.f, 2.f, 2.f}), 3), 1);
  EXPECT_DOUBLE_EQ(reciprocal_rank(judge(ranked, relevant, std::vector{NAN, NAN, NAN}), 3), 1);
}

TEST(MetricsTest, AnItemNamedTwiceCountsOnce) {
  const auto twice = judge(std::vector<ItemIndex>{3, 3}, std::vector<ItemIndex>{2, 3});
  EXPECT_DOUBLE_EQ(recall(twice, 2), 0.5);
}

TEST(MetricsTest, AnEmptyListHasNoHit) {
  const auto empty = judge({}, std::vector<ItemIndex>{3});
  EXPECT_EQ(recall(empty, 5), 0);
  EXPECT_EQ(ndcg(empty, 5), 0);
}

TEST(MetricsTest, WrongArgumentsThrow) {
  const std::vector<ItemIndex> one = {1};
  EXPECT_THROW((void)judge(one, {}), std::invalid_argument);
  EXPECT_THROW((void)judge(one, one, std::vector{1.f, 2.f}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
