#include "endcap/ranking/rules.h"

#include <gtest/gtest.h>

#include "endcap/ranking/rules_record.h"

namespace endcap {
namespace {

Rules full() {
  return {.filter = "in_stock",
          .allow = {"a", "b"},
          .block = {std::int64_t{7}},
          .hide = {{"purchase", "durable", 30}},
          .boosts = {{"price < 5", 2}, {"", 0.5f}},
          .pins = {{"a", 1}, {"b", 4}},
          .caps = {{"brand", 2}},
          .variants = "group",
          .diversity = 0.3f,
          .diversity_by = "brand",
          .minimum_relevance = 0.1f,
          .rotation = 0.2f,
          .exploration = 0.05f,
          .seed = 9,
          .backfill = {"price < 9", ""}};
}

TEST(RulesTest, ARecordGivesThemBackAndRefusesEveryCut) {
  RecordWriter writer;
  put_rules(writer, full());
  RecordReader whole(writer.bytes());
  EXPECT_EQ(get_rules(whole), full());
  EXPECT_TRUE(whole.done());
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    RecordReader cut(writer.bytes().first(size));
    EXPECT_THROW((void)get_rules(cut), std::logic_error) << size;
  }
}

TEST(RulesTest, TheVersionIsThatOfTheContent) {
  Rules other = full();
  EXPECT_EQ(version_of(other), version_of(full()));
  other.caps[0].at_most = 3;
  EXPECT_NE(version_of(other), version_of(full()));
}

TEST(RulesTest, NumbersOutOfRangeAreRefused) {
  EXPECT_THROW(check({.boosts = {{"", 0}}}), std::invalid_argument);
  EXPECT_THROW(check({.pins = {{"a", 2}, {"b", 2}}}), std::invalid_argument);
  EXPECT_THROW(check({.caps = {{"brand", 0}}}), std::invalid_argument);
  EXPECT_THROW(check({.diversity = 1.5f}), std::invalid_argument);
  EXPECT_THROW(check({.rotation = 1}), std::invalid_argument);
  EXPECT_THROW(check({.exploration = -1}), std::invalid_argument);
  EXPECT_THROW(check({.hide = {{"", "", -1}}}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
