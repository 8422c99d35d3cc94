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

// What hits are divided by: benchmarks differ, and a figure counts only under one definition.
enum class Denominator {
  kRelevant,           // the number of relevant items: a list of k cannot reach 1 if there are more
  kMinOfKAndRelevant,  // min(k, relevant): the best possible list has 1
};

// One query's list after comparing it with what was right. All metrics of one query read this.
struct Judged {
  std::vector<std::uint8_t> hits;  // by rank, best first: 1 if the item is relevant
  std::size_t n_relevant = 0;      // > 0
  std::vector<ItemIndex> items;    // by rank; ties broken against the model
};

namespace detail {
// Among the ranks [begin, end), misses come first; else the order stays.
inline void put_hits_last(Judged& judged, std::size_t begin, std::size_t end) {
  const auto items = std::span(judged.items).subspan(begin, end - begin);
  const auto hits = std::span(judged.hits).subspan(begin, end - begin);
  std::vector<ItemIndex> misses, right;
  for (std::size_t i = 0; i < items.size(); ++i) {
    (hits[i] != 0 ? right : misses).push_back(items[i]);
  }
  std::copy(right.begin(), right.end(), std::copy(misses.begin(), misses.end(), items.begin()));
  std::fill(hits.begin(), hits.end(), std::uint8_t{0});
  std::fill(hits.end() - static_cast<std::ptrdiff_t>(right.size()), hits.end(), std::uint8_t{1});
}
}  // namespace detail

// ranked: best first, shorter than k where a list could not be filled; an item named twice counts
// once. relevant: rising, without duplicates. scores, if any: one per ranked item, falling; among
// equal scores the relevant items go last, so ties count against the model. Throws
// std::invalid_argument if nothing is relevant or scores has another length than ranked.
[[nodiscard]] inline Judged judge(std::span<const ItemIndex> ranked,
                                  std::span<const ItemIndex> relevant,
                                  std::span<const float> scores = {}) {
  require(!relevant.empty(), "relevant", "hold an item", relevant.size());
  require(scores.empty() || scores.size() == ranked.size(), "scores", "be one per ranked item",
          scores.size());
  Judged judged{.hits = std::vector<std::uint8_t>(ranked.size()),
                .n_relevant = relevant.size(),
                .items = {ranked.begin(), ranked.end()}};
  for (std::size_t r = 0; r < ranked.size(); ++r) {
    if (!std::binary_search(relevant.begin(), relevant.end(), ranked[r])) continue;
    const auto earlier = ranked.first(r);
    judged.hits[r] = std::find(earlier.begin(), earlier.end(), ranked[r]) == earlier.end();
  }
  for (std::size_t begin = 0, end = 0; begin < scores.size(); begin = end) {
    while (end < scores.size() && scores[end] == scores[begin]) ++end;
    end = std::max(end, begin + 1);  // not a number equals nothing
    detail::put_hits_last(judged, begin, end);
  }
  return judged;
}

namespace detail {
inline double discount(std::size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 1); }

inline double divisor(const Judged& judged, std::size_t k, Denominator denominator) {
  const bool smaller = denominator == Denominator::kMinOfKAndRelevant;
  return static_cast<double>(smaller ? std::min(k, judged.n_relevant) : judged.n_relevant);
}

inline double hits_within(const Judged& judged, std::size_t k) {
  double hits = 0;
  for (std::size_t r = 0; r < std::min(k, judged.hits.size()); ++r) hits += judged.hits[r];
  return hits;
}
}  // namespace detail

// All metrics look at the first k places, k > 0, and lie in [0, 1].

[[nodiscard]] inline double recall(const Judged& judged, std::size_t k,
                                   Denominator denominator = Denominator::kRelevant) {
  return detail::hits_within(judged, k) / detail::divisor(judged, k, denominator);
}

// An unfilled place is a miss.
[[nodiscard]] inline double precision(const Judged& judged, std::size_t k) {
  return detail::hits_within(judged, k) / static_cast<double>(k);
}

// Is there a hit at all? Its mean is also called PHR, and P@k where one item is relevant.
[[nodiscard]] inline double hit_rate(const Judged& judged, std::size_t k) {
  return detail::hits_within(judged, k) > 0 ? 1 : 0;
}

// 1 / rank of the first hit, 0 without one.
[[nodiscard]] inline double reciprocal_rank(const Judged& judged, std::size_t k) {
  for (std::size_t r = 0; r < std::min(k, judged.hits.size()); ++r) {
    if (judged.hits[r] != 0) return 1 / static_cast<double>(r + 1);
  }
  return 0;
}

// Sum over the hits of the precision at their rank.
[[nodiscard]] inline double average_precision(const Judged& judged, std::size_t k,
                                              Denominator denominator = Denominator::kRelevant) {
  double hits = 0, sum = 0;
  for (std::size_t r = 0; r < std::min(k, judged.hits.size()); ++r) {
    if (judged.hits[r] != 0) sum += ++hits / static_cast<double>(r + 1);
  }
  return sum / detail::divisor(judged, k, denominator);
}

// Gain 1 for a hit, discounted by log2(rank + 1), over the same of the best possible list.
// Source: K. Jarvelin, J. Kekalainen, "Cumulated gain-based evaluation of IR techniques", TOIS
// 2002.
[[nodiscard]] inline double ndcg(const Judged& judged, std::size_t k) {
  double gain = 0, ideal = 0;
  for (std::size_t r = 0; r < std::min(k, judged.hits.size()); ++r) {
    if (judged.hits[r] != 0) gain += detail::discount(r + 1);
  }
  for (std::size_t r = 0; r < std::min(k, judged.n_relevant); ++r) ideal += detail::discount(r + 1);
  return gain / ideal;
}

// What the hits are worth to the shop: the sum of their prices, (n_items,); an item's price may be
// NaN where it is unknown.
[[nodiscard]] inline double revenue(const Judged& judged, std::size_t k,
                                    std::span<const double> price) {
  double sum = 0;
  for (std::size_t r = 0; r < std::min(k, judged.hits.size()); ++r) {
    if (judged.hits[r] != 0) sum += price[static_cast<std::size_t>(judged.items[r])];
  }
  return sum;
}

}  // namespace endcap
