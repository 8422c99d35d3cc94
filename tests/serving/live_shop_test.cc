#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "endcap/serving/recommender.h"
#include "serving/live_fixtures.h"

namespace endcap {
namespace {

const std::vector<std::string> kModels = {"popularity/28d", "rp3beta", "sequential_rules",
                                          "repeat_purchase"};

TEST(LiveShopTest, AFitLikeAnotherTakesItsModelsAndWeights) {
  const auto events = Events::from_list(year_of_events(60));
  const auto shop = Recommender::fit(events);
  const auto twin = Recommender::fit(events, {}, {.like = &shop});
  EXPECT_EQ(bytes_of(twin), bytes_of(shop));
}

TEST(LiveShopTest, ModelsPickedByHandAreAllThere) {
  const auto shop =
      Recommender::fit(Events::from_list(year_of_events(60)), {}, {.models = kModels});
  std::vector<std::string> names;
  for (const auto& model : shop.models()) names.push_back(model.name);
  names.pop_back();  // what completes a basket
  EXPECT_EQ(names, kModels);
}

TEST(LiveShopTest, ARefreshIsAFitOfAllEventsForAnyOrderOfArrival) {
  const auto events = year_of_events(60);
  const auto all = Events::from_list(events);
  for (const std::uint64_t seed : {1, 2, 3}) {
    auto later = year_of_events(60);
    shuffle(later, seed);
    const std::vector<Event> first(later.begin(), later.begin() + 300);
    later.erase(later.begin(), later.begin() + 300);
    auto shop = Recommender::fit(Events::from_list(first), {}, {.models = kModels});
    for (const auto& event : later) {
      shop.observe(event.user, event.item, event.kind, {.time_us = event.time_us});
      if (&event == &later[50]) shop.refresh();
    }
    shop.refresh({.threads = static_cast<int>(seed)});
    EXPECT_EQ(bytes_of(shop), bytes_of(Recommender::fit(all, {}, {.like = &shop})));
    EXPECT_EQ(shop.n_events(), 60 * 7);
  }
}

// Late events with old times, several at one time, deliveries that come again, merges on the way.
TEST(LiveShopTest, AnyOrderOfArrivalGivesTheBytesOfAFit) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    auto events = year_of_events(40, seed);
    for (std::size_t e = 0; e + 3 < events.size(); e += 5)
      events[e].time_us = events[e + 3].time_us;
    std::vector<LoggedEvent> arrivals;
    for (std::size_t e = 0; e < events.size(); ++e)
      arrivals.push_back({events[e], std::to_string(e)});
    for (std::size_t e = 0; e < events.size(); e += 3) arrivals.push_back(arrivals[e]);
    shuffle(arrivals, seed);
    auto shop =
        Recommender::fit(Events::from_list({arrivals[0].event}), {}, {.models = kCountingModels});
    for (std::size_t a = 1; a < arrivals.size(); ++a) {
      if (arrivals[a].event_id == arrivals[0].event_id) continue;  // the fit had it
      shop.observe_many({&arrivals[a], 1});
      if (a % 97 == 0) shop.refresh({.threads = static_cast<int>(a % 3) + 1});
      if (a == 150) shop.merge("u3", "u5");
    }
    const auto all = Events::from_list(events);
    for (const int threads : {1, 2, 4}) {
      const auto fitted =
          Recommender::fit(all, {}, {.like = &shop, .context = {.threads = threads}});
      ASSERT_EQ(bytes_of(shop), bytes_of(fitted)) << seed;
    }
  }
}

TEST(LiveShopTest, PlacesInALogWithoutTimesGoOn) {
  auto shop =
      Recommender::fit(Events::from_sequences({{1, 2, 3}, {2, 3, 1}}), {}, {.models = {"rp3beta"}});
  shop.observe(0, 1);
  shop.observe(1, 2);
  shop.refresh();
  const auto all = Events::from_sequences({{1, 2, 3, 1}, {2, 3, 1, 2}});
  EXPECT_EQ(bytes_of(shop), bytes_of(Recommender::fit(all, {}, {.like = &shop})));
}

