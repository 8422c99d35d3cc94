#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "endcap/serving/recommender.h"
#include "events/log_fixtures.h"
#include "serving/small_shop.h"
#include "torture.h"

namespace endcap {
namespace {

// What a shop may be asked to do, by the number of the time that it is.
struct Deed {
  std::string name;
  std::function<void(int n)> run;
};

// Two threads and one shop, for every pair of deeds: meant for ThreadSanitizer, which needs no
// suppressions here. The answers must be whole.
TEST(ShopRaceTest, AnyTwoThingsMayBeDoneAtOnce) {
  const TestFolder folder;
  const auto path = folder.path() / "shop.endcap";
  small_shop().save(path);
  auto shop = Recommender::load(path);
  std::atomic<int> wrong{0};
  const std::vector<Deed> deeds = {
      {"recommend",
       [&](int n) {
         if (shop.recommend({.user = "an-1", .k = 3}).size() != 3) ++wrong;
         const auto list = shop.recommend({.user = "an-2", .k = 3, .scenario = "home"});
         if (n % 4 == 0 && shop.replay(list.id).size() != list.size()) ++wrong;
         if (n % 4 == 1) (void)shop.why_not({.user = "an-1"}, "sku-7");
         if (n % 4 == 2) (void)shop.similar("sku-4");
         if (n % 4 == 3) (void)shop.recommend_many({"an-1", "an-2"}, 3);
       }},
      {"observe",
       [&](int n) {
         shop.observe("an-" + std::to_string(n % 12), "sku-" + std::to_string(n % 13), "view");
         if (shop.history("an-1").empty()) ++wrong;
       }},
      {"publish", [&](int) { shop.refresh({.threads = 1}); }},
      {"save", [&](int) { shop.save(folder.path() / "saved.endcap"); }},
      {"load",
       [&](int) {
         if (Recommender::load(path).items().size() != 13) ++wrong;
       }},
      {"change rules", [&](int n) {
         auto rules = small_rules();
         rules.seed = static_cast<std::uint64_t>(n);
         shop.set_rules("home", rules);
         if (n % 3 == 0) {
           shop.set_rules("other", rules);
           shop.remove_rules("other");
         }
         (void)shop.rules("home");
       }}};
  const int n_times = repeats(6, 200);
  for (std::size_t a = 0; a < deeds.size(); ++a) {
    for (std::size_t b = a; b < deeds.size(); ++b) {
      if (a == b && deeds[a].name == "change rules") continue;  // "other" can be removed once
      std::thread other([&] {
        for (int n = 0; n < n_times; ++n) deeds[b].run(n);
      });
      for (int n = 0; n < n_times; ++n) deeds[a].run(n);
      other.join();
      EXPECT_EQ(wrong, 0) << deeds[a].name << " beside " << deeds[b].name;
    }
  }
}

}  // namespace
}  // namespace endcap
