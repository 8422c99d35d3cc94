#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "base/allocations.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/serving/check_files.h"
#include "endcap/serving/recommender.h"
#include "events/log_fixtures.h"
#include "serving/live_fixtures.h"
#include "serving/small_shop.h"
#include "storage/failing_calls.h"
#include "torture.h"

namespace endcap {
namespace {

using How = FailingCalls::How;

// What a visitor can see of a shop.
std::string state_of(const Recommender& shop) {
  std::ostringstream state;
  for (const auto& scenario : shop.scenarios()) {
    state << scenario << ' ' << version_of(shop.rules(scenario)) << '\n';
  }
  for (const Id user : {"an-1", "an-2", "new"}) {
    for (const auto& id : shop.ids_of(user)) state << to_string(id) << ' ';
    for (const auto& wish : shop.preferences(user)) state << to_string(wish.value) << ' ';
    try {
      for (const auto& event : shop.history(user)) {
        state << to_string(event.item) << ':' << event.kind << ' ';
      }
      for (const auto& pick :
           shop.recommend({.user = user, .k = 20, .repeats = Repeats::kInclude})) {
        state << to_string(pick.item) << '=' << pick.score << ' ';
      }
    } catch (const UnknownIdError&) {
      state << "unknown";
    }
    state << '\n';
  }
  return state.str();
}

// Something to do with a shop, under a failure that makes it impossible.
struct Deed {
  const char* name;
  std::function<void(Recommender&)> run;
};

const std::vector<Deed> kQuestions = {
    {"recommend",
     [](Recommender& shop) { (void)shop.recommend({.user = "an-1", .scenario = "home"}); }},
    {"page",
     [](Recommender& shop) {
       (void)shop.recommend_page({{.user = "an-1"}, {.session = {"sku-3"}}});
     }},
    {"many",
     [](Recommender& shop) {
       (void)shop.recommend_many({"an-1", "an-2"}, 5);
     }},
    {"why_not", [](Recommender& shop) { (void)shop.why_not({.user = "an-1", .k = 2}, "sku-12"); }},
    {"explain", [](Recommender& shop) { (void)shop.explain("an-1", "sku-4"); }},
    {"similar", [](Recommender& shop) { (void)shop.similar("sku-4"); }}};

// Told at once: those with an event_id count one by one, the others all or none.
const std::vector<LoggedEvent> kNews = {
    {{.user = "new", .item = "sku-4", .time_us = 0}},
    {{.user = "new", .item = "never seen before by any shop", .time_us = 1}},
    {{.user = "an-1", .item = "sku-5", .time_us = 2}}};

const std::vector<Deed> kTellings = {
    {"observe", [](Recommender& shop) { shop.observe("an-1", "sku-4", "view", {.time_us = 9}); }},
    {"observe a new visitor",
     [](Recommender& shop) { shop.observe("new", "sku-4", "cart", {.time_us = 9}); }},
    {"observe many", [](Recommender& shop) { shop.observe_many(kNews); }},
    {"observe a session",
     [](Recommender& shop) { shop.observe("new", "sku-4", "view", {.session_only = true}); }},
    {"prefer", [](Recommender& shop) { shop.prefer("an-1", {.value = "sku-7", .like = false}); }},
    {"merge", [](Recommender& shop) { shop.merge("new", "an-1"); }},
    {"withdraw", [](Recommender& shop) { shop.withdraw("an-2", "sku-7"); }},
    {"set_rules",
     [](Recommender& shop) { shop.set_rules("home", {.filter = "price > 2", .seed = 5}); }},
    {"remove_rules", [](Recommender& shop) { shop.remove_rules("plain"); }}};

class FailingShopTest : public testing::Test {
 protected:
  FailingShopTest() {
    auto snapshot = small_shop();
    snapshot.people.prefer("an-2", {.value = "sku-7", .like = false});
    snapshot.save(path_);
  }

