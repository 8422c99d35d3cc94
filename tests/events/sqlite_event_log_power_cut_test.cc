#ifdef ENDCAP_HAS_SQLITE
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "endcap/base/random.h"
#include "endcap/events/sqlite_event_log.h"
#include "events/failing_vfs.h"
#include "events/log_fixtures.h"
#include "torture.h"

namespace endcap {
namespace {

using Call = FailingVfs::Call;
using Disk = std::map<std::filesystem::path, std::string>;  // what stands in each file
constexpr std::size_t kSector = 512;

void apply(const Call& call, std::string& bytes) {
  if (call.what == Call::What::kTruncate) bytes.resize(call.at);
  if (call.what != Call::What::kWrite) return;
  bytes.resize(std::max(bytes.size(), call.at + call.bytes.size()));
  bytes.replace(call.at, call.bytes.size(), call.bytes);
}

// A write of which each sector has reached the disk or not, by chance; truncations likewise.
void apply_by_chance(const Call& call, std::string& bytes, Random& random) {
  if (call.what == Call::What::kTruncate && random.below(2) == 0) apply(call, bytes);
  for (std::size_t at = 0; at < call.bytes.size(); at += kSector) {
    if (random.below(2) == 0) continue;
    apply({.what = call.what,
           .file = {},
           .at = call.at + at,
           .bytes = call.bytes.substr(at, kSector)},
          bytes);
  }
}

// What a power cut after `n` calls leaves: all that was synced, and any of the rest.
Disk cut_after(std::size_t n, Disk disk, std::span<const Call> calls, Random& random) {
  std::map<std::filesystem::path, std::size_t> synced;  // calls that a later sync has covered
  for (std::size_t i = 0; i < n; ++i) {
    if (calls[i].what == Call::What::kSync) synced[calls[i].file] = i;
  }
  for (std::size_t i = 0; i < n; ++i) {
    auto& bytes = disk[calls[i].file];
    if (i < synced[calls[i].file]) {
      apply(calls[i], bytes);
    } else {
      apply_by_chance(calls[i], bytes, random);
    }
  }
  return disk;
}

// What was promised once so many calls were done.
struct Promise {
  std::size_t n_calls;
  std::set<std::string> durable;
  bool is_gone;
};

class PowerCutTest : public testing::Test {
 protected:
  PowerCutTest() {
    auto log = SqliteEventLog::open(file_);
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      begin_[entry.path()] = {std::istreambuf_iterator<char>(in), {}};
    }
    disk_.clear_calls();
    live(*log);
    calls_ = disk_.calls();
    calls_.resize(promises_.back().n_calls);  // not what close() does
  }

  void live(EventLog& log) {
    Promise now{0, {}, false};
    for (int batch = 0; batch < 60; ++batch) {
      std::vector<LoggedEvent> events;
      for (int i = 0; i < 40; ++i) {
        const bool leaves = i % 8 == 0 && batch < 30;
        const std::string id = std::to_string(batch) + "-" + std::to_string(i);
        events.push_back(seen(leaves ? "leaver" : "an", batch, id));
        if (!leaves) now.durable.insert(id);
      }
      log.append(events, true);
      if (batch == 30) {
        log.erase_user("leaver");
        now.is_gone = true;
      }
      if (batch == 40) log.compact();
      if (batch == 50) log.set_note("rules", "in_stock");
      now.n_calls = disk_.n_calls();
      promises_.push_back(now);
    }
  }

  [[nodiscard]] Promise promised(std::size_t n_calls) const {
    Promise last{0, {}, false};
    for (const auto& promise : promises_) {
      if (promise.n_calls <= n_calls) last = promise;
    }
    return last;
  }

  TestFolder folder_;
  std::filesystem::path file_ = folder_.path() / "events.db";
  FailingVfs disk_;
  Disk begin_;
  std::vector<Call> calls_;
  std::vector<Promise> promises_;
};

TEST_F(PowerCutTest, LosesNothingDurableWhateverTheDiskHasLeftOut) {
  const int n_cuts = repeats(100, 500);
  Random random(5);
  for (int cut = 0; cut < n_cuts; ++cut) {
    const auto n = static_cast<std::size_t>(random.below(calls_.size() + 1));
    for (const auto& [path, bytes] : cut_after(n, begin_, calls_, random)) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    }
    const auto log = SqliteEventLog::open(file_);
    const Promise promise = promised(n);
    check_kept(*log, promise.durable);
    EXPECT_TRUE(!promise.is_gone || log->events_of("leaver").empty());
    ASSERT_FALSE(testing::Test::HasFailure()) << "cut " << cut << " after call " << n;
  }
}

}  // namespace
}  // namespace endcap
#endif
