#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "endcap/base/context.h"

namespace endcap {

// Runs body(begin, end, worker) over chunks of [0, n), `grain` indices at a time, on
// context.thread_count() threads; `worker` is 0 .. threads - 1 and names the caller's scratch
// space. Chunks are handed out as workers become free, so a body writes only what its own indices
// own: then the result is the same for any number of threads. The first exception is rethrown when
// all workers have stopped. Progress counts indices and is shown by the calling thread.
//
// Plain threads, not OpenMP: a pool does not survive fork(), which gunicorn and multiprocessing
// use.
template <class Body>
void parallel_for(const Context& context, std::int64_t n, std::int64_t grain, Body&& body) {
  using Clock = std::chrono::steady_clock;
  grain = std::max<std::int64_t>(grain, 1);
  const std::int64_t chunks = (n + grain - 1) / grain;
  const auto workers = static_cast<int>(
      std::min<std::int64_t>(context.thread_count(), std::max<std::int64_t>(chunks, 1)));
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;
  std::mutex error_mutex;

  const auto work = [&](int worker) {
    auto last_report = Clock::now();
    try {
      for (std::int64_t chunk; !failed && (chunk = next.fetch_add(1)) < chunks;) {
        const std::int64_t begin = chunk * grain;
        body(begin, std::min(n, begin + grain), worker);
        if (worker != 0 || context.progress == nullptr) continue;
        if (const auto now = Clock::now(); now - last_report > std::chrono::milliseconds(50)) {
          last_report = now;
          context.step(std::min(n, next.load() * grain));
        }
      }
    } catch (...) {
      const std::lock_guard lock(error_mutex);
      if (!failed.exchange(true)) error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    others.reserve(static_cast<std::size_t>(workers - 1));
    for (int worker = 1; worker < workers; ++worker) others.emplace_back(work, worker);
    work(0);
  }
  if (error) std::rethrow_exception(error);
  context.step(n);
}

}  // namespace endcap