  // Does it with every n-th allocation failing; whatever is reported leaves the shop as it was.
  template <class Open>
  void expect_all_or_nothing(const Deed& deed, Open&& open) {
    for (std::int64_t n = 1; !HasFailure(); n += 1 + n / repeats(16, 64)) {
      auto shop = open();
      const auto before = state_of(shop);
      bool is_reported = false;
      {
        const Allocations allocations(n);
        try {
          deed.run(shop);
        } catch (const std::bad_alloc&) {
          is_reported = true;
        }
        if (!allocations.reached()) return;
      }
      n_reported_ += is_reported ? 1 : 0;
      if (is_reported) {
        EXPECT_EQ(state_of(shop), before) << deed.name << ", allocation " << n;
      }
    }
  }

  const TestFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "shop.endcap";
  const std::filesystem::path saved_ = folder_.path() / "saved.endcap";
  int n_reported_ = 0;
};

TEST_F(FailingShopTest, AnAllocationThatFailsLeavesAShopInMemoryAsItWas) {
  auto deeds = kQuestions;
  deeds.insert(deeds.end(), kTellings.begin(), kTellings.end());
  deeds.push_back({"refresh", [](Recommender& shop) { shop.refresh({.threads = 1}); }});
  deeds.push_back({"save", [this](Recommender& shop) { shop.save(saved_); }});
  deeds.push_back({"load", [this](Recommender&) { (void)Recommender::load(path_); }});
  for (const auto& deed : deeds) {
    expect_all_or_nothing(deed, [&] { return Recommender::load(path_); });
  }
  EXPECT_GT(n_reported_, 300);
}

TEST_F(FailingShopTest, ACallThatFailsInSaveIsReportedAndTheOldFileStays) {
  auto shop = Recommender::load(path_);
  shop.save(saved_);
  const auto old = bytes_of(saved_);
  shop.set_rules("home", {.seed = 5});
  for (const int error : {EIO, ENOSPC}) {
    bool reached = true;
    for (int n = 1; reached; ++n) {
      try {
        const FailingCalls calls(n, How::kError, error);
        shop.save(saved_);
        reached = calls.reached();
        EXPECT_FALSE(reached) << "call " << n << " failed unseen";
      } catch (const std::system_error& failure) {
        EXPECT_EQ(failure.code().value(), error);
        if (bytes_of(saved_) != old) {  // only the folder was not synced
          EXPECT_EQ(Recommender::load(saved_).rules("home").seed, 5u) << "call " << n;
        }
      }
      Recommender::load(saved_).save(saved_);
    }
    EXPECT_EQ(Recommender::load(saved_).rules("home").seed, 5u);
    Recommender::load(path_).save(saved_);
  }
}

TEST_F(FailingShopTest, ASaveThatFailsFoldsNothing) {
  auto shop = Recommender::load(path_);
  shop.observe("an-1", "sku-4", "purchase", {.time_us = 9});
  const auto before = state_of(shop);
  EXPECT_THROW(shop.save(folder_.path() / "no such folder" / "shop.endcap"), std::system_error);
  EXPECT_EQ(state_of(shop), before);
  EXPECT_EQ(shop.health().n_waiting, 1);
  shop.save(saved_);
  EXPECT_EQ(shop.health().n_waiting, 0);
}

#ifdef ENDCAP_HAS_SQLITE
// A shop in a folder, without a thread that folds: what fails is what the test does.
constexpr const char* kLeaver = "customer-who-leaves";

class FailingFolderTest : public testing::Test {
 protected:
  FailingFolderTest() {
    auto shop = open(good_);
    std::vector<LoggedEvent> told;
    const auto log = small_log();
    for (std::int64_t e = 0; e < log.size(); ++e) told.push_back({log.event(e), std::to_string(e)});
    for (int e = 0; e < 4; ++e) {
      told.push_back({{.user = kLeaver, .item = "sku-" + std::to_string(e), .time_us = e}, ""});
    }
    shop.observe_many(told);
    shop.refit(
        {.models = {"popularity/28d", "rp3beta", "sequential_rules"}, .context = {.threads = 1}});
    shop.set_rules("home", small_rules());
    shop.set_rules("plain", {});
  }

