// How fast events become durable and come back. EventLog/Append and RawFile/Append write the same
// number of bytes with one sync a batch: the log should reach a quarter of the raw file.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "endcap/events/sqlite_event_log.h"

namespace endcap {
namespace {

constexpr std::int64_t kBatch = 1000;
constexpr std::int64_t kEvents = 1'000'000;
constexpr std::int64_t kBytesPerEvent = 53;  // of one such event in the file

// A file of its own, on the disk of the folder in which the bench runs.
class BenchFolder {
 public:
  BenchFolder() { std::filesystem::create_directories(path_); }
  ~BenchFolder() { std::filesystem::remove_all(path_); }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  [[nodiscard]] std::filesystem::path file() const { return path_ / "events.db"; }

 private:
  std::filesystem::path path_ = "event_log_bench." + std::to_string(::getpid());
};

std::vector<LoggedEvent> batch_from(std::int64_t first) {
  std::vector<LoggedEvent> events;
  for (std::int64_t e = first; e < first + kBatch; ++e) {
    LoggedEvent entry{.event = {.user = e * 7919 % 20'000, .item = e * 104'729 % 50'000}};
    entry.event.time_us = 1'700'000'000'000'000 + e;
    entry.event_id = "0a1b2c3-" + std::to_string(1'000'000'000 + e);
    events.push_back(std::move(entry));
  }
  return events;
}

void fill(EventLog& log) {
  for (std::int64_t e = 0; e < kEvents; e += kBatch) log.append(batch_from(e), false);
  log.flush();
}

void append_to_log(benchmark::State& state) {
  const BenchFolder folder;
  const auto log = SqliteEventLog::open(folder.file());
  std::int64_t n = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto batch = batch_from(n);
    state.ResumeTiming();
    n += log->append(batch, true);
  }
  state.SetItemsProcessed(n);
}

void append_to_raw_file(benchmark::State& state) {
  const BenchFolder folder;
  const int file = ::open(folder.file().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const std::string bytes(kBatch * kBytesPerEvent, 'x');
  for (auto _ : state) {
    if (::write(file, bytes.data(), bytes.size()) < 0 || ::fdatasync(file) != 0) {
      state.SkipWithError("cannot write");
    }
  }
  ::close(file);
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void open_a_million(benchmark::State& state) {
  const BenchFolder folder;
  fill(*SqliteEventLog::open(folder.file()));
  for (auto _ : state) {
    auto log = SqliteEventLog::open(folder.file());
    state.PauseTiming();
    log.reset();
    state.ResumeTiming();
  }
}

void replay_a_million(benchmark::State& state) {
  const BenchFolder folder;
  const auto log = SqliteEventLog::open(folder.file());
  fill(*log);
  for (auto _ : state) {
    log->replay([](const LoggedEvent& entry) { benchmark::DoNotOptimize(entry.event.user); });
  }
}

// One of 20,000 users, so 50 events of a million.
void erase_a_user(benchmark::State& state) {
  const BenchFolder folder;
  const auto log = SqliteEventLog::open(folder.file());
  fill(*log);
  std::int64_t user = 0;
  for (auto _ : state) benchmark::DoNotOptimize(log->erase_user(user++));
}

BENCHMARK(append_to_log)->Name("EventLog/Append1000Durable")->Iterations(1000)->UseRealTime();
BENCHMARK(append_to_raw_file)->Name("RawFile/Append1000Durable")->Iterations(1000)->UseRealTime();
BENCHMARK(open_a_million)
    ->Name("EventLog/OpenMillion")
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(replay_a_million)
    ->Name("EventLog/ReplayMillion")
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(erase_a_user)
    ->Name("EventLog/EraseUserOf50")
    ->Iterations(50)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace endcap