TEST(LiveShopTest, SetsKeepTheirQuantities) {
  EventColumns cells;
  cells.order = Order::kNone;
  cells.users = Vocabulary(std::vector<std::int64_t>{0, 1});
  cells.items = Vocabulary(std::vector<std::int64_t>{0, 1, 2, 3});
  cells.user = {0, 0, 0, 1, 1};
  cells.item = {0, 1, 2, 0, 1};
  cells.kind = {0, 0, 2, 0, 2};
  cells.quantity = {4, 1, 2, 3, 1};
  auto shop = Recommender::fit(Events(cells), {}, {.models = {"rp3beta"}});
  shop.observe(1, 0);  // already there
  shop.observe(1, 3, "purchase");
  shop.refresh();
  cells.user.push_back(1);
  cells.item.push_back(3);
  cells.kind.push_back(2);
  cells.quantity.push_back(1);
  const Events all(cells);
  EXPECT_EQ(bytes_of(shop), bytes_of(Recommender::fit(all, {}, {.like = &shop})));
}

// Visits of two or three events whose ids are texts or numbers; some events are in none.
std::vector<Event> year_of_visits(std::uint64_t seed, bool has_times) {
  Random random(seed);
  auto events = year_of_events(30, seed);
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.user, a.time_us) < std::tie(b.user, b.time_us);
  });
  std::int64_t visit = 0;
  for (auto& event : events) {
    if (random.below(3) == 0) ++visit;
    if (!has_times) event.time_us.reset();
    if (random.below(9) == 0) continue;
    event.session = visit % 2 == 0 ? Id(visit) : Id("visit " + std::to_string(visit));
  }
  return events;
}

TEST(LiveShopTest, SessionsStayTogetherInAnyOrderOfArrival) {
  const std::vector<std::string> models = {"rp3beta", "sequential_rules", "next_basket",
                                           "bought_together"};
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    auto events = year_of_visits(seed, true);
    const auto all = Events::from_list(events);
    shuffle(events, seed);
    const std::vector<Event> first(events.begin(), events.begin() + 100);
    events.erase(events.begin(), events.begin() + 100);
    auto shop = Recommender::fit(Events::from_list(first), {}, {.models = models});
    for (const auto& event : events) {
      const LoggedEvent told{event, ""};
      shop.observe_many({&told, 1});
      if (&event - events.data() == 40) shop.refresh();
      if (&event - events.data() == 80) shop.merge("u3", "u5");
    }
    EXPECT_EQ(bytes_of(shop), bytes_of(Recommender::fit(all, {}, {.like = &shop}))) << seed;
    shop.unmerge("u3", "u5");
    EXPECT_EQ(bytes_of(shop), bytes_of(Recommender::fit(all, {}, {.like = &shop}))) << seed;
  }
}

TEST(LiveShopTest, SessionsGoOnWhereThereAreNoTimes) {
  const auto events = year_of_visits(5, false);
  auto shop = Recommender::fit(Events::from_list({events.begin(), events.begin() + 50}), {},
                               {.models = {"next_basket", "bought_together"}});
  for (std::size_t e = 50; e < events.size(); ++e) {
    const LoggedEvent told{events[e], ""};
    shop.observe_many({&told, 1});
    if (e % 50 == 0) shop.refresh();
  }
  shop.refresh();
  const auto all = Recommender::fit(Events::from_list(events), {}, {.like = &shop});
  for (std::int32_t i = 0; i < all.items().size(); ++i) {
    const auto expected = all.bought_together({all.items().id(i)}, 20);
    const auto found = shop.bought_together({all.items().id(i)}, 20);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t k = 0; k < found.size(); ++k) {
      EXPECT_EQ(found[k].item, expected[k].item);
      EXPECT_EQ(found[k].score, expected[k].score);
    }
  }
}

