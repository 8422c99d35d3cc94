#include "endcap/serving/ticker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <stdexcept>
#include <thread>

#include "base/soon.h"

namespace endcap {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How long the ticker rests between the end of `work` and the next time.
Clock::duration rest_after(const std::function<void()>& work) {
  std::atomic<int> n{0};
  Clock::time_point ended, began_again;
  Ticker ticker(0.01, [&] {
    if (n == 0) {
      work();
      ended = Clock::now();
    } else {
      began_again = Clock::now();
    }
    ++n;
  });
  ticker.poke();
  EXPECT_TRUE(soon([&] { return n == 1; }));
  ticker.poke();
  EXPECT_TRUE(soon([&] { return n == 2; }));
  return began_again - ended;
}

TEST(TickerTest, PokesInBetweenCountOnce) {
  std::atomic<int> n{0};
  Ticker ticker(0.2, [&] { ++n; });
  for (int poke = 0; poke < 100; ++poke) ticker.poke();
  EXPECT_TRUE(soon([&] { return n == 1; }));
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_EQ(n, 1);
  ticker.poke();
  EXPECT_TRUE(soon([&] { return n == 2; }));
}

TEST(TickerTest, ItRestsAsLongAsItWorked) {
  const auto rest = rest_after([] {
    const auto start = std::clock();  // of all threads: the others wait
    while (std::clock() - start < CLOCKS_PER_SEC / 5) {
    }
  });
  EXPECT_GT(rest, milliseconds(150));
}

TEST(TickerTest, ItDoesNotRestFromWaiting) {
  EXPECT_LT(rest_after([] { std::this_thread::sleep_for(milliseconds(1500)); }),
            milliseconds(1000));
}

TEST(TickerTest, WhatFailedIsNamedUntilItSucceeds) {
  std::atomic<int> n{0};
  Ticker ticker(0.01, [&] {
    if (n++ == 0) throw std::runtime_error("no space");
  });
  ticker.poke();
  EXPECT_TRUE(soon([&] { return ticker.problem() == "no space"; }));
  ticker.poke();
  EXPECT_TRUE(soon([&] { return ticker.problem().empty(); }));
}

TEST(TickerTest, AStoppedOneWorksNoMore) {
  std::atomic<int> n{0};
  Ticker ticker(0.01, [&] { ++n; });
  ticker.poke();
  EXPECT_TRUE(soon([&] { return n == 1; }));
  ticker.stop();
  ticker.poke();
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(n, 1);
}

}  // namespace
}  // namespace endcap
