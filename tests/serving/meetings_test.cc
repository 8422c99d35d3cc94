#include "endcap/serving/meetings.h"

#include <gtest/gtest.h>

#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

class MeetingsTest : public testing::Test {
 protected:
  MeetingsTest() { meetings_.prepare(interactions_of(3, {{0, 1}, {0, 0, 2}, {2}})); }

  [[nodiscard]] std::vector<ItemNews> all() const {
    return meetings_.of(std::vector<ItemIndex>{0, 1, 2});
  }

  Meetings meetings_;
  const std::vector<ItemIndex> line_ = {1, 2, 0, 1};
};

TEST_F(MeetingsTest, EachMeetingIsToldOfBothItems) {
  meetings_.add({.line = line_, .place = 2, .n_items = 3, .is_new = true}, 7);
  const auto news = all();
  ASSERT_EQ(news.size(), 3u);
  EXPECT_EQ(news[0].n_before, 2);  // a visitor who has it twice is one
  EXPECT_EQ(news[0].n_now, 3);
  EXPECT_EQ(news[1].n_now, news[1].n_before);
  const auto& met = news[0].meetings;
  ASSERT_EQ(met.size(), 3u);
  EXPECT_EQ(met[0].other, 2);
  EXPECT_EQ(met[0].steps, -1);
  EXPECT_EQ(met[0].n_of_other, 2);
  EXPECT_EQ(met[0].n_items, 3);
  EXPECT_EQ(met[2].steps, 1);
  ASSERT_EQ(news[1].meetings.size(), 2u);
  EXPECT_EQ(news[1].meetings[0].other, 0);
  EXPECT_EQ(news[1].meetings[0].steps, 2);
  EXPECT_EQ(news[1].meetings[0].n_of_other, 3);
}

TEST_F(MeetingsTest, APartyMeetsTwoItemsForTheFirstTimeOnce) {
  meetings_.add({.line = line_, .place = 2, .n_items = 3, .is_new = true}, 0);
  meetings_.add({.line = line_, .place = 3, .n_items = 3, .is_new = false}, 1);
  std::vector<bool> first;
  const auto news = all();
  for (const auto& meeting : news[0].meetings) first.push_back(meeting.is_first);
  EXPECT_EQ(first, (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(news[1].n_now, 1);
}

TEST_F(MeetingsTest, OnlyWhatStandsWithinReachMeets) {
  std::vector<ItemIndex> line(Meetings::kReach + 2, 0);
  line.front() = 1;
  line.back() = 2;
  meetings_.add({.line = line, .place = 0, .n_items = 3, .is_new = true}, 0);
  EXPECT_EQ(all().size(), 2u);
  line.pop_back();
  line.back() = 2;
  meetings_.add({.line = line, .place = 0, .n_items = 3, .is_new = true}, 1);
  EXPECT_EQ(all().size(), 3u);
  EXPECT_EQ(all()[1].meetings.back().other, 2);
  EXPECT_EQ(all()[1].meetings.back().steps, static_cast<int>(Meetings::kReach));
}

TEST_F(MeetingsTest, TheNewestMeetingsOfAnItemAreKept) {
  const std::vector<ItemIndex> one = {0, 1}, other = {0, 2};
  for (int n = 0; n < 1'000; ++n) {
    meetings_.add({.line = one, .place = 1, .n_items = 2, .is_new = true}, n);
  }
  meetings_.add({.line = other, .place = 1, .n_items = 2, .is_new = true}, 1'000);
  EXPECT_EQ(all()[0].meetings.size(), Meetings::kMostOfItem);
  EXPECT_EQ(all()[0].meetings.back().other, 2);
  EXPECT_EQ(all()[1].n_now, 1'001);
}

TEST_F(MeetingsTest, WhatIsErasedWasNeverThere) {
  meetings_.add({.line = line_, .place = 2, .n_items = 3, .is_new = true}, 5);
  meetings_.erase([](std::int64_t position) { return position == 5; });
  EXPECT_TRUE(meetings_.empty());
  EXPECT_TRUE(all().empty());
  meetings_.add({.line = line_, .place = 2, .n_items = 3, .is_new = true}, 6);
  meetings_.add({.line = line_, .place = 3, .n_items = 3, .is_new = true}, 7);
  meetings_.erase_since(7);
  EXPECT_EQ(all()[0].meetings.size(), 3u);
  EXPECT_EQ(all()[1].n_now, 1);
  meetings_.erase_since(8);
  EXPECT_EQ(all()[0].meetings.size(), 3u);
}

TEST_F(MeetingsTest, WhatTheModelsDoNotKnowMeetsNobody) {
  const std::vector<ItemIndex> line = {0, 3};
  meetings_.add({.line = line, .place = 1, .n_items = 2, .is_new = true}, 0);
  meetings_.add({.line = line, .place = 0, .n_items = 2, .is_new = false}, 1);
  EXPECT_TRUE(meetings_.empty());
}

}  // namespace
}  // namespace endcap
