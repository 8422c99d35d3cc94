#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/types.h"
#include "endcap/catalog/catalog.h"
#include "endcap/catalog/text.h"
#include "endcap/matrix/csr_matrix.h"

namespace endcap {

// What the items' texts and attributes say, as sparse matrices. Row r of the catalogue is item
// item_of[r] of n_items, or no item of the model where that is kNoIndex; items that the catalogue
// does not know have empty rows. Numbers and times are ignored.

// How often each item has each token, (n_items, n_tokens): the words of its kText columns, and
// "column=value" for each of its categories and tags.
// Throws std::invalid_argument if item_of does not fit the catalogue or n_items.
[[nodiscard]] CsrMatrix token_matrix(const Catalog& catalog, std::span<const ItemIndex> item_of,
                                     std::int32_t n_items);

// Ones for the attributes of each item, (n_items, n_attributes): its categories and tags; where the
// catalogue has neither, the words that at least 5 and at most 10 % of the items have. Attributes
// of a single item are left out. Throws as above.
[[nodiscard]] CsrMatrix attribute_matrix(const Catalog& catalog, std::span<const ItemIndex> item_of,
                                         std::int32_t n_items);

// For each column, how many rows have it: (n_columns,).
[[nodiscard]] inline std::vector<std::int32_t> row_counts(const CsrMatrix& matrix) {
  std::vector<std::int32_t> counts(static_cast<std::size_t>(matrix.n_columns()));
  for (const auto column : matrix.columns()) ++counts[static_cast<std::size_t>(column)];
  return counts;
}

namespace detail {

// Collects the tokens of items and numbers them in the order of their first coming.
class TokenRows {
 public:
  explicit TokenRows(std::int32_t n_items) : rows_(static_cast<std::size_t>(n_items)) {}

  void add(ItemIndex item, std::string token) {
    const auto next = static_cast<std::int32_t>(numbers_.size());
    const auto number = numbers_.try_emplace(std::move(token), next).first->second;
    rows_[static_cast<std::size_t>(item)].push_back(number);
  }

  // (n_items, n_tokens) of counts.
  [[nodiscard]] CsrMatrix matrix() && {
    std::vector<std::int64_t> offsets = {0};
    std::vector<std::int32_t> columns;
    std::vector<float> values;
    for (auto& row : rows_) {
      std::sort(row.begin(), row.end());
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0 && row[i] == row[i - 1]) {
          ++values.back();
        } else {
          columns.push_back(row[i]);
          values.push_back(1);
        }
      }
      offsets.push_back(static_cast<std::int64_t>(columns.size()));
    }
    return {static_cast<std::int32_t>(numbers_.size()), std::move(offsets), std::move(columns),
            std::move(values)};
  }

 private:
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::vector<std::vector<std::int32_t>> rows_;
};

inline bool has_attributes(const Catalog& catalog, std::int32_t column) {
  return catalog.type(column) == ColumnType::kCategory || catalog.type(column) == ColumnType::kTags;
}

// The tokens of one kind or of both.
inline CsrMatrix collect_tokens(const Catalog& catalog, std::span<const ItemIndex> item_of,
                                std::int32_t n_items, bool words, bool attributes) {
  require(item_of.size() == static_cast<std::size_t>(catalog.items().size()), "item_of",
          "have one entry per row of the catalogue", item_of.size());
  TokenRows rows(n_items);
  for (std::int32_t row = 0; row < catalog.items().size(); ++row) {
    const ItemIndex item = item_of[static_cast<std::size_t>(row)];
    if (item == kNoIndex) continue;
    require(0 <= item && item < n_items, "item_of", "hold kNoIndex or indices below n_items", item);
    for (std::int32_t c = 0; c < catalog.n_columns(); ++c) {
      if (attributes && has_attributes(catalog, c)) {
        const auto& name = catalog.column_names()[static_cast<std::size_t>(c)];
        for (const auto tag : catalog.tags(row, c)) rows.add(item, name + "=" + std::string(tag));
      } else if (words && catalog.type(c) == ColumnType::kText) {
        for (auto& word : tokens_of(catalog.text(row, c).value_or(""))) {
          rows.add(item, std::move(word));
        }
      }
    }
  }
  return std::move(rows).matrix();
}

// The columns that between `low` and `high` rows have, renumbered, all values 1.
inline CsrMatrix ones_of_columns(const CsrMatrix& matrix, std::int32_t low, std::int32_t high) {
  const auto counts = row_counts(matrix);
  std::vector<std::int32_t> renumbered(counts.size(), kNoIndex);
  std::int32_t n_columns = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (low <= counts[c] && counts[c] <= high) renumbered[c] = n_columns++;
  }
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  for (std::int32_t row = 0; row < matrix.n_rows(); ++row) {
    for (const auto column : matrix.row(row).columns) {
      const auto kept = renumbered[static_cast<std::size_t>(column)];
      if (kept != kNoIndex) columns.push_back(kept);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  std::vector<float> ones(columns.size(), 1.0f);
  return {n_columns, std::move(offsets), std::move(columns), std::move(ones)};
}

}  // namespace detail

inline CsrMatrix token_matrix(const Catalog& catalog, std::span<const ItemIndex> item_of,
                              std::int32_t n_items) {
  return detail::collect_tokens(catalog, item_of, n_items, true, true);
}

inline CsrMatrix attribute_matrix(const Catalog& catalog, std::span<const ItemIndex> item_of,
                                  std::int32_t n_items) {
  bool any = false;
  for (std::int32_t c = 0; c < catalog.n_columns(); ++c) {
    any = any || detail::has_attributes(catalog, c);
  }
  const CsrMatrix tokens = detail::collect_tokens(catalog, item_of, n_items, !any, any);
  return any ? detail::ones_of_columns(tokens, 2, n_items)
             : detail::ones_of_columns(tokens, 5, n_items / 10);
}

}  // namespace endcap
