#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/retrieval/detail/byte_blocks.h"
#include "endcap/retrieval/detail/byte_screen.h"
#include "endcap/retrieval/dot.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/storage/array.h"

namespace endcap {

// The vectors with the largest products with a query, the same lists as from computing all of them.
// Items stand in blocks by falling length. What a query asks for is told from bytes first, 64 items
// at a time: only items whose product may reach the list by the error of their bytes are computed,
// and no block whose longest vector is too short for the list is looked at. Queries asked together
// share the reading of a block. Sources: R. Guo et al., "Quantization based Fast Inner Product
// Search", AISTATS 2016 (the bytes, here with exact bounds); C. Teflioudi, R. Gemulla, O.
// Mykytiuk, "LEMP", SIGMOD 2015 (the lengths). Memory: n_items * (width + 4) bytes beside the
// vectors, which are shared. Immutable, so any number of threads may search at once.
class ExactIndex {
 public:
  ExactIndex() = default;

  // vectors: (n_items, width). Throws std::invalid_argument if a row is not whole, width is not
  // positive or a number is not finite.
  ExactIndex(Array<float> vectors, std::int32_t width);

  [[nodiscard]] std::int32_t n_items() const { return n_items_; }
  [[nodiscard]] std::int32_t width() const { return width_; }

  // The k best items for each query, of those for which allows(query number, item) is true, which
  // is asked of promising items only. queries: (n_queries, width). The product is dot(). Throws
  // std::invalid_argument if queries are not whole or k is negative.
  template <class Allows>
  [[nodiscard]] std::vector<std::vector<ScoredItem>> search(std::span<const float> queries, int k,
                                                            Allows&& allows) const;

 private:
  static constexpr std::size_t kGroup = 64;  // queries that share the reading of a block

  template <class Allows>
  void search_group(std::span<const float> queries, std::vector<TopK>& best, Allows&& allows) const;
  // What one query makes of the items of a block that may be in its list.
  template <class Allows>
  void rescore(std::uint64_t hits, const std::int32_t* items, const float* query, TopK& best,
               Allows&& allows) const;

  std::int32_t n_items_ = 0, width_ = 1;
  Array<float> vectors_;
  detail::ByteBlocks blocks_;
};

inline ExactIndex::ExactIndex(Array<float> vectors, std::int32_t width)
    : width_(width), vectors_(std::move(vectors)) {
  require(width > 0, "width", "be positive", width);
  require(vectors_.size() % static_cast<std::size_t>(width) == 0, "vectors", "have whole rows",
          vectors_.size());
  n_items_ = static_cast<std::int32_t>(vectors_.size() / static_cast<std::size_t>(width));
  blocks_ = detail::ByteBlocks(vectors_.span(), width);
}

template <class Allows>
std::vector<std::vector<ScoredItem>> ExactIndex::search(std::span<const float> queries, int k,
                                                        Allows&& allows) const {
  const auto width = static_cast<std::size_t>(width_);
  require(k >= 0, "k", "be 0 or more", k);
  require(queries.size() % width == 0, "queries", "have whole rows", queries.size());
  const std::size_t n = queries.size() / width;
  std::vector<std::vector<ScoredItem>> lists(n);
  if (k == 0) return lists;
  for (std::size_t first = 0; first < n; first += kGroup) {
    const std::size_t size = std::min(kGroup, n - first);
    std::vector<TopK> best(size, TopK(std::min(k, n_items_)));
    search_group(queries.subspan(first * width, size * width), best,
                 [&](std::size_t q, ItemIndex item) { return allows(first + q, item); });
    for (std::size_t q = 0; q < size; ++q) lists[first + q] = best[q].take();
  }
  return lists;
}

template <class Allows>
void ExactIndex::search_group(std::span<const float> queries, std::vector<TopK>& best,
                              Allows&& allows) const {
  static const detail::Screen screen = detail::Screen::of_width(detail::widest_simd());
  const auto width = static_cast<std::size_t>(width_);
  std::vector<detail::ByteQuery> bytes;
  for (std::size_t q = 0; q < best.size(); ++q)
    bytes.emplace_back(queries.subspan(q * width, width));
  std::vector<std::size_t> active(best.size()), used;  // queries whose lists may still change
  for (std::size_t q = 0; q < active.size(); ++q) active[q] = q;
  for (std::int32_t b = 0; b < blocks_.size() && !active.empty(); ++b) {
    const auto& block = blocks_[b];
    std::erase_if(active, [&](std::size_t q) { return bytes[q].longest(block) < best[q].bar(); });
    for (std::size_t a = 0; a < active.size(); a += detail::kScreenQueries) {
      const auto n = std::min<std::size_t>(detail::kScreenQueries, active.size() - a);
      detail::ScreenProblem problem{blocks_.bytes_of(b), blocks_.depth(), {}, {}, {}};
      for (std::size_t i = 0; i < detail::kScreenQueries; ++i) {
        const std::size_t q = active[a + std::min(i, n - 1)];
        problem.queries[i] = bytes[q].bytes();
        problem.above[i] = bytes[q].bar(block, best[q].bar());
      }
      (n == 1 ? screen.one : screen.four)(problem);
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t q = active[a + i];
        rescore(problem.hits[i], blocks_.items_of(b), queries.data() + q * width, best[q],
                [&](ItemIndex item) { return allows(q, item); });
      }
    }
  }
}

template <class Allows>
void ExactIndex::rescore(std::uint64_t hits, const std::int32_t* items, const float* query,
                         TopK& best, Allows&& allows) const {
  for (; hits != 0; hits &= hits - 1) {
    const ItemIndex item = items[std::countr_zero(hits)];
    if (item == kNoIndex) return;  // the last block is filled up
    const auto row = static_cast<std::size_t>(item) * static_cast<std::size_t>(width_);
    const ScoredItem candidate{item, dot(vectors_.data() + row, query, width_)};
    if (best.accepts(candidate) && allows(item)) best.offer(candidate);
  }
}

}  // namespace endcap
