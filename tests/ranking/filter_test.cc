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
std::string matching(std::string_view text, const Asker& asker = {}) {
  const auto catalog = shelf();
  const auto filter = Filter::parse(text, catalog).bind(asker);
  std::string rows;
  for (std::int32_t row = 0; row < 3; ++row) {
    if (filter.matches(row)) rows += static_cast<char>('a' + row);
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

TEST(FilterTest, ListsMayBeNegated) {
  EXPECT_EQ(matching("brand not in ('x')"), "b");
  EXPECT_EQ(matching("price in (5, 6)"), "a");
  EXPECT_EQ(matching("released in ('2022-01-08')"), "a");  // day 19000
}

TEST(FilterTest, SpeaksOfTheCustomersHistory) {
  const std::int32_t history[] = {0, 2};
  EXPECT_EQ(matching("brand in customer.brands", {.rows = history}), "a");
  EXPECT_EQ(matching("tags in customer.tags", {.rows = history}), "a");
  EXPECT_EQ(matching("price in customer.price", {.rows = history}), "a");
  EXPECT_EQ(matching("brand not in customer.brand", {.rows = history}), "b");
  EXPECT_EQ(matching("brand in customer.brands"), "");
}

TEST(FilterTest, SpeaksOfThePagesProduct) {
  EXPECT_EQ(matching("price between 0.8 and 16 times anchor.price", {.anchor = 0}), "ab");
  EXPECT_EQ(matching("price > 2 times anchor.price", {.anchor = 0}), "b");
  EXPECT_EQ(matching("price > 2 times anchor.price", {.anchor = 2}), "");  // has no price
  EXPECT_EQ(matching("brand != anchor.brand", {.anchor = 0}), "b");
  EXPECT_EQ(matching("brand != anchor.brand", {.anchor = 2}), "");
  EXPECT_EQ(matching("released > anchor.released", {.anchor = 0}), "b");
  EXPECT_EQ(matching("price > anchor.price"), "");  // no page
}

TEST(FilterTest, SpeaksOfNow) {
  const Asker day_19800{.now_us = 19'800 * kMicrosecondsPerDay};
  EXPECT_EQ(matching("released < now", day_19800), "a");
  EXPECT_EQ(matching("released <= now", day_19800), "ab");
  EXPECT_EQ(matching("released > now - 30 days", day_19800), "b");
  EXPECT_EQ(matching("released < now + 1 hour", day_19800), "ab");
}

TEST(FilterTest, ItsClausesAreWhatTheOutermostAndsJoin) {
  const auto catalog = shelf();
  const auto clauses = [&](std::string_view text) {
    return Filter::parse(text, catalog).clauses();
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(clauses("in_stock  and (price < 5 and price > 2)"),
            (Texts{"in_stock", "(price < 5 and price > 2)"}));
  EXPECT_EQ(clauses("in_stock and price < 5 or price > 2"),
            (Texts{"in_stock and price < 5 or price > 2"}));
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
  EXPECT_NE(complaint("brand in customer.colours").find("at character 10\n"), std::string::npos);
  EXPECT_NE(complaint("price > 2 times price").find("at character 17\n"), std::string::npos);
  EXPECT_NE(complaint("brand > anchor.brand").find("at character 9\n"), std::string::npos);
  EXPECT_NE(complaint("price = anchor.brand").find("different types"), std::string::npos);
  EXPECT_NE(complaint("price > now").find("no times"), std::string::npos);
  EXPECT_NE(complaint("released > now - 3 weeks").find("at character 20\n"), std::string::npos);
  EXPECT_NE(complaint(std::string(5000, '(')).find("nested"), std::string::npos);
}

}  // namespace
}  // namespace endcap
