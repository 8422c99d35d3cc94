#include "endcap/ids/id_column.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

std::pair<Vocabulary, std::vector<std::int32_t>> column(const std::vector<std::string>& texts) {
  IdColumn ids;
  for (const auto& text : texts) ids.add(text);
  return std::move(ids).finish();
}

TEST(IdColumnTest, IntegersStayIntegers) {
  const auto [ids, rows] = column({"10", "-9", "10", "2"});
  EXPECT_EQ(ids.id(0), Id(-9));
  EXPECT_EQ(ids.id(2), Id(10));
  EXPECT_EQ(rows, (std::vector<std::int32_t>{2, 0, 2, 1}));
}

TEST(IdColumnTest, OneTextMakesAllTexts) {
  // As texts "10" < "9" < "x".
  const auto [ids, rows] = column({"9", "x", "10"});
  EXPECT_EQ(ids.id(0), Id("10"));
  EXPECT_EQ(rows, (std::vector<std::int32_t>{1, 2, 0}));
}

TEST(IdColumnTest, IntegersWrittenInAnUnusualWayAreTexts) {
  for (const char* text : {"007", "+7", "-0", " 7", "7.0", "9223372036854775808", ""}) {
    EXPECT_EQ(integer_from_text(text), std::nullopt) << text;
  }
  EXPECT_EQ(integer_from_text("-9223372036854775808"), INT64_MIN);
}

TEST(IdColumnTest, AFileMaySayThatItIsText) {
  IdColumn ids;
  ids.add("7");
  ids.add_missing();
  ids.add("7", true);
  const auto [vocabulary, rows] = std::move(ids).finish();
  EXPECT_EQ(vocabulary.id(0), Id("7"));
  EXPECT_EQ(rows, (std::vector<std::int32_t>{0, kNoIndex, 0}));
}

}  // namespace
}  // namespace endcap
