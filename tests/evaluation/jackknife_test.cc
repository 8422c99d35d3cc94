#include "endcap/evaluation/jackknife.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace endcap {
namespace {

// The mean of n values of which `hits` are 1, with and without each of them.
Total share(std::size_t n, std::size_t hits) {
  Total total{.value = static_cast<double>(hits) / static_cast<double>(n)};
  for (std::size_t g = 0; g < n; ++g) {
    const auto left = hits - (g < hits ? 1 : 0);
    total.without.push_back(static_cast<double>(left) / static_cast<double>(n - 1));
  }
  return total;
}

TEST(JackknifeTest, IntervalOfAShareIsTheUsualOne) {
  // The standard error of a mean of 100 with variance .21 * 100 / 99 is sqrt(.21 / 99) = .04606.
  const auto interval = jackknife_interval(share(100, 30));
  EXPECT_NEAR(interval.low, 0.3 - 1.959964 * 0.0460566, 1e-6);
  EXPECT_NEAR(interval.high, 0.3 + 1.959964 * 0.0460566, 1e-6);
}

TEST(JackknifeTest, IntervalsStayBetweenZeroAndOne) {
  EXPECT_EQ(jackknife_interval(share(20, 1)).low, 0);
  EXPECT_EQ(jackknife_interval(share(20, 19)).high, 1);
}

TEST(JackknifeTest, DifferenceIsPaired) {
  const auto same = jackknife_difference(share(50, 20), share(50, 20));
  EXPECT_EQ(same.interval.mean, 0);
  EXPECT_EQ(same.p_value, 1);
  const auto better = jackknife_difference(share(50, 40), share(50, 5));
  EXPECT_GT(better.interval.low, 0);
  EXPECT_LT(better.p_value, 1e-6);
}

TEST(JackknifeTest, WrongArgumentsThrow) {
  EXPECT_THROW((void)jackknife_interval(share(5, 1), 1), std::invalid_argument);
  EXPECT_THROW((void)jackknife_difference(share(5, 1), share(6, 1)), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
