#include "endcap/retrieval/exact_index.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {
namespace {

using Vectors = std::vector<float>;

// Like factors: the first places say most, and lengths differ by a factor of a hundred.
Vectors random_rows(std::uint64_t seed, std::size_t n, std::int32_t width) {
  Random random(seed);
  Vectors rows;
  for (std::size_t i = 0; i < n; ++i) {
    const double length = .01 + random.uniform() * random.uniform();
    for (std::int32_t k = 0; k < width; ++k) {
      rows.push_back(static_cast<float>(length * random.normal() / (1 + .1 * k)));
    }
  }
  return rows;
}

constexpr auto kAnyRow = [](std::size_t, ItemIndex) { return true; };

// All products, one by one.
template <class Allows>
std::vector<std::vector<ScoredItem>> naive_search(const Vectors& vectors, const Vectors& queries,
                                                  std::int32_t width, int k, Allows&& allows) {
  const auto w = static_cast<std::size_t>(width);
  std::vector<std::vector<ScoredItem>> lists;
  for (std::size_t q = 0; q < queries.size() / w; ++q) {
    TopK best(k);
    for (std::size_t i = 0; i < vectors.size() / w; ++i) {
      const auto item = static_cast<ItemIndex>(i);
      if (!allows(q, item)) continue;
      best.offer({item, dot(&vectors[i * w], &queries[q * w], width)});
    }
    lists.push_back(best.take());
  }
  return lists;
}

TEST(ExactIndexTest, FindsTheListsOfAllProducts) {
  for (const std::int32_t width : {1, 3, 4, 17, 64, 65}) {
    for (const std::size_t n : {0, 1, 63, 64, 65, 1000}) {
      const auto vectors = random_rows(1, n, width);
      const ExactIndex index(vectors, width);
      for (const std::size_t n_queries : {1, 2, 4, 5, 66}) {
        const auto queries = random_rows(2, n_queries, width);
        EXPECT_EQ(index.search(queries, 10, kAnyRow),
                  naive_search(vectors, queries, width, 10, kAnyRow))
            << width << ' ' << n << ' ' << n_queries;
      }
    }
  }
}

TEST(ExactIndexTest, FillsItsListsWithWhatIsAllowed) {
  const auto vectors = random_rows(3, 500, 16), queries = random_rows(4, 9, 16);
  const auto allows = [](std::size_t q, ItemIndex item) {
    return item % 9 == static_cast<ItemIndex>(q);
  };
  const auto lists = ExactIndex(vectors, 16).search(queries, 100, allows);
  EXPECT_EQ(lists, naive_search(vectors, queries, 16, 100, allows));
  EXPECT_EQ(lists[0].size(), 56u);  // of 500 items, those that 9 divides
}

TEST(ExactIndexTest, TiesGoToTheLowerIndex) {
  // Items 0 to 199 are equal; so are their products.
  const Vectors vectors(400, .3f);
  const auto lists = ExactIndex(vectors, 2).search(Vectors{1, 2}, 3, kAnyRow);
  ASSERT_EQ(lists[0].size(), 3u);
  for (ItemIndex i = 0; i < 3; ++i) EXPECT_EQ(lists[0][static_cast<std::size_t>(i)].item, i);
}

TEST(ExactIndexTest, HugeTinyAndZeroVectorsAreFound) {
  const Vectors vectors = {1e18f, 0, 1e-30f, 1e-30f, 0, 0, -1e18f, 1};
  for (const Vectors& query :
       {Vectors{1, 1}, Vectors{-1e-20f, 3}, Vectors{0, 0}, Vectors{1e15f, -1e15f}}) {
    EXPECT_EQ(ExactIndex(vectors, 2).search(query, 4, kAnyRow),
              naive_search(vectors, query, 2, 4, kAnyRow));
  }
}

TEST(ExactIndexTest, AsksForNoItemThatCannotBeListed) {
  const auto vectors = random_rows(5, 20'000, 32), queries = random_rows(6, 1, 32);
  int asked = 0;
  (void)ExactIndex(vectors, 32).search(queries, 10, [&](std::size_t, ItemIndex) {
    return ++asked > 0;
  });
  EXPECT_LT(asked, 500);
}

TEST(ExactIndexTest, WrongArgumentsAreRefused) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(ExactIndex(Vectors{1, 2, 3}, 2), std::invalid_argument);
  EXPECT_THROW(ExactIndex(Vectors{1, 2}, 0), std::invalid_argument);
  EXPECT_THROW(ExactIndex(Vectors{1, kNan}, 2), std::invalid_argument);
  const ExactIndex index(Vectors{1, 2}, 2);
  EXPECT_THROW((void)index.search(Vectors{1}, 1, kAnyRow), std::invalid_argument);
  EXPECT_THROW((void)index.search(Vectors{1, kNan}, 1, kAnyRow), std::invalid_argument);
  EXPECT_THROW((void)index.search(Vectors{1, 2}, -1, kAnyRow), std::invalid_argument);
  EXPECT_TRUE(index.search(Vectors{1, 2}, 0, kAnyRow)[0].empty());
}

}  // namespace
}  // namespace endcap
