#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace endcap {

// A thread that does some work a while after it was poked: once for any number of pokes in between.
// It rests at least as long as it worked, waiting for locks and disks left out, so it never takes
// more than half of one core.
class Ticker {
 public:
  // `seconds` > 0: how long it waits after a poke. What `work` throws ends up in problem().
  Ticker(double seconds, std::function<void()> work);
  ~Ticker() { stop(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void poke();
  // Waits for work that has begun; from then on there is none.
  void stop();
  // Why the last work failed; empty if it did not.
  [[nodiscard]] std::string problem() const;

 private:
  void run();

  const double seconds_;
  const std::function<void()> work_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool poked_ = false, stopped_ = false;
  std::string problem_;
  std::thread thread_;
};

}  // namespace endcap
