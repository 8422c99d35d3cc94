#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace endcap::detail {

// A matrix that is refilled at every step. (n_rows, width)
class Buffer {
 public:
  void resize(std::int64_t n_rows, std::int64_t width) {
    width_ = width;
    values_.resize(static_cast<std::size_t>(n_rows * width));
  }
  [[nodiscard]] std::span<float> row(std::int64_t i) {
    return {values_.data() + i * width_, static_cast<std::size_t>(width_)};
  }
  [[nodiscard]] float* data() { return values_.data(); }

 private:
  std::int64_t width_ = 0;
  std::vector<float> values_;
};

}  // namespace endcap::detail
