#include "endcap/serving/ticker.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace endcap {

Ticker::Ticker(double seconds, std::function<void()> work)
    : seconds_(seconds), work_(std::move(work)) {
  thread_ = std::thread([this] { run(); });
}

void Ticker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Ticker::poke() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(poked_, true)) return;
  }
  changed_.notify_all();
}

std::string Ticker::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void Ticker::run() {
  using Clock = std::chrono::steady_clock;
  std::chrono::duration<double> rest(seconds_);
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return poked_ || stopped_; });
    if (changed_.wait_for(lock, rest, [this] { return stopped_; })) return;
    poked_ = false;
    lock.unlock();
    std::string problem;
    const auto start = Clock::now();
    try {
      work_();
    } catch (const std::exception& failure) {
      problem = failure.what();
    }
    rest = std::max<std::chrono::duration<double>>(std::chrono::duration<double>(seconds_),
                                                   Clock::now() - start);
    lock.lock();
    problem_ = std::move(problem);
  }
}

}  // namespace endcap
