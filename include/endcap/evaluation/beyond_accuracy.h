#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/types.h"

namespace endcap {

// Share of the catalogue that is recommended to anyone. counts: (n_items,), how often each item
// was recommended. Throws std::invalid_argument if there is no item.
[[nodiscard]] inline double coverage(std::span<const std::int64_t> counts) {
  require(!counts.empty(), "counts", "hold an item", counts.size());
  const auto never = std::count(counts.begin(), counts.end(), 0);
  return 1 - static_cast<double>(never) / static_cast<double>(counts.size());
}

// How unequally recommendations fall on items: 0 if all get the same, near 1 if one gets all.
// Throws std::invalid_argument if nothing was recommended.
[[nodiscard]] inline double gini(std::span<const std::int64_t> counts) {
  std::vector<std::int64_t> rising(counts.begin(), counts.end());
  std::sort(rising.begin(), rising.end());
  const auto n = static_cast<double>(rising.size());
  double total = 0, sum = 0;
  for (std::size_t i = 0; i < rising.size(); ++i) {
    const auto count = static_cast<double>(rising[i]);
    total += count;
    sum += (2 * static_cast<double>(i + 1) - n - 1) * count;
  }
  require(total > 0, "counts", "have a positive sum", total);
  return sum / (n * total);
}

// Mean of -log2(an item's share of all events): how surprising a list is, in bits; 0 for an empty
// list. popularity: (n_items,), with sum `total`; an item without events counts as having one.
// Source: T. Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender
// systems", PNAS 2010.
[[nodiscard]] inline double novelty(std::span<const ItemIndex> ranked,
                                    std::span<const std::int64_t> popularity, std::int64_t total) {
  double bits = 0;
  for (const auto item : ranked) {
    const auto events = std::max<std::int64_t>(popularity[static_cast<std::size_t>(item)], 1);
    bits += std::log2(static_cast<double>(total) / static_cast<double>(events));
  }
  return ranked.empty() ? 0 : bits / static_cast<double>(ranked.size());
}

// Mean of 1 - similarity(i, j) over all pairs of a list; 0 for fewer than two items.
// Source: C.-N. Ziegler et al., "Improving recommendation lists through topic diversification",
// WWW 2005.
template <class Similarity>
[[nodiscard]] double intra_list_diversity(std::span<const ItemIndex> ranked,
                                          Similarity&& similarity) {
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < ranked.size(); ++a) {
    for (std::size_t b = a + 1; b < ranked.size(); ++b, ++pairs) {
      sum += 1 - similarity(ranked[a], ranked[b]);
    }
  }
  return pairs == 0 ? 0 : sum / static_cast<double>(pairs);
}

}  // namespace endcap
