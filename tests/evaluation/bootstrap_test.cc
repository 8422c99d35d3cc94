#include "endcap/evaluation/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace endcap {
namespace {

// 1,000 queries, a share of 0.3 has a hit.
std::vector<double> three_in_ten() {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 10 < 3;
  return values;
}

TEST(BootstrapTest, IntervalOfAShareIsTheBinomialOne) {
  const auto interval = bootstrap_mean(three_in_ten(), {.resamples = 4000});
  // The standard error is sqrt(.3 * .7 / 1000) = .01449; 1.96 of them are .0284.
  EXPECT_DOUBLE_EQ(interval.mean, 0.3);
  EXPECT_NEAR(interval.low, 0.3 - 0.0284, 0.002);
  EXPECT_NEAR(interval.high, 0.3 + 0.0284, 0.002);
}

TEST(BootstrapTest, ANarrowerConfidenceGivesANarrowerInterval) {
  const auto wide = bootstrap_mean(three_in_ten(), {.confidence = 0.99});
  const auto narrow = bootstrap_mean(three_in_ten(), {.confidence = 0.5});
  EXPECT_LT(wide.low, narrow.low);
  EXPECT_GT(wide.high, narrow.high);
}

TEST(BootstrapTest, ThreadsDoNotChangeTheResultAndSeedsDo) {
  const auto one = bootstrap_mean(three_in_ten(), {}, {.seed = 1, .threads = 1});
  const auto three = bootstrap_mean(three_in_ten(), {}, {.seed = 1, .threads = 3});
  const auto other = bootstrap_mean(three_in_ten(), {}, {.seed = 2, .threads = 1});
  EXPECT_EQ(one.low, three.low);
  EXPECT_EQ(one.high, three.high);
  EXPECT_TRUE(one.low != other.low || one.high != other.high);
}

TEST(BootstrapTest, ASteadyGainIsNotChance) {
  const auto theirs = three_in_ten();
  auto ours = theirs;
  for (auto& value : ours) value += 0.25;
  const auto difference = bootstrap_difference(ours, theirs, {.resamples = 999});
  EXPECT_NEAR(difference.interval.low, 0.25, 1e-12);
  EXPECT_NEAR(difference.interval.high, 0.25, 1e-12);
  EXPECT_DOUBLE_EQ(difference.p_value, 2.0 / 1000);
}

TEST(BootstrapTest, NoDifferenceHasPValueOne) {
  EXPECT_EQ(bootstrap_difference(three_in_ten(), three_in_ten()).p_value, 1);
}

TEST(BootstrapTest, WrongArgumentsThrow) {
  const std::vector<double> one = {1}, two = {1, 2};
  EXPECT_THROW((void)bootstrap_mean({}), std::invalid_argument);
  EXPECT_THROW((void)bootstrap_mean(one, {.confidence = 1}), std::invalid_argument);
  EXPECT_THROW((void)bootstrap_mean(one, {.resamples = 0}), std::invalid_argument);
  EXPECT_THROW((void)bootstrap_difference(one, two), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
