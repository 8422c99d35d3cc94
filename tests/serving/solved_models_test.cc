#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/soon.h"
#include "endcap/models/item_item_model.h"
#include "endcap/serving/fit_snapshot.h"
#include "endcap/serving/live_shop.h"
#include "events/log_fixtures.h"
#include "serving/live_fixtures.h"

namespace endcap {
namespace {

const FitOptions kByHand = {
    .models = {"popularity", "sequential_rules", "ease", "slist", "slist/long"}};

// What the model says of one item to a visitor of another.
float told(const Snapshot& shop, const std::string& model, const Id& from, const Id& to) {
  const auto& solved = dynamic_cast<const ItemItemModel&>(*shop.blend.find(model));
  return solved.matrix().row(*shop.items.find(from)).at(*shop.items.find(to));
}

std::vector<std::string> behind(const Snapshot& shop) {
  std::vector<std::string> names;
  for (const auto& term : shop.blend.terms) {
    if (term.is_behind) names.push_back(term.name);
  }
  return names;
}

TEST(SolvedModelsTest, TheyStayAsTheyAreWhileOthersCount) {
  auto events = year_of_events(60);
  const auto before = fit_snapshot({Events::from_list(events), {}, {}}, kByHand);
  EXPECT_FALSE(before.blend.is_behind());
  for (int n = 0; n < 9; ++n) {  // of what stands before, between and behind the known items
    events.push_back({.user = "new", .item = n % 2 ? "tea1" : "apple", .kind = "view"});
    events.push_back({.user = "new", .item = n % 2 ? "ink7" : "marble", .kind = "view"});
    events.push_back({.user = "new", .item = "zebra", .kind = "view"});
  }
  for (auto& event : events) event.time_us = event.time_us.value_or(400 * kMicrosecondsPerDay);
  const auto all = Events::from_list(events);
  const auto later = refresh_snapshot({all, {}, {}}, before, {}, Solving::kLater);
  const auto whole = refresh_snapshot({all, {}, {}}, before);
  EXPECT_EQ(behind(later), (std::vector<std::string>{"ease", "slist", "slist/long"}));
  EXPECT_FALSE(whole.blend.is_behind());
  EXPECT_EQ(told(later, "sequential_rules", "tea1", "ink7"),
            told(whole, "sequential_rules", "tea1", "ink7"));
  for (const std::string model : {"ease", "slist", "slist/long"}) {
    for (std::int32_t i = 0; i < before.n_items(); ++i) {
      const Id item = before.items.id(i);
      EXPECT_EQ(told(later, model, item, "tea2"), told(before, model, item, "tea2")) << model;
      EXPECT_EQ(told(later, model, "ink3", item), told(before, model, "ink3", item)) << model;
    }
    EXPECT_EQ(told(later, model, "apple", "marble"), 0) << model;
    EXPECT_NE(told(whole, model, "apple", "marble"), 0) << model;
  }
  const auto followed = refresh_snapshot({all, {}, {}}, later);
  EXPECT_FALSE(followed.blend.is_behind());
  EXPECT_EQ(told(followed, "slist", "tea1", "ink7"), told(whole, "slist", "tea1", "ink7"));
}

// As of a folder that has lost its model files.
TEST(SolvedModelsTest, WhatIsNotThereIsSolvedAtOnce) {
  const auto all = Events::from_list(year_of_events(60));
  auto before = fit_snapshot({all, {}, {}}, kByHand);
  const float expected = told(before, "slist", "tea1", "tea2");
  for (auto& term : before.blend.terms) term.model = nullptr;
  const auto next = refresh_snapshot({all, {}, {}}, before, {}, Solving::kLater);
  EXPECT_FALSE(next.blend.is_behind());
  EXPECT_EQ(told(next, "slist", "tea1", "tea2"), expected);
}

#ifdef ENDCAP_HAS_SQLITE
class SolvedLaterTest : public testing::Test {
 protected:
  static constexpr double kFoldSeconds = 0.3;

  SolvedLaterTest() {
    std::vector<LoggedEvent> entries;
    for (const auto& event : year_of_events(60)) entries.push_back({event, ""});
    shop_.observe(entries, false);
    shop_.refit(kByHand);
  }
  // Whether it comes to be so of the present edition.
  template <class Is>
  [[nodiscard]] bool becomes(Is&& is) const {
    return soon([&] { return is(*shop_.now()); });
  }
  void tell_and_wait_until_behind() {
    const std::vector<LoggedEvent> news = {seen("ann", "apple"), seen("ann", "tea1"),
                                           seen("bob", "apple"), seen("bob", "tea1")};
    shop_.observe(news, false);
    ASSERT_TRUE(becomes([](const Edition& edition) { return edition.snapshot.blend.is_behind(); }));
    ASSERT_EQ(shop_.health().n_waiting, 0);
  }

  const TestFolder folder_;
  LiveShop shop_{folder_.path(), {.fold_seconds = kFoldSeconds}};
};

TEST_F(SolvedLaterTest, TheyFollowOnceItIsQuiet) {
  tell_and_wait_until_behind();
  EXPECT_NE(told(shop_.now()->snapshot, "sequential_rules", "apple", "tea1"), 0);
  ASSERT_TRUE(becomes([](const Edition& edition) { return !edition.snapshot.blend.is_behind(); }));
  EXPECT_NE(told(shop_.now()->snapshot, "slist", "apple", "tea1"), 0);
  EXPECT_TRUE(shop_.health().models_behind.empty());
  EXPECT_EQ(shop_.health().problem, "");
}

TEST_F(SolvedLaterTest, ARefreshAndWhatIsSavedAreWhole) {
  tell_and_wait_until_behind();
  shop_.refresh();
  EXPECT_FALSE(shop_.now()->snapshot.blend.is_behind());
  tell_and_wait_until_behind();
  const auto path = folder_.path() / "copy";
  shop_.save(path);
  EXPECT_NE(told(Snapshot::load(path), "slist", "apple", "tea1"), 0);
  EXPECT_FALSE(shop_.now()->snapshot.blend.is_behind());
  tell_and_wait_until_behind();
  shop_.close();
  EXPECT_FALSE(shop_.now()->snapshot.blend.is_behind());
}

TEST_F(SolvedLaterTest, NoModelStaysAsItIsWhenSomebodyIsForgotten) {
  tell_and_wait_until_behind();
  shop_.forget("bob");
  // Until the fold that follows, the overlay hides him.
  ASSERT_TRUE(becomes([](const Edition& edition) {
    const bool is_gone = !edition.overlay.has_forgotten();
    EXPECT_FALSE(is_gone && edition.snapshot.blend.is_behind());
    return is_gone;
  }));
  EXPECT_EQ(shop_.now()->snapshot.users.find("bob"), std::nullopt);
}

TEST_F(SolvedLaterTest, NorWhenTwoIdsTurnOutToBeOne) {
  shop_.merge("u1", "u2");
  ASSERT_TRUE(becomes([](const Edition& edition) {
    const bool is_joined = !edition.snapshot.people.links().empty();
    EXPECT_FALSE(is_joined && edition.snapshot.blend.is_behind());
    return is_joined;
  }));
}
#endif

}  // namespace
}  // namespace endcap
