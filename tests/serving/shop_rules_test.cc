#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "endcap/serving/recommender.h"

namespace endcap {
namespace {

// Thirty customers who buy four of twelve items each, a day apart; items of even number are red.
Id user(std::int64_t u) { return "u" + std::to_string(u); }
Id item(std::int64_t i) { return (i % 2 == 0 ? "red" : "blue") + std::to_string(i); }
std::string colour_of(const Id& id) { return std::get<std::string>(id)[0] == 'r' ? "red" : "blue"; }

Recommender shop() {
  std::vector<Event> events;
  for (std::int64_t u = 0; u < 30; ++u) {
    for (std::int64_t day = 0; day < 4; ++day) {
      events.push_back({.user = user(u),
                        .item = item((u * 5 + day * day) % 12),
                        .kind = "purchase",
                        .time_us = (u + day) * kMicrosecondsPerDay});
    }
  }
  CatalogColumns columns;
  Texts colour;
  for (std::int64_t i = 0; i < 12; ++i) {
    columns.ids.push_back(item(i));
    colour.push_back(colour_of(item(i)));
  }
  columns.columns.push_back({"colour", ColumnType::kCategory, colour});
  return Recommender::fit(Events::from_list(events), Catalog(std::move(columns)));
}

std::vector<Id> items(const Recommendation& list) {
  std::vector<Id> ids;
  for (const auto& pick : list) ids.push_back(pick.item);
  return ids;
}

TEST(ShopRulesTest, AScenarioIsSavedAndTheSameListComesBack) {
  auto one = shop();
  one.set_rules("home", {.boosts = {{"colour = 'red'", 3}}, .caps = {{"colour", 2}}});
  const auto list = one.recommend({.user = user(3), .scenario = "home"});
  EXPECT_EQ(list.size(), 4u);  // two of each colour
  EXPECT_EQ(items(one.replay(list.id)), items(list));
  const auto path = std::filesystem::temp_directory_path() / "endcap_shop_rules";
  one.save(path);
  const auto loaded = Recommender::load(path);
  EXPECT_EQ(loaded.rules("home"), one.rules("home"));
  const auto again = loaded.recommend({.user = user(3), .scenario = "home"});
  EXPECT_EQ(items(again), items(list));
  EXPECT_EQ(again.model_version, list.model_version);
  EXPECT_EQ(again.rules_version, list.rules_version);
  std::filesystem::remove(path);
}

TEST(ShopRulesTest, ListsOfAPageShareNoItem) {
  const auto one = shop();
  const auto page = one.recommend_page({{.session = {item(1)}, .k = 4},
                                        {.session = {item(1)}, .k = 4},
                                        {.session = {item(1)}, .k = 9}});
  std::set<Id> all;
  for (const auto& list : page) {
    for (const auto& pick : list) EXPECT_TRUE(all.insert(pick.item).second);
  }
  EXPECT_EQ(all.size(), 11u);  // all but the page's own
}

TEST(ShopRulesTest, RulesChangeWhileListsAreMade) {
  auto one = shop();
  one.set_rules("home", {.filter = "colour = 'red'"});
  std::atomic<bool> done = false;
  std::thread editor([&] {
    for (int i = 0; i < 200; ++i) {
      one.set_rules("home", {.filter = i % 2 == 0 ? "colour = 'blue'" : "colour = 'red'"});
    }
    done = true;
  });
  while (!done) {
    const auto list = one.recommend({.session = {item(1)}, .k = 4, .scenario = "home"});
    std::set<std::string> colours;
    for (const auto& pick : list) colours.insert(colour_of(pick.item));
    EXPECT_EQ(colours.size(), 1u);  // by one version of the rules or the other
    EXPECT_EQ(list.size(), 4u);
  }
  editor.join();
}

}  // namespace
}  // namespace endcap
