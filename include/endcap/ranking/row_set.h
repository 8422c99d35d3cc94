#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace endcap {

// A set of catalogue rows, one bit each.
class RowSet {
 public:
  RowSet() = default;
  explicit RowSet(std::int32_t n_rows)
      : n_rows_(n_rows), words_((static_cast<std::size_t>(n_rows) + 63) / 64) {}

  // The rows of [0, n_rows) for which `holds(row)`, asked once each in order.
  template <class Holds>
  [[nodiscard]] static RowSet where(std::int32_t n_rows, Holds&& holds) {
    RowSet set(n_rows);
    for (std::int32_t row = 0; row < n_rows; ++row) {
      const auto r = static_cast<std::size_t>(row);
      set.words_[r / 64] |= static_cast<std::uint64_t>(holds(row)) << r % 64;
    }
    return set;
  }

  // Requires 0 <= row < n_rows.
  [[nodiscard]] bool has(std::int32_t row) const {
    const auto r = static_cast<std::size_t>(row);
    return (words_[r / 64] >> r % 64 & 1) != 0;
  }

  // Both require sets of the same rows.
  RowSet& operator&=(const RowSet& other) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= other.words_[w];
    return *this;
  }
  RowSet& operator|=(const RowSet& other) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] |= other.words_[w];
    return *this;
  }
  void invert() {
    for (auto& word : words_) word = ~word;
    if (n_rows_ % 64 != 0) words_.back() &= (std::uint64_t{1} << n_rows_ % 64) - 1;
  }

  [[nodiscard]] std::int32_t n_rows() const { return n_rows_; }
  [[nodiscard]] std::int32_t size() const {
    std::int32_t size = 0;
    for (const auto word : words_) size += std::popcount(word);
    return size;
  }
  // The rows in order.
  [[nodiscard]] std::vector<std::int32_t> rows() const {
    std::vector<std::int32_t> rows;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (auto rest = words_[w]; rest != 0; rest &= rest - 1) {
        rows.push_back(static_cast<std::int32_t>(w * 64) + std::countr_zero(rest));
      }
    }
    return rows;
  }

 private:
  std::int32_t n_rows_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace endcap
