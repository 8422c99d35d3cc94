#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/serving/recommender.h"

namespace endcap {
namespace {

// Customers who stay within their circle's nine items; now and then they dismiss one.
std::vector<Event> year_of_events(int users, std::uint64_t seed = 5) {
  Random random(seed);
  std::vector<Event> events;
  for (int user = 0; user < users; ++user) {
    const std::string circle = user % 2 == 0 ? "tea" : "ink";
    for (int step = 0; step < 8; ++step) {
      const auto day = static_cast<std::int64_t>(random.below(300));
      events.push_back({.user = "u" + std::to_string(user),
                        .item = circle + std::to_string(random.below(9)),
                        .kind = step == 7       ? "dismiss"
                                : step % 2 == 0 ? "view"
                                                : "purchase",
                        .time_us = day * kMicrosecondsPerDay + std::int64_t{user} * 1'000 + step});
    }
  }
  return events;
}

void shuffle(std::vector<Event>& events, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t n = events.size(); n > 1; --n) std::swap(events[n - 1], events[random.below(n)]);
}

std::string bytes_of(const Recommender& shop) {
  static std::atomic<int> n{0};
  const auto path = std::filesystem::temp_directory_path() /
                    ("endcap_live_shop_" + std::to_string(n++) + "_" + std::to_string(getpid()));
  shop.save(path);
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(path);
  return bytes;
}

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
      shop.observe(event.user, event.item, event.kind, event.time_us);
      if (&event == &later[50]) shop.refresh();
    }
    shop.refresh({.threads = static_cast<int>(seed)});
    EXPECT_EQ(bytes_of(shop), bytes_of(Recommender::fit(all, {}, {.like = &shop})));
    EXPECT_EQ(shop.n_events(), 60 * 7);
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

TEST(LiveShopTest, SessionsStayTogether) {
  auto events = year_of_events(20);
  for (std::size_t e = 0; e < events.size(); ++e) {
    events[e].session = static_cast<std::int64_t>(e / 3);
  }
  auto shop = Recommender::fit(Events::from_list(events), {}, {.models = {"rp3beta"}});
  const auto before = bytes_of(shop);
  shop.refresh();
  EXPECT_EQ(bytes_of(shop), before);
}

TEST(LiveShopTest, ATrainedModelWaitsForTheNextFit) {
  auto shop =
      Recommender::fit(Events::from_list(year_of_events(40)), {}, {.models = {"sequence_factors"}});
  const auto before = shop.next({"tea1", "tea2"}, 5);
  shop.observe("u0", "tea3", "view", 1);
  shop.refresh();
  const auto after = shop.next({"tea1", "tea2"}, 5);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].score, before[i].score);
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
      shop.observe("u" + std::to_string(n % 40), "tea1", "view", n);
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
