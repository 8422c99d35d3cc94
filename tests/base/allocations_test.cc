#include "base/allocations.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace endcap {
namespace {

std::atomic<bool> is_on{false};
std::atomic<std::int64_t> n_made{0}, n_failing{0}, in_use{0}, most_in_use{0};

void* allocated(std::size_t size, std::size_t alignment) {
  if (is_on && ++n_made == n_failing) throw std::bad_alloc();
  void* memory = alignment > 0
                     ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                     : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  if (!is_on) return memory;
  const auto now = in_use += static_cast<std::int64_t>(::malloc_usable_size(memory));
  auto most = most_in_use.load();
  while (now > most && !most_in_use.compare_exchange_weak(most, now)) {
  }
  return memory;
}

void freed(void* memory) {
  if (is_on) in_use -= static_cast<std::int64_t>(::malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

Allocations::Allocations() : Allocations(0) {}
Allocations::Allocations(std::int64_t failing) {
  n_made = 0;
  n_failing = failing;
  in_use = 0;
  most_in_use = 0;
  is_on = true;
}
Allocations::~Allocations() { is_on = false; }
bool Allocations::reached() { return n_failing > 0 && n_made >= n_failing; }
std::int64_t Allocations::count() { return n_made; }
std::int64_t Allocations::peak_bytes() { return most_in_use; }

}  // namespace endcap

void* operator new(std::size_t size) { return endcap::allocated(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return endcap::allocated(size, static_cast<std::size_t>(alignment));
}
// std::stable_sort asks in this way.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return endcap::allocated(size, 0);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { endcap::freed(memory); }
void operator delete(void* memory, std::size_t) noexcept { endcap::freed(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { endcap::freed(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  endcap::freed(memory);
}

namespace endcap {
namespace {

TEST(AllocationsTest, TheNthAllocationFails) {
  const Allocations allocations(2);
  auto first = std::make_unique<int>(1);
  EXPECT_FALSE(Allocations::reached());
  EXPECT_THROW(first = std::make_unique<int>(2), std::bad_alloc);
  EXPECT_TRUE(Allocations::reached());
  first = std::make_unique<int>(3);
  EXPECT_EQ(Allocations::count(), 3);
}

TEST(AllocationsTest, ThePeakIsWhatWasInUseAtOnce) {
  const Allocations allocations;
  for (int i = 0; i < 3; ++i) std::vector<char>(100'000).back() = 1;
  EXPECT_GE(Allocations::peak_bytes(), 100'000);
  EXPECT_LT(Allocations::peak_bytes(), 200'000);
}

}  // namespace
}  // namespace endcap
