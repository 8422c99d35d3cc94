// Logs of over 2^31 events. They are made of pages of zeros, which take no memory while they are
// only read: user 0 has all events but the last three, each with item 0.

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cmath>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "endcap/base/index_count.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/index_lists.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/popularity.h"

namespace endcap {
namespace {

constexpr std::int64_t kMany = (std::int64_t{1} << 31) + 5;

// Counters and offsets of events, and sums of weights: all in 64 bits.
static_assert(std::is_same_v<decltype(Interactions().n_events()), std::int64_t>);
static_assert(std::is_same_v<decltype(CsrMatrix().nnz()), std::int64_t>);
static_assert(std::is_same_v<decltype(Interactions().offsets()[0]), const std::int64_t&>);
static_assert(std::is_same_v<decltype(IndexLists().offsets()[0]), const std::int64_t&>);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSlow = true;
#else
constexpr bool kIsSlow = false;
#endif

template <class T>
Array<T> zeros(std::int64_t n) {
  const auto bytes = static_cast<std::size_t>(n) * sizeof(T);
  void* const pages =
      mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return {};
  madvise(pages, bytes, MADV_HUGEPAGE);
  const std::shared_ptr<const void> owner(pages, [bytes](void* p) { munmap(p, bytes); });
  return {std::span(static_cast<const T*>(pages), static_cast<std::size_t>(n)), owner};
}

class ManyEventsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kIsSlow) GTEST_SKIP() << "takes minutes under a sanitizer";
    if (zeros<Interaction>(kMany).empty()) GTEST_SKIP() << "the system maps no 52 GB";
  }
  const std::vector<std::int64_t> offsets_ = {0, kMany - 3, kMany};
};

TEST_F(ManyEventsTest, HistoriesBeginWhereTheyShould) {
  const Interactions log(1, Order::kNone, offsets_, zeros<Interaction>(kMany));
  EXPECT_EQ(log.n_events(), kMany);
  EXPECT_EQ(log.events_of(0).size(), static_cast<std::size_t>(kMany - 3));
  EXPECT_EQ(log.events_of(1).size(), 3u);
  EXPECT_EQ(log.events_of(1).data() - log.events_of(0).data(), kMany - 3);
}

TEST_F(ManyEventsTest, PopularityCountsThemAll) {
  const Interactions log(1, Order::kNone, offsets_, zeros<Interaction>(kMany));
  EXPECT_EQ(Popularity::fit(log).scores()[0], std::log1p(static_cast<float>(kMany)));
}

TEST_F(ManyEventsTest, RowsOfAMatrixBeginWhereTheyShould) {
  const CsrMatrix matrix(1, offsets_, zeros<std::int32_t>(kMany), zeros<float>(kMany));
  EXPECT_EQ(matrix.nnz(), kMany);
  EXPECT_EQ(matrix.row(1).size(), 3u);
  EXPECT_EQ(matrix.row(1).columns.data() - matrix.row(0).columns.data(), kMany - 3);
  const IndexLists lists(1, offsets_, zeros<std::int32_t>(kMany));
  EXPECT_EQ(lists[1].data() - lists[0].data(), kMany - 3);
}

TEST(IndexCountTest, MoreIdsThanIndicesAreRefused) {
  EXPECT_EQ(index_count("items", (std::size_t{1} << 31) - 1), 2'147'483'647);
  EXPECT_THROW(static_cast<void>(index_count("items", std::size_t{1} << 31)),
               std::invalid_argument);
}

// Fixed point leaves room for sums up to 2^39.
TEST(ManyEventsTest64, SumsOfPairsPassTheRangeOf32Bits) {
  CountRow row(2);
  for (int k = 0; k < 5; ++k) row.add(1, to_fixed(2e10));
  std::int64_t sum = 0;
  row.take([&](ItemIndex, std::int64_t count) { sum = count; });
  EXPECT_EQ(sum, std::int64_t{1 << 24} * 100'000'000'000);
  EXPECT_EQ(from_fixed(sum), 1e11);
}

}  // namespace
}  // namespace endcap
