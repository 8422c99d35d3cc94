#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/types.h"
#include "endcap/retrieval/detail/byte_screen.h"

namespace endcap::detail {

inline double length_of(std::span<const float> vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

// Vectors v of floats as bytes b, v = scale * (b - 128) + error, in blocks by falling length.
class ByteBlocks {
 public:
  struct Block {
    double scale;
    double length;  // of the longest vector
    double error;   // length of the largest error
  };

  ByteBlocks() = default;

  // vectors: (n, width). Throws std::invalid_argument if a number is not finite.
  ByteBlocks(std::span<const float> vectors, std::int32_t width)
      : width_(static_cast<std::size_t>(width)),
        depth_((width_ + kScreenDepth - 1) / kScreenDepth * kScreenDepth) {
    const std::size_t n = vectors.size() / width_;
    std::vector<double> lengths(n);
    for (std::size_t i = 0; i < n; ++i) {
      lengths[i] = length_of(vectors.subspan(i * width_, width_));
      require(std::isfinite(lengths[i]), "vectors", "be finite", lengths[i]);
    }
    items_.resize(n);
    std::iota(items_.begin(), items_.end(), 0);
    std::stable_sort(items_.begin(), items_.end(), [&](std::int32_t a, std::int32_t b) {
      return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
    });
    items_.resize((n + kItems - 1) / kItems * kItems, kNoIndex);
    bytes_.assign(items_.size() * depth_, kZero);
    for (std::size_t first = 0; first < n; first += kItems) {
      fill(vectors, first, lengths[static_cast<std::size_t>(items_[first])]);
    }
  }

  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(blocks_.size()); }
  [[nodiscard]] const Block& operator[](std::int32_t b) const {
    return blocks_[static_cast<std::size_t>(b)];
  }
  [[nodiscard]] std::int64_t depth() const { return static_cast<std::int64_t>(depth_); }
  // See ScreenProblem::block.
  [[nodiscard]] const std::uint8_t* bytes_of(std::int32_t b) const {
    return bytes_.data() + static_cast<std::size_t>(b) * kItems * depth_;
  }
  // Of the block's 64 places, kNoIndex for those that are empty.
  [[nodiscard]] const ItemIndex* items_of(std::int32_t b) const {
    return items_.data() + static_cast<std::size_t>(b) * kItems;
  }

 private:
  static constexpr std::size_t kItems = kScreenItems;
  static constexpr std::uint8_t kZero = 128;

  void fill(std::span<const float> vectors, std::size_t first, double length) {
    const auto row = [&](std::size_t i) {
      const auto item = items_[first + i];
      return item == kNoIndex ? std::span<const float>()
                              : vectors.subspan(static_cast<std::size_t>(item) * width_, width_);
    };
    float largest = 0;
    for (std::size_t i = 0; i < kItems; ++i) {
      for (const float value : row(i)) largest = std::max(largest, std::abs(value));
    }
    const double scale = largest > 0 ? largest / 127.0 : 1;
    double worst = 0;
    for (std::size_t i = 0; i < kItems; ++i) {
      const auto values = row(i);
      double squares = 0;
      for (std::size_t k = 0; k < values.size(); ++k) {
        const auto rounded = std::lround(values[k] / scale);
        const double error = values[k] - scale * static_cast<double>(rounded);
        squares += error * error;
        const std::size_t place = k / kScreenDepth * kScreenDepth * kItems + i * kScreenDepth;
        bytes_[first * depth_ + place + k % kScreenDepth] =
            static_cast<std::uint8_t>(rounded + kZero);
      }
      worst = std::max(worst, std::sqrt(squares));
    }
    blocks_.push_back({scale, length, worst});
  }

  std::size_t width_ = 1, depth_ = kScreenDepth;
  std::vector<ItemIndex> items_;     // (n_blocks * 64,)
  std::vector<std::uint8_t> bytes_;  // (n_blocks, depth / 4, 64, 4)
  std::vector<Block> blocks_;
};

// A query q = scale * bytes + error, and what its products with bytes say about those with floats.
class ByteQuery {
 public:
  // Throws std::invalid_argument if a number is not finite.
  explicit ByteQuery(std::span<const float> query) : length_(length_of(query)) {
    require(std::isfinite(length_), "queries", "be finite", length_);
    float largest = 0;
    for (const float value : query) largest = std::max(largest, std::abs(value));
    scale_ = largest > 0 ? largest / kQueryLimit : 1;
    bytes_.resize((query.size() + kScreenDepth - 1) / kScreenDepth * kScreenDepth);
    double error = 0, squares = 0;
    for (std::size_t k = 0; k < query.size(); ++k) {
      const double rounded = std::round(query[k] / scale_);
      bytes_[k] = static_cast<std::int8_t>(rounded);
      sum_ += rounded;
      squares += rounded * rounded;
      error += (query[k] - scale_ * rounded) * (query[k] - scale_ * rounded);
    }
    bytes_length_ = std::sqrt(squares);
    error_ = std::sqrt(error) + kRounding * length_;
  }

  [[nodiscard]] const std::int8_t* bytes() const { return bytes_.data(); }

  // No product with a vector of the block is larger.
  [[nodiscard]] double longest(const ByteBlocks::Block& block) const {
    return (1 + kRounding) * length_ * block.length;
  }

  // No item of the block whose product of bytes is at most this has a product of `least` or more.
  [[nodiscard]] std::int32_t bar(const ByteBlocks::Block& block, double least) const {
    constexpr double kMost = std::numeric_limits<std::int32_t>::max();
    const double of_bytes = (least - error_ * block.length) / (scale_ * block.scale) -
                            bytes_length_ * block.error / block.scale;
    return static_cast<std::int32_t>(std::clamp(of_bytes + 128 * sum_ - 2, -kMost, kMost - 1));
  }

 private:
  static constexpr double kRounding = 1e-5;  // of a sum of floats, in products of lengths

  double length_;
  double scale_ = 1, sum_ = 0, bytes_length_ = 0, error_ = 0;
  std::vector<std::int8_t> bytes_;  // (depth,)
};

}  // namespace endcap::detail
