#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <set>
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
struct Act {
  std::string name;
  std::function<void(int n)> run;
};

// Two threads and one shop, for every pair of deeds: meant for ThreadSanitizer, which needs no
// suppressions here. The answers must be whole.
class ShopRaceTest : public testing::Test {
 protected:
  ShopRaceTest() { small_shop().save(path_); }

  std::vector<Act> deeds(Recommender& shop) {
    return {{"recommend", [&](int n) { ask(shop, n); }},
            {"observe",
             [&](int n) {
               // Some items only: who has had all of them gets no list.
               shop.observe("an-" + std::to_string(n % 12), "sku-" + std::to_string(n % 5));
               if (shop.history("an-1").empty()) ++wrong_;
             }},
            {"publish", [&](int) { shop.refresh({.threads = 1}); }},
            {"save", [&](int) { shop.save(folder_.path() / "saved.endcap"); }},
            {"load",
             [this](int) {
               if (Recommender::load(path_).items().size() != 13) ++wrong_;
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
  }

  void ask(Recommender& shop, int n) {
    if (shop.recommend({.user = "an-1", .k = 3}).size() != 3) ++wrong_;
    const auto list = shop.recommend({.user = "an-2", .k = 3, .scenario = "home"});
    if (n % 4 == 0 && shop.replay(list.id).size() != list.size()) ++wrong_;
    if (n % 4 == 1) (void)shop.why_not({.user = "an-1"}, "sku-7");
    if (n % 4 == 2) (void)shop.similar("sku-4");
    if (n % 4 == 3) (void)shop.recommend_many({"an-1", "an-2"}, 3);
  }

  void do_all_pairs(const std::vector<Act>& deeds, const std::set<std::string>& one_at_a_time) {
    const int n_times = repeats(6, 200);
    for (std::size_t a = 0; a < deeds.size(); ++a) {
      for (std::size_t b = a; b < deeds.size(); ++b) {
        if (a == b && one_at_a_time.contains(deeds[a].name)) continue;
        std::thread other([&] {
          for (int n = 0; n < n_times; ++n) deeds[b].run(n);
        });
        for (int n = 0; n < n_times; ++n) deeds[a].run(n);
        other.join();
        EXPECT_EQ(wrong_, 0) << deeds[a].name << " beside " << deeds[b].name;
      }
    }
  }

  const TestFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "shop.endcap";
  std::atomic<int> wrong_{0};
};

TEST_F(ShopRaceTest, AnyTwoThingsMayBeDoneAtOnce) {
  auto shop = Recommender::load(path_);
  do_all_pairs(deeds(shop), {"change rules"});  // "other" can be removed once
}

#ifdef ENDCAP_HAS_SQLITE
// The same in a folder, beside the shop's own thread, which folds all the time.
TEST_F(ShopRaceTest, AnyTwoThingsMayBeDoneToAnOpenShop) {
  auto shop = Recommender::open(folder_.path() / "shop",
                                {.catalog = small_catalog(), .fold_seconds = 0.001});
  shop.observe_many(small_log());
  shop.refit({.models = {"popularity", "rp3beta"}, .context = {.threads = 1}});
  shop.set_rules("home", small_rules());
  auto all = deeds(shop);
  all.push_back({"tell durably", [&](int n) {
                   shop.observe("buyer", "new-" + std::to_string(n), "cart", {.durable = true});
                   shop.flush();
                   if (!shop.health().writable) ++wrong_;
                 }});
  all.push_back({"forget", [&](int n) {
                   const auto leaver = "leaver-" + std::to_string(n);
                   shop.observe(leaver, "sku-1");
                   if (shop.forget(leaver).n_events != 1) ++wrong_;
                 }});
  all.push_back({"declare", [&](int n) {
                   const auto guest = "guest-" + std::to_string(n);
                   shop.merge(guest, "an-3");
                   shop.prefer(guest, {.value = "sku-7", .like = n % 2 == 0});
                   if (shop.preferences("an-3").empty()) ++wrong_;
                   shop.withdraw(guest, "sku-7");
                   shop.unmerge(guest, "an-3");
                 }});
  do_all_pairs(all, {"change rules", "forget", "declare"});
  shop.close();
  EXPECT_EQ(Recommender::open(folder_.path() / "shop").ids_of("an-3").size(), 1u);
}
#endif

}  // namespace
}  // namespace endcap
