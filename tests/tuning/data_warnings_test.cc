#include "endcap/tuning/data_warnings.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {
namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;

// A healthy log: 1,000 purchases of 40 visitors and 60 items, an hour apart.
std::vector<Event> healthy() {
  std::vector<Event> events;
  Random random(7);
  for (std::int64_t hour = 0; hour < 1000; ++hour) {
    Event event;
    event.user = static_cast<std::int64_t>(random.below(40));
    event.item = static_cast<std::int64_t>(random.below(60));
    event.kind = "purchase";
    event.time_us = hour * kHour;
    events.push_back(event);
  }
  return events;
}

std::string warnings_of(const std::vector<Event>& events, const Catalog& catalog = {}) {
  std::string all;
  for (const auto& warning : data_warnings(Events::from_list(events), catalog)) {
    all += warning + "\n";
  }
  return all;
}

Catalog catalog_of(const std::string& name, ColumnType type,
                   decltype(CatalogColumn::values) values) {
  CatalogColumns columns;
  for (std::int64_t item = 0; item < 60; ++item) columns.ids.emplace_back(item);
  columns.columns.push_back({name, type, std::move(values)});
  return Catalog(std::move(columns));
}

TEST(DataWarningsTest, AHealthyLogHasNone) { EXPECT_EQ(warnings_of(healthy()), ""); }

TEST(DataWarningsTest, RepeatedEventsAreCounted) {
  auto events = healthy();
  const auto again = events;
  events.insert(events.end(), again.begin(), again.begin() + 111);  // 111 of 1,111
  EXPECT_TRUE(warnings_of(events).starts_with("10 % of the events repeat another one"));
}

TEST(DataWarningsTest, TargetsAtTheSecondOfTheirViewAreCounted) {
  auto events = healthy();
  for (std::size_t e = 0; e < 250; ++e) {
    events.push_back(events[e]);
    events.back().kind = "view";
  }
  EXPECT_TRUE(warnings_of(events).starts_with("25 % of the events of kind purchase stand at"));
}

TEST(DataWarningsTest, OneVisitorWithMuchOfTheLogIsNamed) {
  auto events = healthy();
  for (std::size_t e = 0; e < 200; ++e) events[e].user = std::int64_t{99};
  EXPECT_TRUE(warnings_of(events).starts_with("One visitor, 99, has 20 % of all events."));
}

TEST(DataWarningsTest, SequencesSortedByItemLookLikeSets) {
  std::vector<std::vector<Id>> sequences(1'000, {Id(3), Id(5)});
  const auto warnings = data_warnings(Events::from_sequences(sequences), {});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("sorted by id"), std::string::npos);
  std::swap(sequences[0][0], sequences[0][1]);
  EXPECT_TRUE(data_warnings(Events::from_sequences(sequences), {}).empty());
}

TEST(DataWarningsTest, ATimeThatManyShareLooksLikeAnImport) {
  auto events = healthy();
  for (std::size_t e = 0; e < 300; ++e) events[e].time_us = 5 * kHour;
  EXPECT_NE(warnings_of(events).find("30 % of the events have one and the same time"),
            std::string::npos);
  for (auto& event : events) event.time_us = 0;
  EXPECT_NE(warnings_of(events).find("All events have the same time"), std::string::npos);
}

TEST(DataWarningsTest, AnImportIsSeenInALongLogToo) {
  std::vector<Event> events;
  for (std::int64_t e = 0; e < 1'500'000; ++e) {  // of which every second is looked at
    Event event;
    event.user = e % 1000;
    event.item = e % 97;
    event.time_us = e % 10 < 3 ? 0 : e;
    events.push_back(event);
  }
  EXPECT_NE(warnings_of(events).find("30 % of the events have one and the same time"),
            std::string::npos);
}

TEST(DataWarningsTest, ColumnsThatAreIdsAreNamed) {
  Texts codes;
  Numbers numbers, prices;
  for (int i = 0; i < 60; ++i) {
    codes.emplace_back("code " + std::to_string(i));
    numbers.push_back(1000 + 7 * ((i * 17) % 60));
    prices.push_back(0.99 + i % 12);
  }
  const auto id = std::string("is different for nearly every item");
  EXPECT_NE(warnings_of(healthy(), catalog_of("sku", ColumnType::kCategory, codes)).find(id),
            std::string::npos);
  EXPECT_NE(warnings_of(healthy(), catalog_of("row", ColumnType::kNumber, numbers)).find(id),
            std::string::npos);
  EXPECT_EQ(warnings_of(healthy(), catalog_of("title", ColumnType::kText, codes)), "");
  EXPECT_EQ(warnings_of(healthy(), catalog_of("price", ColumnType::kNumber, prices)), "");
}

TEST(DataWarningsTest, AColumnThatCountsSalesIsNamed) {
  Numbers sold(60);
  for (const auto& event : healthy()) {
    ++sold[static_cast<std::size_t>(std::get<std::int64_t>(event.item))];
  }
  const auto warning = warnings_of(healthy(), catalog_of("sold", ColumnType::kNumber, sold));
  EXPECT_NE(warning.find("column sold goes with how often each item has a purchase"),
            std::string::npos);
}

TEST(DataWarningsTest, AnUnknownTargetThrows) {
  EXPECT_THROW((void)data_warnings(Events::from_list(healthy()), {}, "hug"), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
