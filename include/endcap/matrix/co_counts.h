#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/row_stack.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// Fixed point: sums of these are exact, so no order of additions and no number of threads changes
// them, and what was added can be taken away again.
inline constexpr double kFixedOne = 1 << 24;
inline std::int64_t to_fixed(double value) { return std::llround(value * kFixedOne); }
inline double from_fixed(std::int64_t value) { return static_cast<double>(value) / kFixedOne; }

// Where each item stands: for every item the (user, place in the user's events), in that order.
class Occurrences {
 public:
  struct Place {
    UserIndex user;
    std::int32_t place;
  };

  explicit Occurrences(const Interactions& interactions);

  [[nodiscard]] std::span<const Place> of(ItemIndex item) const {
    const auto i = static_cast<std::size_t>(item);
    return std::span(places_).subspan(static_cast<std::size_t>(offsets_[i]),
                                      static_cast<std::size_t>(offsets_[i + 1] - offsets_[i]));
  }

 private:
  std::vector<std::int64_t> offsets_;
  std::vector<Place> places_;
};

// One item's counts with the items it met. Reused from row to row; one thread at a time. Which
// items were touched stands in bits, and in bits for 64 words of them, so that they come out in
// order at the cost of what was touched and a step for every 4,096 items.
class CountRow {
 public:
  explicit CountRow(std::int32_t n_items)
      : counts_(static_cast<std::size_t>(n_items)),
        bits_(counts_.size() / 64 + 1),
        words_(bits_.size() / 64 + 1) {}

  void add(ItemIndex item, std::int64_t count) {
    const auto i = static_cast<std::size_t>(item);
    counts_[i] += count;
    bits_[i / 64] |= std::uint64_t{1} << (i % 64);
    words_[i / 4096] |= std::uint64_t{1} << (i / 64 % 64);
  }
  // The items that were added to, ascending, each once. Valid until the next call.
  [[nodiscard]] std::span<const ItemIndex> touched() {
    items_.clear();
    for_each_bit(words_, [&](std::size_t word) {
      for (auto bits = bits_[word]; bits != 0; bits &= bits - 1) {
        items_.push_back(static_cast<ItemIndex>(word * 64) + std::countr_zero(bits));
      }
    });
    return items_;
  }
  [[nodiscard]] std::int64_t operator[](ItemIndex item) const {
    return counts_[static_cast<std::size_t>(item)];
  }
  void clear() {
    for (const auto item : touched()) counts_[static_cast<std::size_t>(item)] = 0;
    for_each_bit(words_, [&](std::size_t word) { bits_[word] = 0; });
    std::fill(words_.begin(), words_.end(), 0);
  }

 private:
  template <class Visit>
  static void for_each_bit(const std::vector<std::uint64_t>& words, Visit&& visit) {
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (auto bits = words[w]; bits != 0; bits &= bits - 1) {
        visit(w * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      }
    }
  }

  std::vector<std::int64_t> counts_;
  std::vector<std::uint64_t> bits_, words_;
  std::vector<ItemIndex> items_;
};

// Leaves the n best of a row of positive weights, in the order in which they stand. Takes O(row).
inline void keep_best(std::vector<ScoredItem>& row, std::size_t n) {
  if (row.size() <= n) return;
  // As ranks_before() orders them: the bits of positive floats rise as they do.
  const auto key_of = [](const ScoredItem& entry) {
    return std::uint64_t{std::bit_cast<std::uint32_t>(entry.score)} << 32 |
           static_cast<std::uint32_t>(~entry.item);
  };
  thread_local std::vector<std::uint64_t> keys;
  keys.resize(row.size());
  std::transform(row.begin(), row.end(), keys.begin(), key_of);
  const auto last = keys.begin() + static_cast<std::ptrdiff_t>(n) - 1;
  std::nth_element(keys.begin(), last, keys.end(), std::greater<>());
  std::erase_if(row, [&](const ScoredItem& entry) { return key_of(entry) < *last; });
}

// The item-item matrix whose row i is made by count(i, row), which adds fixed-point counts, and
// value(i, j, count), which turns each into a weight; the `neighbors` largest positive weights of a
// row are kept (0: all), ties to the lower index. Cost: the pairs that exist.
template <class Count, class Value>
CsrMatrix count_matrix(const Context& context, std::int32_t n_items, int neighbors, Count&& count,
                       Value&& value) {
  RowStack rows(n_items, n_items);
  std::vector<CountRow> scratch(static_cast<std::size_t>(context.thread_count()),
                                CountRow(n_items));
  parallel_for(context, n_items, 16, [&](std::int64_t begin, std::int64_t end, int worker) {
    auto& counts = scratch[static_cast<std::size_t>(worker)];
    for (auto i = static_cast<ItemIndex>(begin); i < end; ++i) {
      counts.clear();
      count(i, counts);
      const auto touched = counts.touched();
      std::vector<ScoredItem> row;
      row.reserve(touched.size());
      for (const auto j : touched) {
        if (const float weight = value(i, j, counts[j]); weight > 0) row.push_back({j, weight});
      }
      if (neighbors > 0) keep_best(row, static_cast<std::size_t>(neighbors));
      rows.add(i, std::move(row));
    }
  });
  return std::move(rows).finish();
}

inline Occurrences::Occurrences(const Interactions& interactions)
    : offsets_(static_cast<std::size_t>(interactions.n_items()) + 1) {
  for (const auto& event : interactions.events()) {
    ++offsets_[static_cast<std::size_t>(event.item) + 1];
  }
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  places_.resize(static_cast<std::size_t>(offsets_.back()));
  auto next = offsets_;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    for (std::int32_t place = 0; const auto& event : interactions.events_of(user)) {
      places_[static_cast<std::size_t>(next[static_cast<std::size_t>(event.item)]++)] = {user,
                                                                                         place};
      ++place;
    }
  }
}

}  // namespace endcap
