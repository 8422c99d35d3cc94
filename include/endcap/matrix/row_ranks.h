#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "endcap/matrix/csr_matrix.h"

namespace endcap {

// Finds any column of a long row in two reads: bits say which columns are set, and how many are
// set before each 64 of them. Short rows, which set fewer than one column in 32, have no such
// table: they are as soon read through. Immutable; the matrix must outlive it.
class RowRanks {
 public:
  // One row's table, or none.
  class Row {
   public:
    explicit operator bool() const { return words_ != nullptr; }
    // The value in `column`, 0 where it is not set, without a branch.
    [[nodiscard]] float at(std::int32_t column) const {
      const auto place = static_cast<std::size_t>(column);
      const auto& word = words_[place / 64];
      const std::uint64_t bit = word.bits >> (place % 64) & 1;
      const auto before = word.bits & ((std::uint64_t{1} << (place % 64)) - 1);
      const auto rank = word.rank + static_cast<std::uint64_t>(std::popcount(before));
      const auto value = std::bit_cast<std::uint32_t>(values_[bit * rank]);
      return std::bit_cast<float>(static_cast<std::uint32_t>(0 - bit) & value);
    }

   private:
    friend class RowRanks;
    struct Word {
      std::uint64_t bits = 0, rank = 0;
    };
    const Word* words_ = nullptr;
    const float* values_ = nullptr;
  };

  // Requires ascending columns.
  explicit RowRanks(const CsrMatrix& matrix)
      : matrix_(matrix), begins_(static_cast<std::size_t>(matrix.n_rows()), kNone) {
    constexpr std::size_t kSparsest = 32;
    const auto n_columns = static_cast<std::size_t>(matrix.n_columns());
    const std::size_t n_words = n_columns / 64 + 1;
    std::size_t end = 0;
    for (std::int32_t i = 0; i < matrix.n_rows(); ++i) {
      const auto size = matrix.row(i).size();
      if (size == 0 || size * kSparsest < n_columns) continue;
      begins_[static_cast<std::size_t>(i)] = end;
      end += n_words;
    }
    words_.resize(end);
    for (std::int32_t i = 0; i < matrix.n_rows(); ++i) {
      const auto begin = begins_[static_cast<std::size_t>(i)];
      if (begin == kNone) continue;
      auto* const words = &words_[begin];
      for (const auto column : matrix.row(i).columns) {
        words[column / 64].bits |= std::uint64_t{1} << (column % 64);
      }
      for (std::size_t w = 1; w < n_words; ++w) {
        words[w].rank =
            words[w - 1].rank + static_cast<std::uint64_t>(std::popcount(words[w - 1].bits));
      }
    }
  }

  // Requires 0 <= i < n_rows.
  [[nodiscard]] Row row(std::int32_t i) const {
    Row row;
    const auto begin = begins_[static_cast<std::size_t>(i)];
    if (begin == kNone) return row;
    row.words_ = &words_[begin];
    row.values_ = matrix_.row(i).values.data();
    return row;
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  const CsrMatrix& matrix_;
  std::vector<std::size_t> begins_;  // by row: its first word
  std::vector<Row::Word> words_;
};

}  // namespace endcap
