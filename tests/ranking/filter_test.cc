#include "endcap/ranking/filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace endcap {
namespace {

// Rows: 0 a cheap red mug in stock, 1 a dear blue cup, 2 with nothing known.
Catalog shelf() {
  CatalogColumns c;
  c.ids = {"a", "b", "c"};
  c.columns.push_back({"price", ColumnType::kNumber, Numbers{5, 80, std::nan("")}});
  c.columns.push_back({"in_stock", ColumnType::kBoolean, Numbers{1, 0, std::nan("")}});
  c.columns.push_back({"brand", ColumnType::kCategory, Texts{"x", "y", std::nullopt}});
  c.columns.push_back({"tags", ColumnType::kTags, Tags{{"mug", "red"}, {"cup"}, {}}});
  c.columns.push_back({"released", ColumnType::kTime,
                       Times{19'000 * kMicrosecondsPerDay, 19'800 * kMicrosecondsPerDay, kNoTime}});
  return Catalog(std::move(c));
}

// The rows that match, as in "ab".
std::string matching(std::string_view text) {
  const auto catalog = shelf();
  const auto filter = Filter::parse(text, catalog);
  std::string rows;
  for (std::int32_t row = 0; row < 3; ++row) {
    if (filter.matches(catalog, row)) rows += static_cast<char>('a' + row);
  }
  return rows;
}

std::string complaint(std::string_view text) {
  try {
    (void)Filter::parse(text, shelf());
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(FilterTest, ComparesNumbersTextsTagsAndDates) {
  EXPECT_EQ(matching("price < 50"), "a");
  EXPECT_EQ(matching("price between 5 and 80"), "ab");
  EXPECT_EQ(matching("in_stock"), "a");
  EXPECT_EQ(matching("brand != \"x\""), "b");
  EXPECT_EQ(matching("brand in ('x', 'y')"), "ab");
  EXPECT_EQ(matching("tags = 'red'"), "a");
  EXPECT_EQ(matching("released >= \"2024-01-01\""), "b");  // day 19723
}

TEST(FilterTest, JoinsConditions) {
  EXPECT_EQ(matching("in_stock and price < 50 and brand != \"y\""), "a");
  EXPECT_EQ(matching("price > 50 or tags = 'mug'"), "ab");
  EXPECT_EQ(matching("not (price > 50 or tags = 'mug')"), "c");
  EXPECT_EQ(matching("price > 50 and in_stock or brand = 'x'"), "a");
}

TEST(FilterTest, MissingValuesAreFalseAndCanBeAskedFor) {
  EXPECT_EQ(matching("price is missing"), "c");
  EXPECT_EQ(matching("brand is not missing"), "ab");
  EXPECT_EQ(matching("price != 5"), "b");
}

TEST(FilterTest, ErrorsPointAtTheCharacter) {
  EXPECT_NE(complaint("colour = 1").find("at character 1\n"), std::string::npos);
  EXPECT_NE(complaint("price < ").find("at character 9\n"), std::string::npos);
  EXPECT_NE(complaint("price < 'x'").find("numbers"), std::string::npos);
  EXPECT_NE(complaint("brand = 'x").find("closing quote"), std::string::npos);
  EXPECT_NE(complaint("price").find("comparison"), std::string::npos);
  EXPECT_NE(complaint("price < 5 price").find("at character 11\n"), std::string::npos);
  EXPECT_NE(complaint("").find("character 1\n"), std::string::npos);
  EXPECT_NE(complaint("(in_stock").find("')'"), std::string::npos);
}

}  // namespace
}  // namespace endcap