  static Recommender open(const std::filesystem::path& folder) {
    OpenOptions options{.fold_seconds = 0, .context = {.threads = 1}};
    if (!std::filesystem::exists(folder)) options.catalog = small_catalog();
    return Recommender::open(folder, options);
  }

  std::filesystem::path fresh_copy() {
    auto path = folder_.path() / std::to_string(n_copies_++);
    std::filesystem::copy(good_, path);
    return path;
  }

  // What a shop promised while it lived.
  struct Promises {
    std::set<Id> durable;  // items that "buyer" bought
    bool is_forgotten = false;
    int n_failed = 0;
    std::string failed = {};  // the step that did
  };

  // Runs a step with its n-th allocation or call failing; returns how many there were.
  using Trouble = std::function<std::int64_t(std::int64_t n, const std::function<void()>& step)>;

  // Each step of a life may fail; then the shop is as it was and goes on answering. Returns how
  // many allocations or calls there were.
  std::int64_t live(const std::filesystem::path& path, const Trouble& trouble, std::int64_t n,
                    bool must_stay_as_it_was, Promises& promises) {
    std::int64_t n_seen = 0;
    const auto attempt = [&](const std::function<void()>& step) {
      bool is_done = false;
      n_seen += trouble(n - n_seen, [&] {
        step();
        is_done = true;
      });
      promises.n_failed += is_done ? 0 : 1;
      return is_done;
    };
    std::unique_ptr<Recommender> shop;
    while (!attempt([&] { shop = std::make_unique<Recommender>(open(path)); })) {
    }
    const auto step = [&](const Deed& deed) {
      const auto before = state_of(*shop);
      const bool is_done = attempt([&] { deed.run(*shop); });
      if (!is_done) promises.failed = deed.name;
      if (!is_done && must_stay_as_it_was) {
        EXPECT_EQ(state_of(*shop), before) << deed.name;
      }
      if (!is_done && !shop->health().writable) {
        EXPECT_NE(shop->health().problem, "") << deed.name;
        EXPECT_THROW(shop->observe("an-1", "sku-1"), std::system_error) << deed.name;
      }
      EXPECT_EQ(shop->recommend({.user = "an-1", .k = 3}).size(), 3u) << deed.name;
      return is_done;
    };
    const auto buy = [&](const std::string& item) {
      const ObserveOptions options{.time_us = 7, .event_id = item, .durable = true};
      if (step({"buy", [&](auto& s) { s.observe("buyer", item, "purchase", options); }})) {
        promises.durable.insert(item);
      }
    };
    buy("sku-1");
    buy("brand new");
    step({"view", [](auto& s) { s.observe("an-1", "sku-6", "view", {.time_us = 8}); }});
    step({"merge", [](auto& s) { s.merge("guest", "an-2"); }});
    step({"prefer", [](auto& s) { s.prefer("guest", {.value = "sku-7", .like = false}); }});
    step({"refresh", [](auto& s) { s.refresh({.threads = 1}); }});
    buy("sku-2");
    step({"withdraw", [](auto& s) { s.withdraw("guest", "sku-7"); }});
    promises.is_forgotten = step({"forget", [](auto& s) { s.forget(kLeaver); }});
    step({"unmerge", [](auto& s) { s.unmerge("guest", "an-2"); }});
    step({"set_rules", [](auto& s) { s.set_rules("home", {.seed = 5}); }});
    step({"refit", [](auto& s) { s.refit({.models = {"rp3beta"}, .context = {.threads = 1}}); }});
    buy("sku-3");
    step({"save", [this](auto& s) { s.save(folder_.path() / "saved.endcap"); }});
    attempt([&] { shop->close(); });
    return n_seen;
  }

