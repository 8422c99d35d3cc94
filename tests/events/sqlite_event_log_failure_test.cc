#ifdef ENDCAP_HAS_SQLITE
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <memory>
#include <set>
#include <system_error>

#include "base/allocations.h"
#include "endcap/base/random.h"
#include "endcap/events/sqlite_event_log.h"
#include "events/failing_vfs.h"
#include "events/log_fixtures.h"
#include "storage/failing_calls.h"
#include "torture.h"

namespace endcap {
namespace {

std::string id_of(int i) { return "event-" + std::to_string(i); }

// A day in the life of a log; tells in `durable` and `gone` what has been promised.
void live(EventLog& log, std::set<std::string>& durable, bool& gone) {
  for (int batch = 0; batch < 7; ++batch) {
    std::vector<LoggedEvent> events;
    for (int i = 0; i < 20; ++i) {
      const int number = batch * 20 + i;
      events.push_back(
          seen(number % 20 == 7 && batch < 3 ? "leaver" : "an", number, id_of(number)));
    }
    log.append(events, true);
    for (const auto& entry : events) {
      if (entry.event.user == Id("an")) durable.insert(entry.event_id);
    }
    if (batch == 3) {
      log.erase_user("leaver");
      gone = true;
    }
    if (batch == 4) log.set_note("rules", "in_stock");
    if (batch == 5) log.compact();
  }
  log.close();
}

TEST(SqliteEventLogFailureTest, NoFailingWriteOrSyncLosesWhatWasPromised) {
  const TestFolder folder;
  FailingVfs disk;
  int n_reported = 0;
  bool reached = true;
  for (int n = 1; reached; ++n) {
    const auto file = folder.path() / std::to_string(n);
    std::set<std::string> durable;
    bool gone = false;
    {
      const auto log = SqliteEventLog::open(file);
      disk.fail_at(n);
      try {
        live(*log, durable, gone);
      } catch (const std::system_error&) {
        ++n_reported;
        EXPECT_FALSE(log->health().writable);
        EXPECT_NE(log->health().problem, "");
        EXPECT_THROW(log->append(std::vector{seen("an", 1)}, false), std::system_error);
        check_kept(*log, durable);
      }
      reached = disk.has_failed();
    }
    disk.fail_at(1 << 30);
    const auto log = SqliteEventLog::open(file);
    check_kept(*log, durable);
    EXPECT_TRUE(!gone || log->events_of("leaver").empty());
    EXPECT_EQ(log->append(std::vector{seen("an", 1)}, true), 1);
  }
  EXPECT_GT(n_reported, 30);
}

TEST(SqliteEventLogFailureTest, AFailureWhileOpeningLeavesALogThatCanBeOpened) {
  const TestFolder folder;
  FailingVfs disk;
  bool reached = true;
  for (int n = 1; reached; ++n) {
    const auto file = folder.path() / std::to_string(n);
    disk.fail_at(n);
    try {
      (void)SqliteEventLog::open(file);
    } catch (const std::system_error&) {
    }
    reached = disk.has_failed();
    disk.fail_at(1 << 30);
    EXPECT_EQ(SqliteEventLog::open(file)->append(std::vector{seen("an", 1)}, true), 1);
  }
}

// Appends until it is killed; writes the number of each batch that is durable to the pipe.
[[noreturn]] void append_until_killed(const std::filesystem::path& file, int first, int out) {
  const auto log = SqliteEventLog::open(file);
  for (int batch = first;; ++batch) {
    std::vector<LoggedEvent> events;
    for (int i = 0; i <= batch % 50; ++i) {
      events.push_back(seen(i % 7, batch, std::to_string(batch) + "-" + std::to_string(i)));
    }
    if (batch % 3 == 0) log->append(events, false);
    log->append(events, true);
    if (::write(out, &batch, sizeof batch) != sizeof batch) ::_exit(1);
  }
}

TEST(SqliteEventLogFailureTest, KillingTheProcessLosesNothingDurable) {
  const int n_cycles = repeats(150, 1'000);
  const TestFolder folder;
  const auto file = folder.path() / "events.db";
  Random random(11);
  std::set<std::string> durable;
  int next = 0;
  for (int cycle = 0; cycle < n_cycles; ++cycle) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) append_until_killed(file, next, ends[1]);
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(5'000 + random.below(40'000)));
    ::kill(child, SIGKILL);
    for (int batch = 0; ::read(ends[0], &batch, sizeof batch) == sizeof batch; next = batch + 1) {
      for (int i = 0; i <= batch % 50; ++i) {
        durable.insert(std::to_string(batch) + "-" + std::to_string(i));
      }
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    check_kept(*SqliteEventLog::open(file), durable);
  }
  EXPECT_GT(durable.size(), 0u);
}

// Lives with one failure of any kind on the way; what was promised is there after it.
template <class Failure>
void live_with(const Failure& failure, const char* what) {
  const TestFolder folder;
  bool reached = true;
  for (int n = 1; reached; n += 1 + n / repeats(8, 40)) {
    const auto file = folder.path() / std::to_string(n);
    std::set<std::string> durable;
    bool gone = false;
    {
      const auto failing = failure(n);
      try {
        const auto log = SqliteEventLog::open(file);
        live(*log, durable, gone);
      } catch (const std::exception&) {
        // reported; what had been promised before is checked below
      }
      reached = failing->reached();
    }
    const auto log = SqliteEventLog::open(file);
    check_kept(*log, durable);
    EXPECT_TRUE(!gone || log->events_of("leaver").empty());
    ASSERT_FALSE(testing::Test::HasFailure()) << what << " " << n;
  }
}

TEST(SqliteEventLogFailureTest, NoFailingSystemCallLosesWhatWasPromised) {
  using How = FailingCalls::How;
  live_with([](int n) { return std::make_unique<FailingCalls>(n, How::kError, EIO); }, "EIO");
  live_with([](int n) { return std::make_unique<FailingCalls>(n, How::kError, ENOSPC); }, "ENOSPC");
  live_with([](int n) { return std::make_unique<FailingCalls>(n, How::kShort); }, "short");
}

TEST(SqliteEventLogFailureTest, NoFailingAllocationLosesWhatWasPromised) {
  live_with([](int n) { return std::make_unique<Allocations>(n); }, "allocation");
}

}  // namespace
}  // namespace endcap
#endif
