#pragma once

#include <chrono>
#include <thread>

namespace endcap {

// Returns as soon as it is so; false if it does not come to that in a good while.
template <class Is>
[[nodiscard]] bool soon(Is&& is) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace endcap
