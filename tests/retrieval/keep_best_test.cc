#include "endcap/retrieval/keep_best.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {
namespace {

// Against sorting all of it.
TEST(KeepBestTest, KeepsWhatSortingWouldInTheOrderOfTheRow) {
  Random random(5);
  for (int time = 0; time < 300; ++time) {
    std::vector<ScoredItem> row;
    const auto size = 1 + random.below(500);
    const auto values = 1 + random.below(time % 3 == 0 ? 5 : 1000);  // few: many ties
    const float unit = std::pow(10.0f, static_cast<float>(random.below(60)) - 30);
    for (std::uint64_t e = 0; e < size; ++e) {
      row.push_back(
          {static_cast<ItemIndex>(e * 7), unit * static_cast<float>(1 + random.below(values))});
    }
    const auto n = random.below(size + 3);
    auto best = row;
    std::sort(best.begin(), best.end(), ranks_before);
    best.resize(std::min<std::size_t>(n, best.size()));
    std::sort(best.begin(), best.end(),
              [](const ScoredItem& a, const ScoredItem& b) { return a.item < b.item; });
    row.resize(keep_best(row, n));
    EXPECT_EQ(row, best) << "size " << size << ", n " << n;
  }
}

}  // namespace
}  // namespace endcap