  // Whatever failed, all that was promised is there, once, and model and log say the same.
  void expect_kept(const std::filesystem::path& path, const Promises& promises) {
    for (const auto& check : check_files(path)) {
      EXPECT_TRUE(check.problems.empty()) << check.path << ": " << check.problems[0];
    }
    if (promises.is_forgotten) {
      EXPECT_EQ(count_in_files(path, kLeaver), 0);
    }
    std::string bytes;
    {
      auto shop = open(path);
      std::vector<Id> bought;
      try {
        for (const auto& event : shop.history("buyer")) bought.push_back(event.item);
      } catch (const UnknownIdError&) {
        EXPECT_TRUE(promises.durable.empty());
      }
      for (const auto& item : promises.durable) {
        EXPECT_EQ(std::count(bought.begin(), bought.end(), item), 1) << to_string(item);
      }
      EXPECT_EQ(std::set<Id>(bought.begin(), bought.end()).size(), bought.size());
      bytes = bytes_of(shop);
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("model-") && name != "model-0.endcap") {
        std::filesystem::remove(entry.path());
      }
    }
    EXPECT_TRUE(bytes_of(open(path)) == bytes)
        << "the model is not what follows from the log; failed: " << promises.failed;
  }

  void live_with(const Trouble& trouble, const std::string& what, bool must_stay_as_it_was,
                 int fewest) {
    int n_failed = 0;
    bool is_reached = true;
    for (std::int64_t n = 1; is_reached && !HasFailure(); n += 1 + n / repeats(16, 100'000)) {
      SCOPED_TRACE(what + " " + std::to_string(n));
      const auto path = fresh_copy();
      Promises promises;
      is_reached = live(path, trouble, n, must_stay_as_it_was, promises) >= n;
      n_failed += promises.n_failed;
      expect_kept(path, promises);
      std::filesystem::remove_all(path);
    }
    EXPECT_GE(n_failed, fewest);
  }

  const TestFolder folder_;
  const std::filesystem::path good_ = folder_.path() / "good";
  int n_copies_ = 0;
};

// What fails is reported by an exception, whatever it is.
void attempt(const std::function<void()>& step) {
  try {
    step();
  } catch (const std::exception&) {
    return;
  }
}

TEST_F(FailingFolderTest, NoFailingAllocationBreaksAPromise) {
  const Trouble trouble = [](std::int64_t n, const auto& step) {
    const Allocations allocations(n);
    attempt(step);
    return Allocations::count();
  };
  live_with(trouble, "allocation", true, 10);
}

TEST_F(FailingFolderTest, NoFailingCallBreaksAPromise) {
  const auto trouble = [](How how, int error) -> Trouble {
    return [=](std::int64_t n, const auto& step) {
      const FailingCalls calls(static_cast<int>(n), how, error);
      attempt(step);
      return std::ssize(FailingCalls::names());
    };
  };
  live_with(trouble(How::kError, EIO), "EIO in call", false, 10);
  live_with(trouble(How::kError, ENOSPC), "ENOSPC in call", false, 10);
  live_with(trouble(How::kShort, 0), "half of call", false, 0);
}

TEST_F(FailingFolderTest, NoModelContradictsAChoiceThatWasKeptInPart) {
  bool is_reached = true;
  int n_failed = 0;
  for (int n = 1; is_reached; ++n) {
    const auto path = fresh_copy();
    {
      auto shop = open(path);
      {
        const FailingCalls calls(n, How::kError, EIO);
        try {
          shop.refit({.models = {"rp3beta"}, .context = {.threads = 1}});
        } catch (const std::system_error&) {
          ++n_failed;
        }
        is_reached = calls.reached();
      }
      shop.observe("an-1", "sku-6", "view", {.time_us = 8});
      shop.refresh({.threads = 1});
      shop.close();  // keeps a model, if it may
    }
    SCOPED_TRACE("call " + std::to_string(n));
    expect_kept(path, {});
  }
  EXPECT_GT(n_failed, 3);
}
#endif

}  // namespace
}  // namespace endcap
