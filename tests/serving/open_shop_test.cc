#ifdef ENDCAP_HAS_SQLITE
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/soon.h"
#include "endcap/events/sqlite_event_log.h"
#include "endcap/serving/recommender.h"
#include "events/failing_vfs.h"
#include "events/log_fixtures.h"
#include "serving/live_fixtures.h"

namespace endcap {
namespace {

class OpenShopTest : public testing::Test {
 protected:
  // Without a thread of its own: what happens, happens when the test says so.
  void open(const OpenOptions& options = {.fold_seconds = 0}) {
    shop_.reset();
    shop_ = std::make_unique<Recommender>(Recommender::open(path(), options));
  }
  // Opens the files as they are now, as if the process had died.
  void crash() {
    const auto copy = folder_.path() / "copy";
    std::filesystem::copy(path(), copy);
    shop_.reset();
    std::filesystem::remove_all(path());
    std::filesystem::rename(copy, path());
    open();
  }
  void tell(const std::vector<Event>& events) {
    std::vector<LoggedEvent> entries;
    entries.reserve(events.size());
    for (const auto& event : events) entries.push_back({event, ""});
    shop_->observe_many(entries);
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "shop"; }
  [[nodiscard]] bool has_model() const {
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("model-") && name != "model-0.endcap") return true;
    }
    return false;
  }

  const TestFolder folder_;
  std::unique_ptr<Recommender> shop_;
};

TEST_F(OpenShopTest, ANewShopWorksFromTheFirstEventOn) {
  open();
  EXPECT_TRUE(shop_->next({}, 5).empty());
  EXPECT_TRUE(shop_->recommend_many({}, 5).items.empty());
  EXPECT_THROW((void)shop_->recommend({.user = "ann"}), UnknownIdError);
  EXPECT_THROW((void)shop_->similar("tea"), UnknownIdError);
  shop_->observe("ann", "tea");
  shop_->observe("bob", "tea");
  shop_->observe("bob", "ink");
  shop_->observe("bob", "pen", "dismiss");
  EXPECT_EQ(shop_->next({}, 5)[0].item, Id("tea"));  // what was met most often
  const auto list = shop_->recommend({.user = "ann", .k = 5});
  ASSERT_EQ(list.size(), 2u);  // ann has had tea; bob's dislike is his own
  EXPECT_EQ(list[0].item, Id("ink"));
  EXPECT_TRUE(shop_->recommend({.user = "bob", .k = 5}).empty());
  EXPECT_EQ(shop_->why_not({.user = "bob"}, "pen").reason, "disliked");
  EXPECT_EQ(shop_->why_not({.user = "bob"}, "tea").reason, "already had");
  EXPECT_TRUE(shop_->similar("tea").empty());
  EXPECT_EQ(shop_->history("bob").size(), 2u);
  EXPECT_EQ(shop_->explain("ann", "ink").score, 0);
  EXPECT_THROW(shop_->observe(std::int64_t{7}, "tea"), std::invalid_argument);
  shop_->refresh();
  EXPECT_EQ(shop_->similar("tea", 1)[0].item, Id("ink"));
}

TEST_F(OpenShopTest, AReopenedShopKnowsAllThatItWasTold) {
  open();
  tell(year_of_events(40));
  shop_->refit();
  const auto before = bytes_of(*shop_);
  EXPECT_TRUE(has_model());
  open();
  EXPECT_EQ(bytes_of(*shop_), before);
  shop_->observe("ann", "tea1");
  open();
  EXPECT_EQ(shop_->history("ann").size(), 1u);
  EXPECT_EQ(shop_->health().n_waiting, 1);
}

TEST_F(OpenShopTest, ACrashLosesNothingThatWasDurable) {
  open();
  tell(year_of_events(30));
  shop_->refit();
  shop_->observe("ann", "tea1", "view", {.durable = true});
  shop_->merge("guest", "ann");
  shop_->prefer("ann", {.value = "ink2", .like = false});
  shop_->set_rules("sale", {.block = {"tea3"}});
  const auto rules = shop_->rules("sale");
  const auto before = bytes_of(*shop_);
  crash();
  EXPECT_EQ(shop_->history("guest").size(), 1u);
  EXPECT_EQ(shop_->preferences("ann").size(), 1u);
  EXPECT_EQ(shop_->rules("sale"), rules);
  EXPECT_EQ(bytes_of(*shop_), before);
}

TEST_F(OpenShopTest, ModelFilesMayBeLost) {
  open();
  tell(year_of_events(30));
  shop_->refit({.models = {"popularity", "rp3beta"}});
  shop_->set_weights({{.name = "rp3beta", .explore = 3.0f}});
  const auto before = bytes_of(*shop_);
  shop_->close();
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("model-") && name != "model-0.endcap") {
      std::filesystem::resize_file(entry.path(), 100);  // damaged
    }
  }
  open();
  EXPECT_EQ(bytes_of(*shop_), before);
}

TEST_F(OpenShopTest, WeightsSetByHandSurviveACrash) {
  open();
  tell(year_of_events(40));
  shop_->refit({.models = {"popularity", "rp3beta"}});
  shop_->set_weights({{.name = "rp3beta", .explore = 3.0f}});
  const auto before = bytes_of(*shop_);
  crash();
  EXPECT_EQ(shop_->models()[1].weight_explore, 3);
  EXPECT_EQ(bytes_of(*shop_), before);
}

