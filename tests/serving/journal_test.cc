#include "endcap/serving/journal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

namespace endcap {
namespace {

Recommendation list_of(const Id& user, const Id& item) {
  Recommendation list{.user = user};
  list.picks.push_back({.item = item});
  return list;
}

TEST(JournalTest, KeepsTheLastLists) {
  Journal journal(100);
  for (int i = 0; i < 1'001; ++i) {
    EXPECT_EQ(journal.record(list_of("u", std::int64_t{i})).id, 100u + static_cast<unsigned>(i));
  }
  EXPECT_FALSE(journal.find(99));
  EXPECT_FALSE(journal.find(100));  // has made room
  ASSERT_TRUE(journal.find(101));
  EXPECT_EQ((*journal.find(101))[0].item, Id(std::int64_t{1}));
  EXPECT_TRUE(journal.find(1'100));
  EXPECT_FALSE(journal.find(1'101));  // not given yet
}

TEST(JournalTest, GivesBackEveryBit) {
  const float none = std::numeric_limits<float>::quiet_NaN();
  const Recommendation list{
      .model_version = 7,
      .rules_version = 8,
      .user = "u",
      .scenario = "cart",
      .picks = {{.item = "tea",
                 .score = 1.5F,
                 .probability = .25F,
                 .reasons = {{.item = std::int64_t{3}, .kind = "view", .time_us = 9, .value = 1},
                             {.item = "tea", .kind = "rule", .value = .5F, .rule = "boost: new"}},
                 .source = "slist",
                 .position = 1,
                 .propensity = .5F},
                {.item = std::int64_t{4}, .probability = none, .rule = "pin", .position = 2}}};
  Journal journal(100);
  const auto found = journal.find(journal.record(list).id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, 100u);
  EXPECT_EQ(found->model_version, 7u);
  EXPECT_EQ(found->rules_version, 8u);
  EXPECT_EQ(found->user, Id("u"));
  EXPECT_EQ(found->scenario, "cart");
  ASSERT_EQ(found->size(), 2u);
  const auto& [tea, pinned] = std::tie((*found)[0], (*found)[1]);
  EXPECT_EQ(tea.item, Id("tea"));
  EXPECT_EQ(tea.score, 1.5F);
  EXPECT_EQ(tea.probability, .25F);
  EXPECT_EQ(tea.source, "slist");
  EXPECT_EQ(tea.rule, "");
  EXPECT_EQ(tea.position, 1);
  EXPECT_EQ(tea.propensity, .5F);
  ASSERT_EQ(tea.reasons.size(), 2u);
  EXPECT_EQ(tea.reasons[0].item, Id(std::int64_t{3}));
  EXPECT_EQ(tea.reasons[0].kind, "view");
  EXPECT_EQ(tea.reasons[0].time_us, 9);
  EXPECT_EQ(tea.reasons[1].time_us, std::nullopt);
  EXPECT_EQ(tea.reasons[1].value, .5F);
  EXPECT_EQ(tea.reasons[1].rule, "boost: new");
  EXPECT_EQ(pinned.item, Id(std::int64_t{4}));
  EXPECT_TRUE(std::isnan(pinned.probability));
  EXPECT_EQ(pinned.rule, "pin");
  EXPECT_EQ(pinned.position, 2);
}

TEST(JournalTest, ForgetsAPerson) {
  Journal journal(0);
  (void)journal.record(list_of("u", "a"));
  (void)journal.record(list_of("v", "a"));
  journal.show("u", list_of("u", "a").picks);
  EXPECT_EQ(journal.shown("u").size(), 1u);
  journal.forget("u");
  EXPECT_TRUE(journal.shown("u").empty());
  EXPECT_FALSE(journal.find(0));
  EXPECT_TRUE(journal.find(1));
}

}  // namespace
}  // namespace endcap
