#pragma once

#include <cstdint>

namespace endcap {

// What operator new hands out, in this process, until the end of the scope: one at a time. The n-th
// allocation after the start may fail.
class Allocations {
 public:
  Allocations();  // counts, and lets all pass
  explicit Allocations(std::int64_t failing);
  ~Allocations();
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

  [[nodiscard]] static bool reached();             // whether the failing one has come
  [[nodiscard]] static std::int64_t count();       // since the start
  [[nodiscard]] static std::int64_t peak_bytes();  // above what was in use at the start
};

}  // namespace endcap
