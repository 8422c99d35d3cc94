#include "endcap/retrieval/approximate_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/retrieval/exact_index.h"

namespace endcap {
namespace {

using Vectors = std::vector<float>;
constexpr std::int32_t kWidth = 17;

// Like factors of a shop: items stand in groups, and lengths differ by a factor of ten.
Vectors factors(std::uint64_t seed, std::size_t n) {
  constexpr std::size_t kGroups = 40;
  Random groups(77), random(seed);
  Vectors centres;
  for (std::size_t c = 0; c < kGroups * kWidth; ++c) {
    centres.push_back(static_cast<float>(groups.normal()));
  }
  Vectors rows;
  for (std::size_t i = 0; i < n; ++i) {
    const auto* centre = &centres[random.below(kGroups) * kWidth];
    const double length = .1 + random.uniform();
    for (std::int32_t k = 0; k < kWidth; ++k) {
      rows.push_back(static_cast<float>(length * (centre[k] + .5 * random.normal())));
    }
  }
  return rows;
}

std::vector<std::vector<ScoredItem>> exact(const Vectors& vectors, const Vectors& queries, int k) {
  return ExactIndex(vectors, kWidth).search(queries, k, [](std::size_t, ItemIndex) {
    return true;
  });
}

#ifdef ENDCAP_HAS_HNSWLIB

TEST(ApproximateIndexTest, FindsMostOfWhatTheExactIndexFindsWithTheSameScores) {
  const auto vectors = factors(1, 5000), queries = factors(2, 100);
  const auto index = ApproximateIndex::build(vectors, kWidth);
  const auto lists = index->search(queries, 20), best = exact(vectors, queries, 20);
  std::size_t found = 0;
  for (std::size_t q = 0; q < lists.size(); ++q) {
    ASSERT_EQ(lists[q].size(), 20u);
    EXPECT_TRUE(std::is_sorted(lists[q].begin(), lists[q].end(), ranks_before));
    for (const auto& entry : lists[q]) {
      found += std::find(best[q].begin(), best[q].end(), entry) != best[q].end() ? 1 : 0;
    }
  }
  const double recall = static_cast<double>(found) / 2000;
  EXPECT_GT(recall, .95);
  EXPECT_DOUBLE_EQ(index->recall(queries, 20), recall);
}

TEST(ApproximateIndexTest, ABroaderSearchFindsMore) {
  const auto vectors = factors(1, 5000), queries = factors(2, 100);
  const auto narrow = ApproximateIndex::build(vectors, kWidth, {.links = 4, .breadth = 20});
  const auto broad = ApproximateIndex::build(vectors, kWidth, {.links = 4, .breadth = 400});
  EXPECT_LT(narrow->recall(queries, 20), broad->recall(queries, 20));
}

TEST(ApproximateIndexTest, FillsListsHoweverFewAreAllowed) {
  const auto vectors = factors(1, 3000), queries = factors(2, 10);
  const auto index = ApproximateIndex::build(vectors, kWidth);
  const auto allows = [](std::size_t query, ItemIndex item) {
    return item % 100 == static_cast<ItemIndex>(query);
  };
  const auto few = ExactIndex(vectors, kWidth).search(queries, 20, allows);
  EXPECT_EQ(index->search(queries, 20, allows), few);  // 30 of 3,000: looked for among all
  for (const auto& list : index->search(queries, 40, allows)) EXPECT_EQ(list.size(), 30u);
}

TEST(ApproximateIndexTest, SmallCataloguesAreSearchedExactly) {
  const auto queries = factors(2, 3);
  for (const std::size_t n : {0, 1, 30}) {
    const auto vectors = factors(1, n);
    const auto index = ApproximateIndex::build(vectors, kWidth);
    EXPECT_EQ(index->n_items(), static_cast<std::int32_t>(n));
    EXPECT_EQ(index->search(queries, 20), exact(vectors, queries, 20));
    EXPECT_EQ(index->recall(queries, 20), 1);
  }
}

TEST(ApproximateIndexTest, TheSameVectorsAndSeedGiveTheSameLists) {
  const auto vectors = factors(1, 2000), queries = factors(2, 50);
  const auto once = ApproximateIndex::build(vectors, kWidth, {.breadth = 20}, {.threads = 1});
  const auto again = ApproximateIndex::build(vectors, kWidth, {.breadth = 20}, {.threads = 2});
  EXPECT_EQ(once->search(queries, 20), again->search(queries, 20));
}

TEST(ApproximateIndexTest, RefusesWhatIsNoVector) {
  const auto build = [](Vectors vectors, std::int32_t width,
                        const ApproximateIndexOptions& options) {
    return ApproximateIndex::build(vectors, width, options);
  };
  EXPECT_THROW(build({1, 2, 3}, 2, {}), std::invalid_argument);
  EXPECT_THROW(build({1, 2}, 0, {}), std::invalid_argument);
  EXPECT_THROW(build({1, std::numeric_limits<float>::quiet_NaN()}, 2, {}), std::invalid_argument);
  EXPECT_THROW(build({1, 2}, 2, {.links = 1}), std::invalid_argument);
  EXPECT_THROW(build({1, 2}, 2, {.build_breadth = 0}), std::invalid_argument);
  EXPECT_THROW(build({1, 2}, 2, {.breadth = 0}), std::invalid_argument);
  const auto index = build({1, 2}, 2, {});
  EXPECT_THROW((void)index->search(Vectors{1}, 1), std::invalid_argument);
  EXPECT_THROW((void)index->search(Vectors{1, 2}, -1), std::invalid_argument);
  EXPECT_THROW((void)index->search(Vectors{1, std::numeric_limits<float>::infinity()}, 1),
               std::invalid_argument);
}

#else

TEST(ApproximateIndexTest, SaysWhatIsMissing) {
  EXPECT_EQ(exact(factors(1, 2), factors(2, 1), 2)[0].size(), 2u);
  EXPECT_THROW((void)ApproximateIndex::build(factors(1, 2), kWidth), std::runtime_error);
}

#endif

}  // namespace
}  // namespace endcap
