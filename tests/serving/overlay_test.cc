#include "endcap/serving/overlay.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/serving/fit_snapshot.h"

namespace endcap {
namespace {

// One customer "a" with item 10 at time 100 and item 20 at time 300; "b" dismisses 10.
Snapshot small_snapshot() {
  const auto events = Events::from_list({{.user = "a", .item = 10, .time_us = 100},
                                         {.user = "a", .item = 20, .time_us = 300},
                                         {.user = "b", .item = 10, .kind = "dismiss", .time_us = 1},
                                         {.user = "b", .item = 20, .time_us = 200}});
  return fit_snapshot({events, {}}, {.models = {"popularity"}});
}

std::vector<ItemIndex> items(const Visitor& visitor) {
  std::vector<ItemIndex> items;
  for (const auto& event : visitor.events) items.push_back(event.item);
  return items;
}

class OverlayTest : public testing::Test {
 protected:
  const Snapshot snapshot_ = small_snapshot();
  Overlay overlay_{snapshot_};
};

TEST_F(OverlayTest, WithoutNewsAVisitorIsAsInTheSnapshot) {
  EXPECT_EQ(items(overlay_.visitor("a")), (std::vector<ItemIndex>{0, 1}));
  EXPECT_EQ(overlay_.visitor("b").disliked, std::vector<ItemIndex>{0});
  EXPECT_EQ(overlay_.visitor("a").now_us, 300);
}

TEST_F(OverlayTest, AnEventStandsWhereItsTimeSays) {
  overlay_.add("a", 20, {.time_us = 200});
  overlay_.add("a", 10, {.time_us = 400});
  EXPECT_EQ(items(overlay_.visitor("a")), (std::vector<ItemIndex>{0, 1, 1, 0}));
  EXPECT_EQ(overlay_.visitor("a").now_us, 400);
  EXPECT_EQ(items(overlay_.visitor("b")), std::vector<ItemIndex>{1});
}

TEST_F(OverlayTest, ANegativeWeightIsADislike) {
  overlay_.add("a", 20, {.time_us = 400, .weight = -1});
  EXPECT_EQ(overlay_.visitor("a").disliked, std::vector<ItemIndex>{1});
  EXPECT_EQ(overlay_.visitor("a").events.size(), 2u);
}

TEST_F(OverlayTest, ANewVisitorIsKnownOnceTheyDoSomething) {
  EXPECT_THROW((void)overlay_.visitor("c"), UnknownIdError);
  overlay_.add("c", 10, {.time_us = 500});
  EXPECT_EQ(items(overlay_.visitor("c")), std::vector<ItemIndex>{0});
  EXPECT_EQ(overlay_.visitor("c").user, kNoIndex);
}

TEST_F(OverlayTest, ANewItemFollowsThoseOfTheSnapshot) {
  overlay_.add("a", 7, {.time_us = 500});
  EXPECT_EQ(overlay_.find_item(7), 2);
  EXPECT_EQ(overlay_.item_id(2), Id(7));
  EXPECT_EQ(items(overlay_.visitor("a")), (std::vector<ItemIndex>{0, 1}));
  EXPECT_EQ(overlay_.visitor("a").new_items.at(0).item, 2);  // which no model knows
  overlay_.add("b", 8, {.time_us = 500});
  overlay_.add("b", 8, {.time_us = 501});
  using Counts = std::vector<std::pair<ItemIndex, std::int64_t>>;
  EXPECT_EQ(overlay_.new_items(), (Counts{{3, 2}, {2, 1}}));
}

TEST_F(OverlayTest, SeveralIdsOfOnePersonAreOneVisitor) {
  overlay_.add("c", 10, {.time_us = 250});
  const std::vector<Id> ids = {"a", "b", "c"};
  const auto visitor = overlay_.visitor(ids);
  EXPECT_EQ(items(visitor), (std::vector<ItemIndex>{0, 1, 0, 1}));  // at 100, 200, 250, 300
  EXPECT_EQ(visitor.disliked, std::vector<ItemIndex>{0});
  EXPECT_EQ(visitor.user, 0);
}

TEST_F(OverlayTest, AForgottenVisitorIsUnknownUntilTheyComeBack) {
  overlay_.add("a", 10, {.time_us = 500});
  EXPECT_EQ(overlay_.forget("a"), 3);
  EXPECT_EQ(overlay_.n_waiting(), 0);
  EXPECT_TRUE(overlay_.has_forgotten());
  EXPECT_THROW((void)overlay_.visitor("a"), UnknownIdError);
  overlay_.add("a", 20, {.time_us = 600});
  EXPECT_EQ(items(overlay_.visitor("a")), std::vector<ItemIndex>{1});
}

TEST_F(OverlayTest, OnlyWhatCameLaterIsCarriedOver) {
  overlay_.add("a", 10, {.time_us = 500});
  overlay_.add("c", 20, {.time_us = 500}, {.session_only = true});
  EXPECT_EQ(overlay_.n_waiting(), 1);
  const auto end = overlay_.position();
  overlay_.add("d", 7, {.time_us = 600});
  (void)overlay_.forget("b");
  Overlay next(snapshot_);
  overlay_.carry_over(end, 600, next);
  EXPECT_EQ(next.visitor("a").events.size(), 2u);
  EXPECT_EQ(items(next.visitor("c")), std::vector<ItemIndex>{1});
  EXPECT_EQ(next.visitor("d").new_items.at(0).item, 2);
  EXPECT_THROW((void)next.visitor("b"), UnknownIdError);
  Overlay tomorrow(snapshot_);
  overlay_.carry_over(end, 600 + kMicrosecondsPerDay, tomorrow);
  EXPECT_THROW((void)tomorrow.visitor("c"), UnknownIdError);  // the session is over
}

}  // namespace
}  // namespace endcap