TEST_F(OpenShopTest, ARepeatedDeliveryCountsOnce) {
  open();
  EXPECT_TRUE(shop_->observe("ann", "tea", "view", {.event_id = "e1"}));
  EXPECT_FALSE(shop_->observe("ann", "tea", "view", {.event_id = "e1"}));
  shop_->refresh();
  shop_->close();
  open();
  EXPECT_FALSE(shop_->observe("ann", "tea", "view", {.event_id = "e1", .durable = true}));
  EXPECT_EQ(shop_->history("ann").size(), 1u);
  auto in_memory = Recommender::fit(Events::from_list(year_of_events(9)));
  EXPECT_TRUE(in_memory.observe("ann", "tea1", "view", {.event_id = "e1"}));
  EXPECT_FALSE(in_memory.observe("ann", "tea1", "view", {.event_id = "e1"}));
  EXPECT_EQ(in_memory.history("ann").size(), 1u);
}

TEST_F(OpenShopTest, OneWrongEventRefusesAllOfThem) {
  open();
  const std::vector<LoggedEvent> events = {seen("ann", "tea"), seen(std::int64_t{7}, "tea")};
  EXPECT_THROW(shop_->observe_many(events), std::invalid_argument);
  EXPECT_THROW((void)shop_->history("ann"), UnknownIdError);
  shop_->observe(std::int64_t{7}, "tea");  // the refused texts decided nothing
}

TEST_F(OpenShopTest, ASecondOpenerIsRefused) {
  open();
  EXPECT_THROW((void)Recommender::open(path()), std::system_error);
  shop_->close();
  EXPECT_THROW(shop_->observe("ann", "tea"), std::invalid_argument);
  EXPECT_FALSE(shop_->health().writable);
  EXPECT_TRUE(shop_->next({}).empty());  // questions are answered still
  const auto other = Recommender::open(path());
}

TEST_F(OpenShopTest, WhatArrivesIsFoldedInByItself) {
  open({.fold_seconds = 0.05});
  for (int n = 0; n < 20; ++n) {
    shop_->observe("u" + std::to_string(n), "tea");
    shop_->observe("u" + std::to_string(n), n % 2 ? "cup" : "pot");
  }
  EXPECT_TRUE(soon([&] { return shop_->health().n_waiting == 0; }));
  EXPECT_EQ(shop_->health().problem, "");
  EXPECT_EQ(shop_->similar("cup", 1)[0].item, Id("tea"));
}

TEST_F(OpenShopTest, AnotherCatalogueOrKindsTakeTheOldOnesPlace) {
  Kinds kinds;
  kinds.add("share", 2);
  const Catalog catalog(
      {.ids = {"tea1", "new"}, .columns = {{"price", ColumnType::kNumber, Numbers{1, 2}}}});
  open({.kinds = kinds, .fold_seconds = 0});
  tell(year_of_events(10));
  shop_->observe("ann", "tea1", "share");
  shop_->close();
  open({.catalog = catalog, .fold_seconds = 0});
  EXPECT_EQ(shop_->kinds(), kinds);
  EXPECT_EQ(shop_->recommend({.user = "ann", .filter = "price = 2"})[0].item, Id("new"));
  open();
  EXPECT_EQ(shop_->catalog(), catalog);
  kinds.set_weight("share", 9);
  open({.kinds = kinds, .fold_seconds = 0});
  EXPECT_EQ(shop_->kinds(), kinds);
  const auto like = bytes_of(*shop_);
  auto events = year_of_events(10);
  events.push_back({.user = "ann",
                    .item = "tea1",
                    .kind = "share",
                    .time_us = shop_->history("ann")[0].time_us});
  EXPECT_EQ(bytes_of(Recommender::fit(Events::from_list(events, kinds), {}, {.like = shop_.get()})),
            like);
}

TEST_F(OpenShopTest, AChildOfForkMayAskButNotTell) {
  open({.fold_seconds = 1});
  shop_->observe("ann", "tea", "view", {.durable = true});
  if (const auto child = fork(); child == 0) {
    bool is_refused = false;
    try {
      shop_->observe("ann", "ink");
    } catch (const std::invalid_argument&) {
      is_refused = true;
    }
    const bool knows = shop_->history("ann").size() == 1;
    shop_.reset();  // must not take the parent's files along
    _exit(is_refused && knows ? 0 : 1);
  } else {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  shop_->observe("ann", "ink", "view", {.durable = true});
  open();
  EXPECT_EQ(shop_->history("ann").size(), 2u);
}

TEST_F(OpenShopTest, ServingGoesOnWhenTheDiskFails) {
  open();
  tell(year_of_events(10));
  shop_->refit();
  shop_->close();
  shop_.reset();
  FailingVfs disk;
  open();
  disk.fail_at(1);
  EXPECT_THROW(shop_->observe("ann", "tea1", "view", {.durable = true}), std::system_error);
  EXPECT_FALSE(shop_->health().writable);
  EXPECT_NE(shop_->health().problem, "");
  EXPECT_THROW(shop_->observe("ann", "tea1"), std::system_error);
  EXPECT_EQ(shop_->recommend({.user = "u1", .k = 3}).size(), 3u);
  EXPECT_THROW(shop_->close(), std::system_error);
  open();
  EXPECT_EQ(shop_->recommend({.user = "u1", .k = 3}).size(), 3u);
  shop_.reset();  // before its disk
}

}  // namespace
}  // namespace endcap
#endif
