#include "endcap/serving/ticker.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace endcap {
namespace {

// Of a processor, that the calling thread has had.
std::chrono::duration<double> time_worked() {
  timespec time;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

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
  using Seconds = std::chrono::duration<double>;
  using Moment = std::chrono::time_point<Clock, Seconds>;
  Moment rested = Clock::now();
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return poked_ || stopped_; });
    const auto due = std::max<Moment>(rested, Clock::now() + Seconds(seconds_));
    if (changed_.wait_until(lock, due, [this] { return stopped_; })) return;
    poked_ = false;
    lock.unlock();
    std::string problem;
    const auto start = time_worked();
    try {
      work_();
    } catch (const std::exception& failure) {
      problem = failure.what();
    }
    rested = Clock::now() + (time_worked() - start);
    lock.lock();
    problem_ = std::move(problem);
  }
}

}  // namespace endcap