// A visit that only a dislike names is none, before a fold and after.
TEST(LiveShopTest, SessionsOfDislikesAloneMakeNoBaskets) {
  auto events = year_of_events(20);
  for (auto& event : events) {
    if (event.kind == "dismiss") event.session = "visit";
  }
  auto shop = Recommender::fit(Events::from_list(events), {}, {.models = {"next_basket"}});
  const auto before = bytes_of(shop);
  shop.observe("u1", "tea1", "view", {.time_us = 1});
  shop.refresh();
  events.push_back({.user = "u1", .item = "tea1", .time_us = 1});
  const auto all = Recommender::fit(Events::from_list(events), {}, {.like = &shop});
  EXPECT_EQ(bytes_of(shop), bytes_of(all));
  EXPECT_NE(bytes_of(shop), before);
}

TEST(LiveShopTest, ATrainedModelWaitsForTheNextFit) {
  auto shop =
      Recommender::fit(Events::from_list(year_of_events(40)), {}, {.models = {"sequence_factors"}});
  const auto before = shop.next({"tea1", "tea2"}, 5);
  shop.observe("u0", "tea3", "view", {.time_us = 1});
  shop.refresh();
  const auto after = shop.next({"tea1", "tea2"}, 5);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].score, before[i].score);
}

TEST(LiveShopTest, WeightsAreSetByHand) {
  auto shop = Recommender::fit(Events::from_list(year_of_events(40)), {},
                               {.models = {"popularity", "rp3beta"}});
  const auto learned = shop.models();
  shop.observe("guest", "tea1", "view", {.time_us = 400 * kMicrosecondsPerDay});
  shop.set_weights({{.name = "rp3beta", .explore = 2.0f, .include = 0.0f}});
  const auto by_hand = shop.models();
  EXPECT_EQ(by_hand[1].weight_explore, 2);
  EXPECT_EQ(by_hand[1].weight_include, 0);
  EXPECT_EQ(by_hand[1].weight_explore_first_visit, learned[1].weight_explore_first_visit);
  EXPECT_EQ(by_hand[0].weight_explore, learned[0].weight_explore);

  // Twice the weight, twice the part; and nothing was lost on the way.
  const auto part = [&] {
    double sum = 0;
    for (const auto& reason : shop.explain("u0", "tea8").reasons) sum += reason.value;
    return sum;
  };
  const double once = part();
  shop.set_weights({{.name = "rp3beta", .explore = 4.0f}});
  EXPECT_NEAR(part(), 2 * once, 1e-5 * once);
  EXPECT_GT(once, 0);
  EXPECT_EQ(shop.history("guest").size(), 1);
  EXPECT_TRUE(std::isnan(shop.recommend({.user = "u0", .k = 1}).picks[0].probability));

  shop.observe("guest", "tea2", "view", {.time_us = 401 * kMicrosecondsPerDay});
  shop.refresh();
  EXPECT_EQ(shop.models()[1].weight_explore, 4);
  const auto before = bytes_of(shop);
  EXPECT_THROW(shop.set_weights({{.name = "ease", .explore = 1.0f}}), std::invalid_argument);
  EXPECT_THROW(shop.set_weights({{.name = "rp3beta", .explore = NAN}}), std::invalid_argument);
  EXPECT_EQ(bytes_of(shop), before);
}

TEST(LiveShopTest, QuestionsNewsAndRefreshesGoOnTogether) {
  auto shop = Recommender::fit(Events::from_list(year_of_events(30)), {}, {.models = kModels});
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    while (!done) {
      if (shop.recommend({.user = "u1", .k = 5}).size() != 5) ++wrong;
      if (shop.recommend_many({"u2", "u3"}, 3).counts[1] != 3) ++wrong;
      (void)shop.history("u4");
      (void)shop.items();
    }
  });
  threads.emplace_back([&] {
    for (int n = 0; !done; ++n) {
      shop.observe("u" + std::to_string(n % 40), "tea1", "view", {.time_us = n});
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (int n = 0; n < 10; ++n) shop.refresh();
  done = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace endcap
