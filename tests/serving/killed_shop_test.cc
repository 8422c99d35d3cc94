#ifdef ENDCAP_HAS_SQLITE
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/events/sqlite_event_log.h"
#include "endcap/serving/check_files.h"
#include "endcap/serving/recommender.h"
#include "events/log_fixtures.h"
#include "torture.h"

namespace endcap {
namespace {

constexpr std::int64_t kUsers = 40;

// Lives until it is killed; writes the number of each event that is durable to the pipe.
[[noreturn]] void live_until_killed(const std::filesystem::path& folder, std::int64_t first,
                                    int out) {
  auto shop = Recommender::open(folder, {.fold_seconds = 0.005});
  for (std::int64_t n = first;; ++n) {
    const auto id = std::to_string(n);
    const ObserveOptions options{.time_us = n, .event_id = id, .durable = n % 4 == 0};
    shop.observe("u" + std::to_string(n % kUsers), "i" + std::to_string(n % 9), "view", options);
    shop.observe("u" + std::to_string(n % kUsers), "again", "view", options);  // told twice
    if (n % 100 == 50) shop.set_rules("home", {.seed = static_cast<std::uint64_t>(n)});
    if (n % 300 == 200) shop.refit({.models = {"rp3beta"}, .context = {.threads = 1}});
    if (options.durable && ::write(out, &n, sizeof n) != sizeof n) ::_exit(1);
  }
}

TEST(KilledShopTest, KillingTheProcessLosesNothingDurableAndDoublesNothing) {
  const TestFolder folder;
  const auto path = folder.path() / "shop";
  Random random(17);
  std::int64_t n_durable = 0;  // events below this one are durable
  for (int cycle = 0; cycle < repeats(25, 1'000) && !HasFailure(); ++cycle) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) live_until_killed(path, n_durable, ends[1]);
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(5'000 + random.below(60'000)));
    ::kill(child, SIGKILL);
    for (std::int64_t n = 0; ::read(ends[0], &n, sizeof n) == sizeof n;) n_durable = n + 1;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";

    for (const auto& check : check_files(path)) {
      EXPECT_TRUE(check.problems.empty()) << check.path << ": " << check.problems[0];
    }
    std::set<std::string> durable;
    for (std::int64_t n = 0; n < n_durable; ++n) durable.insert(std::to_string(n));
    std::size_t n_kept = 0;
    if (std::filesystem::exists(path / "events.db")) {
      n_kept = check_kept(*SqliteEventLog::open(path / "events.db"), durable).size();
    }
    const auto shop = Recommender::open(path, {.fold_seconds = 0});
    std::size_t n_known = 0;
    for (std::int64_t user = 0; user < std::min<std::int64_t>(kUsers, n_durable); ++user) {
      n_known += shop.history("u" + std::to_string(user)).size();
    }
    if (n_durable >= kUsers) {
      EXPECT_EQ(n_known, n_kept) << "model and log";
    }
    EXPECT_TRUE(shop.health().writable);
    n_durable = std::max(n_durable, static_cast<std::int64_t>(n_kept));
  }
  EXPECT_GT(n_durable, 0);
}

}  // namespace
}  // namespace endcap
#endif
