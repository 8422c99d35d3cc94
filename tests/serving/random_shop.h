#pragma once

#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/models/item_item_model.h"
#include "endcap/serving/snapshot.h"
#include "endcap/tuning/model_names.h"
#include "tuning/random_trees.h"

namespace endcap {

// A column of n texts, a tenth of them missing.
inline Texts random_texts(Random& random, int n, char prefix, std::uint64_t distinct) {
  Texts texts;
  for (int i = 0; i < n; ++i) {
    texts.push_back(random.below(10) == 0
                        ? std::nullopt
                        : std::optional(prefix + std::to_string(random.below(distinct))));
  }
  return texts;
}

inline CsrMatrix random_matrix(Random& random, std::int32_t n) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (std::int32_t row = 0; row < n; ++row) {
    for (std::int32_t column = 0; column < n; ++column) {
      if (column == row || random.below(4) != 0) continue;
      columns.push_back(column);
      values.push_back(static_cast<float>(random.below(8)) / 4 - 0.25f);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {n, std::move(offsets), std::move(columns), std::move(values)};
}

// n items with a random catalogue (item n - 1 is not in it), one random model and a prior with many
// ties, corrected by random trees in half of the shops; some scores are negative. Events have
// times.
inline Snapshot random_shop(Random& random, std::int32_t n) {
  Snapshot shop;
  std::vector<Id> ids;
  ids.reserve(static_cast<std::size_t>(n));
  for (std::int32_t i = 0; i < n; ++i) ids.emplace_back(std::int64_t{i});
  shop.items = Vocabulary::from_ids(ids);
  CatalogColumns columns;
  ids.pop_back();
  columns.ids = ids;
  Numbers price;
  for (std::int32_t i = 0; i + 1 < n; ++i) price.push_back(static_cast<double>(random.below(10)));
  columns.columns.push_back({"price", ColumnType::kNumber, price});
  columns.columns.push_back({"brand", ColumnType::kCategory, random_texts(random, n - 1, 'b', 4)});
  columns.columns.push_back({"group", ColumnType::kCategory, random_texts(random, n - 1, 'g', 12)});
  shop.catalog = Catalog(std::move(columns));
  std::vector<std::int32_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), 0);
  rows.back() = kNoIndex;
  shop.catalog_row = rows;
  shop.histories =
      Interactions(n, Order::kTime, std::vector<std::int64_t>{0}, std::vector<Interaction>{});
  shop.blend.terms.push_back(
      {.name = std::string(kBoughtTogether),
       .model = std::make_shared<const ItemItemModel>(random_matrix(random, n), HistoryWeights{}),
       .weights = {1, 2, 3}});
  for (std::size_t p = 0; p < kPurposes; ++p) {
    std::vector<float> prior;
    prior.reserve(static_cast<std::size_t>(n));
    for (std::int32_t i = 0; i < n; ++i) {
      prior.push_back(static_cast<float>(random.below(5)) / 8 - 0.125f);
    }
    std::vector<std::int32_t> order(prior.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
      return prior[static_cast<std::size_t>(a)] > prior[static_cast<std::size_t>(b)];
    });
    shop.blend.prior[p] = prior;
    shop.blend.prior_order[p] = order;
    if (random.below(2) == 0) {
      shop.blend.rerankers[p] = {std::vector<std::int32_t>{0}, random_trees(random, 2, 3, 4)};
    }
  }
  return shop;
}

}  // namespace endcap
