#pragma once

#include <cstdint>
#include <string_view>

namespace endcap {

// How far long work has come. Called on the thread that started the work, at least every
// 100 ms while a parallel loop runs; throwing from it ends the work with that exception.
class Progress {
 public:
  virtual ~Progress() = default;

  // A new stage of `total` steps has begun; a stage within another one replaces its display.
  virtual void begin(std::string_view stage, std::int64_t total) = 0;
  virtual void step(std::int64_t done) = 0;
};

}  // namespace endcap
