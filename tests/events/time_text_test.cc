#include "endcap/events/time_text.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

constexpr std::int64_t kSecond = kMicrosecondsPerSecond;

TEST(TimeTextTest, ReadsDatesAndTimes) {
  // 2024-02-29 is day 19782 since 1970: 54 years of 365 days, 13 leap days, 31 + 28 days.
  constexpr std::int64_t kDay = 19782 * kMicrosecondsPerDay, kMinute = 60 * kSecond;
  EXPECT_EQ(time_from_text("2024-02-29"), kDay);
  EXPECT_EQ(time_from_text("2024-02-29T23:15"), kDay + (23 * 60 + 15) * kMinute);
  EXPECT_EQ(time_from_text("2024-02-29 23:15:07Z"), kDay + (23 * 60 + 15) * kMinute + 7 * kSecond);
  EXPECT_EQ(time_from_text("2024-02-29T00:00:01.0000019"), kDay + kSecond + 1);
  EXPECT_EQ(time_from_text("2024-02-29 00:00:01 UTC"), kDay + kSecond);
}

TEST(TimeTextTest, TakesTheZoneAway) {
  const auto noon = time_from_text("2024-01-01T12:00:00Z");
  for (const char* text : {"2024-01-01T14:00:00+02:00", "2024-01-01T14:00:00+0200",
                           "2024-01-01T14:00:00+02", "2024-01-01T06:30:00-05:30"}) {
    EXPECT_EQ(time_from_text(text), noon) << text;
  }
}

TEST(TimeTextTest, ReadsSeconds) {
  EXPECT_EQ(time_from_text("0"), 0);
  EXPECT_EQ(time_from_text("1709248500"), 1709248500 * kSecond);
  EXPECT_EQ(time_from_text("1709248500.25"), 1709248500 * kSecond + kSecond / 4);
}

TEST(TimeTextTest, SaysNothingToTheRest) {
  for (const char* text : {"",
                           " ",
                           "yesterday",
                           "2023-02-29",
                           "2024-13-01",
                           "2024-00-01",
                           "2024-1-1",
                           "2024-01-01T",
                           "2024-01-01T24:00",
                           "2024-01-01T12:60",
                           "2024-01-01T12:00:60",
                           "2024-01-01T12:00x",
                           "2024-01-01T12:00+25:00",
                           "1969-12-31",
                           "1970-01-01T00:00+01:00",
                           "-1",
                           "nan",
                           "inf",
                           "1e300",
                           "1709248500000",
                           "253402300800",
                           "12 ",
                           "01/02/2024"}) {
    EXPECT_EQ(time_from_text(text), std::nullopt) << text;
  }
}

TEST(TimeTextTest, NumbersAreNoDates) { EXPECT_EQ(date_from_text("1709248500"), std::nullopt); }

}  // namespace
}  // namespace endcap
