#include "endcap/base/published.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "torture.h"

namespace endcap {
namespace {

std::atomic<int> alive{0};

// Two numbers that are equal as long as nobody reads a value half made or gone.
struct Canary {
  explicit Canary(std::uint64_t n) : first(n), second(n) { ++alive; }
  ~Canary() {
    first = 0;
    second = ~std::uint64_t{0};
    --alive;
  }
  volatile std::uint64_t first;
  std::uint64_t padding[30] = {};
  volatile std::uint64_t second;
};

TEST(PublishedTest, AReaderKeepsTheValueThatItAskedFor) {
  Published<Canary> value(std::make_unique<Canary>(1));
  auto old = std::make_unique<Published<Canary>::Pinned>(value.read());
  std::thread writer([&] { value.publish(std::make_unique<Canary>(2)); });
  while (value.read()->first == 1) std::this_thread::yield();
  EXPECT_EQ((*old)->first, 1u);
  EXPECT_EQ(value.read()->first, 2u);
  EXPECT_EQ(alive, 2);
  old.reset();
  writer.join();
  EXPECT_EQ(alive, 1);
}

TEST(PublishedTest, AStalledReaderHoldsBackOneOldValueOnly) {
  Published<Canary> value(std::make_unique<Canary>(1));
  auto stalled = std::make_unique<Published<Canary>::Pinned>(value.read());
  std::thread writer([&] {
    for (std::uint64_t n = 2; n < 9; ++n) value.publish(std::make_unique<Canary>(n));
  });
  while (value.read()->first == 1) std::this_thread::yield();
  EXPECT_LE(alive, 3);  // the old one, the newest, and one waiting for its turn
  stalled.reset();
  writer.join();
  EXPECT_EQ(alive, 1);
}

TEST(PublishedTest, NoReadIsTorn) {
  constexpr int kReaders = 3;
  const int n_reads = repeats(300'000, 34'000'000);
  {
    Published<Canary> value(std::make_unique<Canary>(0));
    std::atomic<int> torn{0}, reading{kReaders};
    std::vector<std::thread> readers;
    readers.reserve(kReaders);
    for (int r = 0; r < kReaders; ++r) {
      readers.emplace_back([&] {
        std::uint64_t last = 0;
        for (int i = 0; i < n_reads; ++i) {
          const auto pinned = value.read();
          const std::uint64_t first = pinned->first;
          if (first != pinned->second || first < last) ++torn;
          last = first;
        }
        --reading;
      });
    }
    for (std::uint64_t n = 1; reading > 0; ++n) value.publish(std::make_unique<Canary>(n));
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(torn, 0);
  }
  EXPECT_EQ(alive, 0);
}

TEST(PublishedTest, MoreReadersThanSlotsTakeTurns) {
  Published<Canary> value(std::make_unique<Canary>(5));
  std::vector<std::thread> readers;
  readers.reserve(150);
  std::atomic<int> wrong{0};
  for (int r = 0; r < 150; ++r) {
    readers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto pinned = value.read();
        std::this_thread::yield();
        if (pinned->first != 5) ++wrong;
      }
    });
  }
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace endcap
