#include <benchmark/benchmark.h>

#include <memory>
#include <mutex>

#include "endcap/base/published.h"

namespace endcap {
namespace {

// What a reader pays for its guard: a claimed slot, given back.
void read_published(benchmark::State& state) {
  static Published<int> value(std::make_unique<int>(1));
  for (auto _ : state) benchmark::DoNotOptimize(*value.read());
}
BENCHMARK(read_published)->ThreadRange(1, 2)->UseRealTime();

// The plain way: a lock for as long as it takes to copy a pointer.
void read_locked(benchmark::State& state) {
  static std::mutex mutex;
  static const auto value = std::make_shared<int>(1);
  for (auto _ : state) {
    std::shared_ptr<int> own;
    {
      const std::lock_guard lock(mutex);
      own = value;
    }
    benchmark::DoNotOptimize(*own);
  }
}
BENCHMARK(read_locked)->ThreadRange(1, 2)->UseRealTime();

}  // namespace
}  // namespace endcap
