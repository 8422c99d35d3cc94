#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "endcap/base/error.h"
#include "endcap/base/progress.h"

namespace endcap {

// What every long computation is told by its caller. No result depends on `threads`.
struct Context {
  std::uint64_t seed = 0;
  int threads = 0;               // >= 0; 0: OMP_NUM_THREADS if set, else all processors
  Progress* progress = nullptr;  // not owned; may be null

  // Throws std::invalid_argument if threads is negative.
  [[nodiscard]] int thread_count() const {
    require(threads >= 0, "threads", "be 0 (all) or more", threads);
    if (threads > 0) return threads;
    if (const char* limit = std::getenv("OMP_NUM_THREADS")) {
      if (const int n = std::atoi(limit); n > 0) return n;
    }
    const unsigned processors = std::thread::hardware_concurrency();
    return processors == 0 ? 1 : static_cast<int>(processors);
  }

  void begin(std::string_view stage, std::int64_t total) const {
    if (progress != nullptr) progress->begin(stage, total);
  }
  void step(std::int64_t done) const {
    if (progress != nullptr) progress->step(done);
  }
};

}  // namespace endcap
