#include "endcap/serving/journal.h"

#include <gtest/gtest.h>

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
