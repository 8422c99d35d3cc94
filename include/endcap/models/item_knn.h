#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/item_sets.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct ItemKnnOptions {
  float shrinkage = 20;  // >= 0: holds back pairs of rare items
  int neighbors = 200;   // kept per item; 0: all
  int max_events = 500;  // of a user, the newest
  HistoryWeights history = {};
};

// Items that share their users: W[i, j] = n_ij / (sqrt(n_i * n_j) + shrinkage), the cosine of two
// columns of sets, where n counts users. Source: B. Sarwar, G. Karypis, J. Konstan, J. Riedl,
// "Item-Based Collaborative Filtering Recommendation Algorithms", WWW 2001, section 3.1; the
// shrinkage after R. Bell and Y. Koren, "Improved Neighborhood-based Collaborative Filtering",
// KDD Cup 2007. Fitting takes O(sum of n_u^2). Exact.
class ItemKnn final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range.
  [[nodiscard]] static ItemKnn fit(const Interactions& interactions,
                                   const ItemKnnOptions& options = {}, const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

inline ItemKnn ItemKnn::fit(const Interactions& interactions, const ItemKnnOptions& options,
                            const Context& context) {
  require(options.shrinkage >= 0, "shrinkage", "be 0 or more", options.shrinkage);
  require(options.neighbors >= 0, "neighbors", "be 0 (all) or more", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const ItemSets sets(interactions, options.max_events);
  const auto one_each = sets.user_weights(0);
  const auto users = [&](ItemIndex i) { return static_cast<double>(sets.users_of(i).size()); };
  auto matrix = count_matrix(
      context, sets.n_items(), options.neighbors,
      [&](ItemIndex i, CountRow& row) { sets.count_partners(i, one_each, row); },
      [&](ItemIndex i, ItemIndex j, std::int64_t count) {
        if (i == j) return 0.0f;
        const double norm = std::sqrt(users(i) * users(j)) + options.shrinkage;
        return static_cast<float>(from_fixed(count) / norm);
      });
  return {std::move(matrix), options.history};
}

}  // namespace endcap
