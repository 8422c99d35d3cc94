#include "endcap/evaluation/reliability.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace endcap {
namespace {

TEST(ReliabilityTest, BinsCompareWhatWasPromisedWithWhatCame) {
  const std::vector<double> promised = {0.8, 0.1, 0.6, 0.3};
  const std::vector<std::uint8_t> came = {1, 0, 1, 1};
  const auto bins = reliability_bins(promised, came, 2);
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_DOUBLE_EQ(bins[0].predicted, 0.2);  // .1 and .3, of which one came
  EXPECT_DOUBLE_EQ(bins[0].observed, 0.5);
  EXPECT_DOUBLE_EQ(bins[1].low, 0.6);
  EXPECT_DOUBLE_EQ(bins[1].observed, 1);
  // (|.2 - .5| * 2 + |.7 - 1| * 2) / 4
  EXPECT_NEAR(expected_calibration_error(bins), 0.3, 1e-12);
}

TEST(ReliabilityTest, EqualProbabilitiesShareABin) {
  const auto bins =
      reliability_bins(std::vector{0.5, 0.5, 0.5, 0.9}, std::vector<std::uint8_t>{1, 0, 0, 1}, 4);
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_EQ(bins[0].count, 3);
  EXPECT_NEAR(bins[0].observed, 1.0 / 3, 1e-12);
}

TEST(ReliabilityTest, NothingShownIsNoError) {
  EXPECT_EQ(expected_calibration_error(reliability_bins({}, {})), 0);
}

TEST(ReliabilityTest, WrongArgumentsThrow) {
  const std::vector<std::uint8_t> one = {1};
  EXPECT_THROW((void)reliability_bins(std::vector{1.5}, one), std::invalid_argument);
  EXPECT_THROW((void)reliability_bins(std::vector{0.5}, {}), std::invalid_argument);
  EXPECT_THROW((void)reliability_bins(std::vector{0.5}, one, 0), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
