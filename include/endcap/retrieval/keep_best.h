#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "endcap/retrieval/top_k.h"

namespace endcap {

// Moves the n best of a row of positive weights to its front, in the order in which they stand, and
// returns how many there are. Takes O(row): the upper bits of positive floats rise as they do, so a
// histogram of them says where the last of the best is to be looked for.
inline std::size_t keep_best(std::span<ScoredItem> row, std::size_t n) {
  if (row.size() <= n || n == 0) return std::min(row.size(), n);
  constexpr int kShift = 21;  // leaves the exponent and two bits
  const auto bits_of = [](const ScoredItem& e) { return std::bit_cast<std::uint32_t>(e.score); };
  // As ranks_before() orders them.
  const auto key_of = [&](const ScoredItem& entry) {
    return std::uint64_t{bits_of(entry)} << 32 | static_cast<std::uint32_t>(~entry.item);
  };
  std::array<std::size_t, std::size_t{1} << (31 - kShift)> counts{};
  for (const auto& entry : row) ++counts[bits_of(entry) >> kShift];
  std::size_t bin = counts.size() - 1, above = 0;  // entries in higher bins
  for (; above + counts[bin] < n; --bin) above += counts[bin];
  thread_local std::vector<std::uint64_t> keys;
  keys.clear();
  for (const auto& entry : row) {
    if (bits_of(entry) >> kShift == bin) keys.push_back(key_of(entry));
  }
  const auto last = keys.begin() + static_cast<std::ptrdiff_t>(n - above) - 1;
  std::nth_element(keys.begin(), last, keys.end(), std::greater<>());
  const auto least = *last;
  std::size_t kept = 0;
  for (const auto& entry : row) {
    const bool is_best = key_of(entry) >= least;
    row[kept] = entry;
    kept += is_best ? 1 : 0;
  }
  return kept;
}

}  // namespace endcap
