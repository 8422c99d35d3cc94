#include <gtest/gtest.h>
#ifdef ENDCAP_HAS_SQLITE
#include <sqlite3.h>
#endif

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "endcap/base/clock.h"
#include "endcap/serving/recommender.h"
#include "events/log_fixtures.h"
#include "serving/live_fixtures.h"

namespace endcap {
namespace {

Catalog brands() {
  CatalogColumns columns;
  Texts brand;
  for (const std::string circle : {"ink", "tea"}) {
    for (int i = 0; i < 9; ++i) {
      columns.ids.emplace_back(circle + std::to_string(i));
      brand.push_back(i % 3 == 0 ? std::nullopt : std::optional("b" + std::to_string(i % 3)));
    }
  }
  columns.columns.push_back({"brand", ColumnType::kCategory, brand});
  return Catalog(std::move(columns));
}

class PeopleOfAShopTest : public testing::Test {
 protected:
  [[nodiscard]] std::set<Id> items(const Query& query) const {
    std::set<Id> items;
    for (const auto& pick : shop_.recommend(query)) items.insert(pick.item);
    return items;
  }

  Recommender shop_ = Recommender::fit(Events::from_list(year_of_events(60)), brands(),
                                       {.models = kCountingModels});
};

TEST_F(PeopleOfAShopTest, AMergeIsAFitInWhichTheGuestWasTheCustomer) {
  auto events = year_of_events(60);
  for (auto& event : events) {
    if (event.user == Id("u8")) event.user = "u4";
  }
  shop_.merge("u8", "u4");
  const auto fitted =
      Recommender::fit(Events::from_list(events), brands(), {.models = kCountingModels});
  for (int round = 0; round < 2; ++round) {  // before and after the fold
    const auto merged = shop_.history("u8");
    EXPECT_EQ(merged.size(), fitted.history("u4").size());
    EXPECT_EQ(merged.size(), shop_.history("u4").size());
    shop_.refresh();
  }
  // The same models: what they score for the person, and for others.
  const auto like = Recommender::fit(Events::from_list(events), {}, {.like = &shop_});
  for (const char* user : {"u4", "u1", "u2"}) {
    const auto ours = shop_.recommend({.user = user, .k = 18, .repeats = Repeats::kInclude});
    const auto theirs = like.recommend({.user = user, .k = 18, .repeats = Repeats::kInclude});
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_EQ(ours[i].item, theirs[i].item) << user;
      EXPECT_EQ(ours[i].score, theirs[i].score) << user;
    }
  }
}

TEST_F(PeopleOfAShopTest, UnmergingLeavesNoTrace) {
  shop_.refresh();
  const auto before = bytes_of(shop_);
  shop_.merge("u8", "u4");
  EXPECT_NE(bytes_of(shop_), before);
  const auto path = std::filesystem::temp_directory_path() / "endcap_people_merged";
  shop_.save(path);
  auto loaded = Recommender::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(loaded.history("u8").size(), shop_.history("u4").size());
  for (auto* shop : {&shop_, &loaded}) {
    shop->unmerge("u8", "u4");
    EXPECT_EQ(bytes_of(*shop), before);
    EXPECT_THROW(shop->unmerge("u8", "u4"), std::invalid_argument);
  }
}

TEST_F(PeopleOfAShopTest, ADislikeIsObeyedAtOnce) {
  const Query query{.user = "u1", .k = 18};
  const auto before = items(query);
  ASSERT_TRUE(before.contains("tea1"));
  shop_.prefer("u1", {.value = "b1", .attribute = "brand", .like = false});
  shop_.prefer("u1", {.value = "tea2", .like = false});
  const auto after = items(query);
  for (const auto& item : before) {
    const auto text = std::get<std::string>(item);
    const bool is_out = text == "tea2" || (text.back() - '0') % 3 == 1;
    EXPECT_EQ(after.contains(item), !is_out) << text;
  }
  EXPECT_EQ(shop_.why_not(query, "tea1").reason, "disliked");
  EXPECT_EQ(shop_.why_not(query, "tea1").detail, "brand = \"b1\"");
  EXPECT_EQ(shop_.why_not(query, "tea2").detail, "");
  const auto many = shop_.recommend_many({"u1"}, 18);
  EXPECT_EQ(many.counts[0], static_cast<int>(after.size()));
  shop_.withdraw("u1", "b1", "brand");
  EXPECT_TRUE(items(query).contains("tea1"));
  EXPECT_EQ(shop_.preferences("u1").size(), 1u);
}

TEST_F(PeopleOfAShopTest, ALikeCountsAsEvidence) {
  const auto score = [&](const char* item) { return shop_.explain("u1", item).score; };
  const float before = score("tea5");  // u1 is of the ink
  shop_.prefer("u1", {.value = "tea2", .source = "quiz"});
  EXPECT_GT(score("tea5"), before);
  const auto list = shop_.recommend({.user = "u1", .k = 1, .allow = {"tea5"}});
  EXPECT_TRUE(std::any_of(list[0].reasons.begin(), list[0].reasons.end(),
                          [](const auto& reason) { return reason.kind == "like"; }));
  EXPECT_TRUE(items({.user = "u1", .k = 18}).contains("tea2"));  // liked, not had
  EXPECT_EQ(shop_.history("u1").size(), 7u);

  shop_.prefer("u1", {.value = "b2", .attribute = "brand"});
  const auto raised = shop_.recommend({.user = "u1", .k = 1, .allow = {"tea5"}});
  EXPECT_EQ(raised[0].reasons.back().rule, "likes: brand = \"b2\"");
  EXPECT_FLOAT_EQ(raised[0].score, 2 * list[0].score);
}

TEST_F(PeopleOfAShopTest, APreferenceEndsWhenItSaysSo) {
  const auto now_us = SystemClock().now_us();
  shop_.prefer("u1", {.value = "tea2", .like = false, .until_us = now_us + kMicrosecondsPerDay});
  EXPECT_FALSE(items({.user = "u1", .k = 18}).contains("tea2"));
  EXPECT_TRUE(
      items({.user = "u1", .k = 18, .time_us = now_us + 2 * kMicrosecondsPerDay}).contains("tea2"));
  EXPECT_THROW(shop_.prefer("u1", {.value = "nothing"}), UnknownIdError);
  EXPECT_THROW(shop_.prefer("u1", {.value = "x", .attribute = "colour"}), std::invalid_argument);
}

TEST_F(PeopleOfAShopTest, PreferencesAreOfThePersonAndAreSaved) {
  shop_.prefer("guest", {.value = "tea2", .like = false});
  shop_.merge("guest", "u1");
  EXPECT_EQ(shop_.preferences("u1").size(), 1u);
  EXPECT_FALSE(items({.user = "u1", .k = 18}).contains("tea2"));
  const auto path = std::filesystem::temp_directory_path() / "endcap_people_preferences";
  shop_.save(path);
  const auto loaded = Recommender::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(loaded.preferences("u1"), shop_.preferences("u1"));
  shop_.unmerge("guest", "u1");
  EXPECT_TRUE(shop_.preferences("u1").empty());
}

TEST_F(PeopleOfAShopTest, ASessionIsNotLearnedFrom) {
  shop_.refresh();
  const auto before = bytes_of(shop_);
  shop_.observe("passer-by", "tea1", "view", {.session_only = true});
  EXPECT_EQ(shop_.history("passer-by").size(), 1u);
  EXPECT_EQ(bytes_of(shop_), before);
  EXPECT_EQ(shop_.history("passer-by").size(), 1u);
  EXPECT_EQ(shop_.forget("passer-by").n_events, 1);
  EXPECT_THROW((void)shop_.history("passer-by"), UnknownIdError);
}

TEST_F(PeopleOfAShopTest, ForgettingHoldsAtOnce) {
  shop_.merge("u8", "u4");
  shop_.prefer("u4", {.value = "tea2", .like = false});
  shop_.observe("u4", "tea1", "view", {.event_id = "e1"});
  const auto list = shop_.recommend({.user = "u4"});
  const auto receipt = shop_.forget("u8");
  EXPECT_EQ(receipt.ids, (std::vector<Id>{"u4", "u8"}));
  EXPECT_EQ(receipt.n_events, 17);
  EXPECT_EQ(receipt.exact.size(), kCountingModels.size() + 1);
  EXPECT_TRUE(receipt.pending.empty());
  for (const char* id : {"u4", "u8"}) {
    EXPECT_THROW((void)shop_.recommend({.user = id}), UnknownIdError);
    EXPECT_THROW((void)shop_.history(id), UnknownIdError);
    EXPECT_EQ(shop_.users().find(id), std::nullopt);
  }
  EXPECT_TRUE(shop_.preferences("u4").empty());
  EXPECT_THROW((void)shop_.replay(list.id), UnknownIdError);
  EXPECT_EQ(shop_.forget("u8").n_events, 0);
  EXPECT_TRUE(shop_.observe("u4", "tea1", "view", {.event_id = "e1"}));  // a new start
  EXPECT_EQ(shop_.history("u4").size(), 1u);
}

TEST_F(PeopleOfAShopTest, ATrainedModelIsPending) {
  auto shop = Recommender::fit(Events::from_list(year_of_events(20)), {},
                               {.models = {"rp3beta", "sequence_factors"}});
  EXPECT_EQ(shop.forget("u1").pending, std::vector<std::string>{"sequence_factors"});
}

// 200 customers of a random shop, the first and the last among them, and one who alone bought an
// item: a shop that forgets them is one that never saw them.
TEST(ForgettingTest, AShopThatForgetsNeverSawThePerson) {
  auto events = year_of_events(300, 11);
  events.push_back({.user = "u7", .item = "only", .time_us = kMicrosecondsPerDay});
  auto shop = Recommender::fit(Events::from_list(events), {}, {.models = kCountingModels});
  std::vector<std::string> leavers = {"u0", "u99", "u7"};  // the first and last by id
  for (int n = 0; leavers.size() < 200; ++n) {
    const auto id = "u" + std::to_string(n * 7 % 300);
    if (std::find(leavers.begin(), leavers.end(), id) == leavers.end()) leavers.push_back(id);
  }
  for (const Id id : leavers) {
    shop.forget(id);
    std::erase_if(events, [&](const Event& event) { return event.user == id; });
    const auto never = Recommender::fit(Events::from_list(events), {}, {.like = &shop});
    ASSERT_EQ(bytes_of(shop), bytes_of(never)) << std::get<std::string>(id);
  }
  EXPECT_EQ(shop.items().find("only"), std::nullopt);
}

#ifdef ENDCAP_HAS_SQLITE
TEST(ForgettingTest, NoFileOfAFolderNamesThePerson) {
  const TestFolder folder;
  auto shop = Recommender::open(folder.path(), {.fold_seconds = 0.01});
  const auto name = [](int n) { return "customer-" + std::to_string(1000 + n) + "-name"; };
  std::vector<LoggedEvent> told;
  for (auto event : year_of_events(300, 3)) {
    const int n = std::stoi(std::get<std::string>(event.user).substr(1));
    event.user = name(n);
    told.push_back({event, "of-" + name(n) + "-" + std::to_string(told.size())});
  }
  shop.observe_many(told, true);
  shop.refit({.models = {"rp3beta", "session_knn"}});
  for (int n = 0; n < 200; ++n) {
    if (n % 10 == 0) shop.merge("guest-of-" + name(n), name(n));
    if (n % 7 == 0) shop.prefer(name(n), {.value = "tea1", .source = "from " + name(n)});
    ASSERT_GT(count_in_files(folder.path(), name(n)), 0);
    const auto receipt = shop.forget(name(n));
    EXPECT_EQ(receipt.n_events, 8);
    ASSERT_EQ(count_in_files(folder.path(), name(n)), 0) << n;
    if (n % 20 == 0) shop.refresh();
  }
  shop.close();
  for (int n = 0; n < 200; ++n) EXPECT_EQ(count_in_files(folder.path(), name(n)), 0);
  EXPECT_GT(count_in_files(folder.path(), name(250)), 0);
}

// Without secure_delete SQLite leaves the bytes of deleted rows where they were. The scan sees
// them, so where it sees nothing, there is nothing.
TEST(ForgettingTest, TheScanFindsWhatIsDeletedWithoutCare) {
  const TestFolder folder;
  {
    auto shop = Recommender::open(folder.path(), {.fold_seconds = 0});
    std::vector<LoggedEvent> told;
    told.reserve(60);
    for (int n = 0; n < 60; ++n) told.push_back(seen("customer-" + std::to_string(n % 6), "tea"));
    shop.observe_many(told, true);
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder.path() / "events.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database,
                         "PRAGMA secure_delete = OFF; DELETE FROM events;"
                         "PRAGMA wal_checkpoint(TRUNCATE)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  std::filesystem::remove(folder.path() / "model-60.endcap");
  EXPECT_GT(count_in_files(folder.path(), "customer-3"), 0);
}
#endif

}  // namespace
}  // namespace endcap
