// What was told counts for others before it is folded into a snapshot.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "endcap/serving/recommender.h"
#include "serving/live_fixtures.h"

namespace endcap {
namespace {

constexpr std::int64_t kLater = 400 * kMicrosecondsPerDay;

Recommender shop_of(const std::vector<std::string>& models, const std::vector<Event>& events) {
  return Recommender::fit(Events::from_list(events), {}, {.models = models});
}
Recommender shop_of(const std::vector<std::string>& models) {
  return shop_of(models, year_of_events(60));
}

// Ten guests, one after the other, look at both within a minute.
void look_at_both(Recommender& shop, const Id& one, const Id& other) {
  for (int guest = 0; guest < 10; ++guest) {
    const auto time_us = kLater + std::int64_t{guest} * 60 * kMicrosecondsPerSecond;
    shop.observe("guest" + std::to_string(guest), one, "view", {.time_us = time_us});
    shop.observe("guest" + std::to_string(guest), other, "view", {.time_us = time_us + 1});
  }
}

// What the models say of every item when somebody asks who viewed this one.
std::vector<double> parts(const Recommender& shop, const std::string& item) {
  std::vector<double> parts;
  for (const std::string circle : {"tea", "ink"}) {
    for (int i = 0; i < 9; ++i) {
      const auto id = circle + std::to_string(i);
      double part = 0;
      for (const auto& pick : shop.similar(item, 18)) {
        if (pick.item == Id(id)) part = pick.score;
      }
      parts.push_back(part);
    }
  }
  return parts;
}

TEST(LiveCountsTest, RulesCountAsAFitWould) {
  auto shop = shop_of({"sequential_rules"});
  const auto before = parts(shop, "tea1");
  look_at_both(shop, "tea1", "ink5");
  shop.observe("u3", "ink5", "view", {.time_us = kLater + 7 * kMicrosecondsPerDay});
  shop.observe("u3", "tea1", "view", {.time_us = kLater + 8 * kMicrosecondsPerDay});
  shop.observe("u4", "tea1", "view", {.time_us = kMicrosecondsPerDay / 2});  // told late
  for (const std::string item : {"tea1", "ink5"}) {
    const auto live = parts(shop, item);
    auto twin = Recommender::fit(Events::from_list(year_of_events(60)), {}, {.like = &shop});
    look_at_both(twin, "tea1", "ink5");
    twin.observe("u3", "ink5", "view", {.time_us = kLater + 7 * kMicrosecondsPerDay});
    twin.observe("u3", "tea1", "view", {.time_us = kLater + 8 * kMicrosecondsPerDay});
    twin.observe("u4", "tea1", "view", {.time_us = kMicrosecondsPerDay / 2});
    EXPECT_EQ(parts(twin, item), live);
    twin.refresh();
    const auto fitted = parts(twin, item);
    for (std::size_t i = 0; i < live.size(); ++i) EXPECT_NEAR(live[i], fitted[i], .03 * fitted[i]);
  }
  EXPECT_NE(parts(shop, "tea1"), before);
  EXPECT_EQ(before[14], 0);  // ink5: from nothing
  EXPECT_GT(parts(shop, "tea1")[14], .1);
}

// Each guest looks at one product and buys it, then the other: no step more than without.
TEST(LiveCountsTest, WhatIsDoneWithOneItemOnEndIsOneStep) {
  const auto after_looks = [](bool twice) {
    auto shop = shop_of({"sequential_rules"});
    for (int guest = 0; guest < 10; ++guest) {
      const Id id = "guest" + std::to_string(guest);
      std::int64_t time_us = kLater + std::int64_t{guest} * 60 * kMicrosecondsPerSecond;
      for (const std::string item : {"tea1", "ink5", "tea2"}) {
        shop.observe(id, item, "view", {.time_us = ++time_us});
        if (twice) shop.observe(id, item, "purchase", {.time_us = ++time_us});
      }
    }
    return shop;
  };
  EXPECT_EQ(parts(after_looks(true), "tea1"), parts(after_looks(false), "tea1"));
  auto shop = after_looks(true);
  const auto live = parts(shop, "tea1");
  shop.refresh();
  const auto fitted = parts(shop, "tea1");
  EXPECT_GT(live[14], .1);
  for (std::size_t i = 0; i < live.size(); ++i) EXPECT_NEAR(live[i], fitted[i], .03 * fitted[i]);
}

TEST(LiveCountsTest, AWalkCountsNearlyAsAFitWould) {
  auto shop = shop_of({"rp3beta"});
  EXPECT_EQ(parts(shop, "tea1")[14], 0);
  look_at_both(shop, "tea1", "ink5");
  const auto live = parts(shop, "tea1");
  shop.refresh();
  const auto fitted = parts(shop, "tea1");
  EXPECT_GT(live[14], 0);
  for (std::size_t i = 0; i < live.size(); ++i) EXPECT_NEAR(live[i], fitted[i], .15 * fitted[i]);
}

TEST(LiveCountsTest, BasketsCount) {
  std::vector<Event> events;
  for (int order = 0; order < 100; ++order) {
    for (const int item : {order % 7, (order + 1) % 7}) {
      events.push_back({.user = "u" + std::to_string(order % 20),
                        .item = item,
                        .kind = "purchase",
                        .time_us = order * kMicrosecondsPerDay,
                        .session = Id(order)});
    }
  }
  auto shop = shop_of({"rp3beta"}, events);
  const auto rank = [&](std::int64_t one, std::int64_t other) {
    const auto picks = shop.bought_together({one}, 6);
    return std::ranges::find(picks, Id(other), &Pick::item) - picks.begin();
  };
  EXPECT_GT(rank(0, 3), 1);
  for (std::int64_t order = 1'000; order < 1'040; ++order) {
    const Id user = "u" + std::to_string(order % 20);
    const auto bought = [&](std::int64_t item, std::int64_t after, std::int64_t session) {
      return LoggedEvent{.event = {.user = user,
                                   .item = item,
                                   .kind = "purchase",
                                   .time_us = kLater + after,
                                   .session = Id(session)}};
    };
    shop.observe_many(
        std::vector{bought(3, 0, order), bought(0, 1, order), bought(5, 2, order + 100)});
  }
  EXPECT_EQ(rank(0, 3), 0);
  EXPECT_GT(rank(0, 5), 1);  // by the same customers, in other baskets
}

TEST(LiveCountsTest, ReasonsStillAddUpToTheScore) {
  auto shop = shop_of({"rp3beta", "sequential_rules"});
  look_at_both(shop, "tea1", "ink5");
  look_at_both(shop, "ink5", "tea7");
  const auto list = shop.recommend({.user = "u0", .k = 18, .repeats = Repeats::kInclude});
  ASSERT_GT(list.size(), 10u);
  for (const auto& pick : list) {
    const auto why = shop.explain("u0", pick.item, Repeats::kInclude);
    double sum = why.base;
    for (const auto& reason : why.reasons) sum += reason.value;
    EXPECT_NEAR(sum, pick.score, 1e-5);
  }
}

TEST(LiveCountsTest, WhoIsForgottenCountsNoMore) {
  auto shop = shop_of({"rp3beta", "sequential_rules"});
  look_at_both(shop, "tea2", "ink5");
  const auto before = parts(shop, "tea1");
  shop.observe("stranger", "tea1", "view", {.time_us = kLater});
  shop.observe("stranger", "ink5", "view", {.time_us = kLater + 1});
  EXPECT_NE(parts(shop, "tea1"), before);
  (void)shop.forget("stranger");
  EXPECT_EQ(parts(shop, "tea1"), before);
}

TEST(LiveCountsTest, WhatIsNotToBeLearnedDoesNotCount) {
  auto shop = shop_of({"rp3beta", "sequential_rules"});
  shop.observe("u1", "tea1", "view", {.time_us = kLater, .event_id = "a"});
  const auto before = parts(shop, "tea1");
  shop.observe("u1", "ink5", "dismiss", {.time_us = kLater + 1});
  EXPECT_EQ(parts(shop, "tea1"), before);
  shop.observe("u1", "tea1", "view", {.time_us = kLater, .event_id = "a"});  // delivered twice
  EXPECT_EQ(parts(shop, "tea1"), before);
}

TEST(LiveCountsTest, AModelFromAFileCountsOn) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_live_counts.endcap";
  auto shop = shop_of({"rp3beta", "rp3beta/recent", "sequential_rules/long"});
  shop.save(path);
  auto loaded = Recommender::load(path);
  look_at_both(shop, "tea1", "ink5");
  look_at_both(loaded, "tea1", "ink5");
  EXPECT_EQ(parts(loaded, "tea1"), parts(shop, "tea1"));
  EXPECT_GT(parts(loaded, "tea1")[14], 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace endcap
