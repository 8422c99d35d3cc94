#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/error.h"
#include "endcap/base/parallel.h"
#include "endcap/catalog/catalog.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/item_tokens.h"
#include "endcap/matrix/transpose.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct ContentOptions {
  float k1 = 1.2f;                  // >= 0: how soon more of the same token says nothing new
  float b = 0.75f;                  // in [0, 1]: how much long texts are held back
  float max_share = 0.1f;           // in (0, 1]: tokens of a larger share of the items, and of more
                                    // than `neighbors`, are dropped if an item has others
  std::int32_t max_items = 20'000;  // > 0: tokens of more items are dropped always: bounds the cost
  std::int32_t neighbors = 200;     // > 0: largest number of entries in a row
  HistoryWeights history_weights = {.position_decay = 0.7f};
};

// Items are alike if they say the same: W[i, j] is the cosine of the BM25 weights of the tokens of
// items i and j, for the most similar j of each i. Knows nothing of what visitors do, so it is
// there for new items and adds nothing for items without a description. Source: S. Robertson, H.
// Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and Trends in
// Information Retrieval, 2009, section 3.4. Fitting takes O(sum over tokens of the squared number
// of items that have it) time. Immutable once fitted, so any number of threads may score at once.
class Content final : public ItemItemModel {
 public:
  // Item r is row r of the catalogue. Throws std::invalid_argument for options out of range.
  [[nodiscard]] static Content fit(const Catalog& catalog, const ContentOptions& options = {},
                                   const Context& context = {});

  // `tokens`: (n_items, n_tokens) counts > 0, as token_matrix() makes them.
  [[nodiscard]] static Content fit(const CsrMatrix& tokens, const ContentOptions& options = {},
                                   const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

namespace detail {

inline void validate(const ContentOptions& options) {
  require(options.k1 >= 0 && std::isfinite(options.k1), "k1", "be 0 or more", options.k1);
  require(options.b >= 0 && options.b <= 1, "b", "be in [0, 1]", options.b);
  require(options.max_share > 0 && options.max_share <= 1, "max_share", "be in (0, 1]",
          options.max_share);
  require(options.max_items > 0, "max_items", "be positive", options.max_items);
  require(options.neighbors > 0, "neighbors", "be positive", options.neighbors);
}

// The tokens that may stay in a row: all but the frequent ones, or all if nothing else is left.
inline std::vector<std::size_t> kept_tokens(const SparseRow& row,
                                            std::span<const std::int32_t> counts, double frequent,
                                            std::int32_t max_items) {
  std::vector<std::size_t> rare, affordable;
  for (std::size_t t = 0; t < row.size(); ++t) {
    const auto count = counts[static_cast<std::size_t>(row.columns[t])];
    if (count > max_items) continue;
    affordable.push_back(t);
    if (count <= frequent) rare.push_back(t);
  }
  return rare.empty() ? affordable : rare;
}

// Rows of BM25 weights, each of length 1.
inline CsrMatrix bm25_rows(const CsrMatrix& tokens, const ContentOptions& options) {
  const auto counts = row_counts(tokens);
  const auto& tf = tokens.values();
  double described = 0;
  for (std::int32_t i = 0; i < tokens.n_rows(); ++i) described += tokens.row(i).size() > 0 ? 1 : 0;
  const double mean_length = std::accumulate(tf.begin(), tf.end(), 0.0) / std::max(described, 1.0);

  const double frequent = std::max<double>(options.max_share * described, options.neighbors);

  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (std::int32_t item = 0; item < tokens.n_rows(); ++item) {
    const SparseRow row = tokens.row(item);
    const double length = std::accumulate(row.values.begin(), row.values.end(), 0.0);
    const double held_back = options.k1 * (1 - options.b + options.b * length / mean_length);
    double squares = 0;
    for (const auto t : kept_tokens(row, counts, frequent, options.max_items)) {
      const double count = counts[static_cast<std::size_t>(row.columns[t])];
      const double idf = std::log1p((described - count + 0.5) / (count + 0.5));
      const double weight = idf * row.values[t] * (options.k1 + 1) / (row.values[t] + held_back);
      columns.push_back(row.columns[t]);
      values.push_back(static_cast<float>(weight));
      squares += weight * weight;
    }
    for (auto v = static_cast<std::size_t>(offsets.back()); v < values.size(); ++v) {
      values[v] = static_cast<float>(values[v] / std::sqrt(squares));
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {tokens.n_columns(), std::move(offsets), std::move(columns), std::move(values)};
}

// The largest entries of a board but that of `self`, at most n of them, by column.
inline std::vector<std::pair<std::int32_t, float>> largest(const ScoreBoard& board, ItemIndex self,
                                                           std::size_t n) {
  std::vector<std::pair<std::int32_t, float>> entries;
  for (const auto item : board.touched()) {
    if (item != self && board[item] > 0) entries.emplace_back(item, board[item]);
  }
  const auto better = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  if (entries.size() > n) {
    const auto end = entries.begin() + static_cast<std::ptrdiff_t>(n);
    std::nth_element(entries.begin(), end, entries.end(), better);
    entries.resize(n);
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// Products of each row with all others, by way of the items that share a column.
inline CsrMatrix neighbors_of_rows(const CsrMatrix& rows, std::int32_t neighbors,
                                   const Context& context) {
  const std::int32_t n = rows.n_rows();
  const CsrMatrix items_of = transpose(rows);
  std::vector<std::vector<std::pair<std::int32_t, float>>> found(static_cast<std::size_t>(n));
  std::vector<ScoreBoard> boards(static_cast<std::size_t>(context.thread_count()), ScoreBoard(n));
  context.begin("content", n);
  parallel_for(context, n, 64, [&](std::int64_t begin, std::int64_t end, int worker) {
    ScoreBoard& board = boards[static_cast<std::size_t>(worker)];
    for (std::int64_t i = begin; i < end; ++i) {
      const auto item = static_cast<ItemIndex>(i);
      const SparseRow row = rows.row(item);
      for (std::size_t t = 0; t < row.size(); ++t) {
        board.add(items_of.row(row.columns[t]), row.values[t]);
      }
      found[static_cast<std::size_t>(i)] =
          largest(board, item, static_cast<std::size_t>(neighbors));
      board.clear();
    }
  });
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (const auto& entries : found) {
    for (const auto& [column, value] : entries) {
      columns.push_back(column);
      values.push_back(value);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {n, std::move(offsets), std::move(columns), std::move(values)};
}

}  // namespace detail

inline Content Content::fit(const CsrMatrix& tokens, const ContentOptions& options,
                            const Context& context) {
  detail::validate(options);
  for (const float count : tokens.values()) {
    require(count > 0 && std::isfinite(count), "tokens", "hold positive finite counts", count);
  }
  const CsrMatrix rows = detail::bm25_rows(tokens, options);
  return {detail::neighbors_of_rows(rows, options.neighbors, context), options.history_weights};
}

inline Content Content::fit(const Catalog& catalog, const ContentOptions& options,
                            const Context& context) {
  const std::int32_t n = catalog.items().size();
  std::vector<ItemIndex> same(static_cast<std::size_t>(n));
  std::iota(same.begin(), same.end(), 0);
  return fit(token_matrix(catalog, same, n), options, context);
}

}  // namespace endcap
