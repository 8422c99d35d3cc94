#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "endcap/ranking/filter.h"
#include "fuzz/mutation.h"
#include "serving/small_shop.h"
#include "torture.h"

namespace endcap {
namespace {

// The place that a complaint points at, counted from 1; 0 if it points at none.
std::size_t place_in(const std::string& complaint) {
  const std::string before = "at character ";
  const auto at = complaint.find(before);
  return at == std::string::npos ? 0 : std::stoul(complaint.substr(at + before.size()));
}

TEST(FilterFuzzTest, AnyExpressionIsParsedOrTheCharacterNamed) {
  const auto catalog = small_catalog();
  const std::vector<std::string> good = {
      "in_stock and price < 50 and brand != \"b1\"",
      "brand in ('b0', 'b2') or not (price between 10 and 20)",
      "released >= \"2019-01-31\" and released > now - 2 days and price is not missing",
      "tags in customer.tags and price between 0.8 and 1.5 times anchor.price",
      "brand not in customer.brands and title = anchor.title"};
  for (const auto& text : good) EXPECT_NO_THROW((void)Filter::parse(text, catalog)) << text;
  Mutation mutation(4, {"(", ")", "not ", " and ", " or ", "'", "\"", "1e400", "-", "anchor.",
                        "customer.brands", " is missing", " times ", "now", ",", "\xff"});
  const std::int32_t history[] = {0, 5};
  int n_parsed = 0, n_refused = 0;
  const int n = repeats(40'000, 5'000'000);
  for (int i = 0; i < n; ++i) {
    const auto text = mutation.of(good[static_cast<std::size_t>(i) % good.size()]);
    try {
      const auto filter = Filter::parse(text, catalog);
      const auto bound = filter.bind({.rows = history, .anchor = 3, .now_us = 1});
      for (std::int32_t row = 0; row < catalog.items().size(); ++row) (void)bound.matches(row);
      EXPECT_FALSE(filter.clauses().empty()) << text;
      for (const auto& clause : filter.clauses()) (void)Filter::parse(clause, catalog);
      ++n_parsed;
    } catch (const std::invalid_argument& error) {
      const auto place = place_in(error.what());
      EXPECT_TRUE(1 <= place && place <= text.size() + 1) << error.what();
      ++n_refused;
    }
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(n_parsed, n / 100);
  EXPECT_GT(n_refused, n / 20);
}

}  // namespace
}  // namespace endcap
