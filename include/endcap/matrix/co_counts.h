#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/base/random.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/row_stack.h"
#include "endcap/matrix/shuffle_ties.h"
#include "endcap/retrieval/keep_best.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// Fixed point: sums of these are exact, so no order of additions and no number of threads changes
// them, and what was added can be taken away again.
inline constexpr double kFixedOne = 1 << 24;
inline std::int64_t to_fixed(double value) { return std::llround(value * kFixedOne); }
inline double from_fixed(std::int64_t value) { return static_cast<double>(value) / kFixedOne; }

// What all users did as one line of items, kNoIndex before, between and after them, and where in it
// each item stands; events of one time are in no order of items. Who does several things with an
// item on end, looks at it, puts it into the cart and buys it, came to it once. Whoever walks from
// a place needs no bounds but these marks.
class Occurrences {
 public:
  explicit Occurrences(const Interactions& interactions);

  // The places of the item in the line, ascending.
  [[nodiscard]] std::span<const std::int64_t> of(ItemIndex item) const {
    const auto i = static_cast<std::size_t>(item);
    return std::span(places_).subspan(static_cast<std::size_t>(offsets_[i]),
                                      static_cast<std::size_t>(offsets_[i + 1] - offsets_[i]));
  }
  [[nodiscard]] const ItemIndex* at(std::int64_t place) const { return line_.data() + place; }
  // Asks the memory for what is around a place that is soon to be visited.
  void prefetch(std::int64_t place) const {
    __builtin_prefetch(at(place) - kLine);
    __builtin_prefetch(at(place));
    __builtin_prefetch(at(place) + kLine);
  }

 private:
  static constexpr std::int64_t kLine = 64 / sizeof(ItemIndex);  // of the cache

  std::vector<ItemIndex> line_;
  std::vector<std::int64_t> offsets_, places_;
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
  // Calls visit(item, count) for each item that was added to, ascending, and leaves nothing of
  // them.
  template <class Visit>
  void take(Visit&& visit) {
    take_bits(words_, [&](std::size_t word) {
      std::uint64_t bits = std::exchange(bits_[word], 0);
      for (; bits != 0; bits &= bits - 1) {
        const auto i = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
        visit(static_cast<ItemIndex>(i), std::exchange(counts_[i], 0));
      }
    });
  }

 private:
  template <class Visit>
  static void take_bits(std::vector<std::uint64_t>& words, Visit&& visit) {
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (auto bits = std::exchange(words[w], 0); bits != 0; bits &= bits - 1) {
        visit(w * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      }
    }
  }

  std::vector<std::int64_t> counts_;
  std::vector<std::uint64_t> bits_, words_;
};

// The item-item matrix whose row i is made by count(i, row), which adds fixed-point counts, and
// value(i, j, count), which turns each into a weight; the `neighbors` largest positive weights of a
// row are kept (0: all), ties to the lower index. Cost: the pairs that exist.
template <class Count, class Value>
CsrMatrix count_matrix(const Context& context, std::int32_t n_items, int neighbors, Count&& count,
                       Value&& value) {
  struct Scratch {
    CountRow counts;
    std::vector<ScoredItem> row;
  };
  const auto size = static_cast<std::size_t>(n_items);
  RowStack rows(n_items, n_items);
  std::vector<Scratch> scratch(static_cast<std::size_t>(context.thread_count()),
                               {CountRow(n_items), std::vector<ScoredItem>(size)});
  parallel_for(context, n_items, 16, [&](std::int64_t begin, std::int64_t end, int worker) {
    auto& counts = scratch[static_cast<std::size_t>(worker)].counts;
    auto& row = scratch[static_cast<std::size_t>(worker)].row;
    for (auto i = static_cast<ItemIndex>(begin); i < end; ++i) {
      count(i, counts);
      std::size_t n = 0;
      counts.take([&](ItemIndex j, std::int64_t sum) {
        const float weight = value(i, j, sum);
        row[n] = {j, weight};
        n += weight > 0 ? 1 : 0;
      });
      if (neighbors > 0) n = keep_best({row.data(), n}, static_cast<std::size_t>(neighbors));
      rows.add(i, {row.data(), row.data() + n});
    }
  });
  return std::move(rows).finish();
}

inline Occurrences::Occurrences(const Interactions& interactions)
    : offsets_(static_cast<std::size_t>(interactions.n_items()) + 1) {
  constexpr std::size_t kMargin = kLine;  // marks at either end, which prefetch() may touch
  const auto drawn_by_event = [](const Interaction& event, std::uint64_t n) {  // the same each time
    const auto item = static_cast<std::uint64_t>(event.item);
    return Random(static_cast<std::uint64_t>(event.time_us) + (item << 32)).below(n);
  };
  line_.reserve(interactions.events().size() + static_cast<std::size_t>(interactions.n_users()) +
                2 * kMargin);
  line_.resize(kMargin, kNoIndex);
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    for (const auto& event : events) line_.push_back(event.item);
    shuffle_ties(events, std::span(line_).last(events.size()), drawn_by_event);
    line_.erase(std::unique(line_.end() - std::ssize(events), line_.end()), line_.end());
    line_.push_back(kNoIndex);
  }
  line_.resize(line_.size() + kMargin, kNoIndex);
  for (const auto item : line_) {
    if (item != kNoIndex) ++offsets_[static_cast<std::size_t>(item) + 1];
  }
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  places_.resize(static_cast<std::size_t>(offsets_.back()));
  auto next = offsets_;
  for (std::size_t place = 0; place < line_.size(); ++place) {
    if (line_[place] == kNoIndex) continue;
    places_[static_cast<std::size_t>(next[static_cast<std::size_t>(line_[place])]++)] =
        static_cast<std::int64_t>(place);
  }
}

}  // namespace endcap
