#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/item_sets.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct TurboCfOptions {
  float alpha = 0.5f;    // in [0, 1]: how much busy users are held back, in place of popular items
  float power = 1;       // > 0: of each weight; above 1 the strong ones stand out
  int neighbors = 400;   // kept per item; 0: all
  int max_events = 500;  // of a user, the newest
  HistoryWeights history = {};
};

// A low-pass filter on the graph of items: with X[u, i] = n_u^-alpha * n_i^(alpha - 1) for each
// item i of user u, W = X' X with each entry raised to a power; the diagonal is left out.
// Source: J.-D. Park, Y.-M. Shin, W.-Y. Shin, "Turbo-CF: Matrix Decomposition-Free Graph Filtering
// for Fast Recommendation", SIGIR 2024, section 3.2 (the linear filter). Fitting takes
// O(sum of n_u^2). Exact: the user weights are added in fixed point.
class TurboCf final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range.
  [[nodiscard]] static TurboCf fit(const Interactions& interactions,
                                   const TurboCfOptions& options = {}, const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

inline TurboCf TurboCf::fit(const Interactions& interactions, const TurboCfOptions& options,
                            const Context& context) {
  require(options.alpha >= 0 && options.alpha <= 1, "alpha", "be in [0, 1]", options.alpha);
  require(options.power > 0, "power", "be positive", options.power);
  require(options.neighbors >= 0, "neighbors", "be 0 (all) or more", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const ItemSets sets(interactions, options.max_events);
  const auto by_user = sets.user_weights(2.0 * options.alpha);
  const auto by_item = sets.item_weights(1.0 - options.alpha);
  auto matrix = count_matrix(
      context, sets.n_items(), options.neighbors,
      [&](ItemIndex i, CountRow& row) { sets.count_partners(i, by_user, row); },
      [&](ItemIndex i, ItemIndex j, std::int64_t count) {
        if (i == j) return 0.0f;
        return std::pow(static_cast<float>(from_fixed(count)) *
                            by_item[static_cast<std::size_t>(i)] *
                            by_item[static_cast<std::size_t>(j)],
                        options.power);
      });
  return {std::move(matrix), options.history};
}

}  // namespace endcap
