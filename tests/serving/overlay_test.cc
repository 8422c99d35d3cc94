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
  return fit_snapshot(Events::from_list({{.user = "a", .item = 10, .time_us = 100},
                                         {.user = "a", .item = 20, .time_us = 300},
                                         {.user = "b", .item = 10, .kind = "dismiss", .time_us = 1},
                                         {.user = "b", .item = 20, .time_us = 200}}),
                      {}, {.models = {"popularity"}});
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
  overlay_.add("a", {.time_us = 200, .item = 1});
  overlay_.add("a", {.time_us = 400, .item = 0});
  EXPECT_EQ(items(overlay_.visitor("a")), (std::vector<ItemIndex>{0, 1, 1, 0}));
  EXPECT_EQ(overlay_.visitor("a").now_us, 400);
  EXPECT_EQ(items(overlay_.visitor("b")), std::vector<ItemIndex>{1});
}

TEST_F(OverlayTest, ANegativeWeightIsADislike) {
  overlay_.add("a", {.time_us = 400, .item = 1, .weight = -1});
  EXPECT_EQ(overlay_.visitor("a").disliked, std::vector<ItemIndex>{1});
  EXPECT_EQ(overlay_.visitor("a").events.size(), 2u);
}

TEST_F(OverlayTest, ANewVisitorIsKnownOnceTheyDoSomething) {
  EXPECT_THROW((void)overlay_.visitor("c"), UnknownIdError);
  overlay_.add("c", {.time_us = 500, .item = 0});
  EXPECT_EQ(items(overlay_.visitor("c")), std::vector<ItemIndex>{0});
  EXPECT_EQ(overlay_.visitor("c").user, kNoIndex);
}

}  // namespace
}  // namespace endcap
