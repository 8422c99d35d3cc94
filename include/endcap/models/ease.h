#pragma once

#include <cstdint>
#include <utility>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/item_sets.h"
#include "endcap/models/detail/neighborhood_solver.h"
#include "endcap/models/detail/whole_ease.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct EaseOptions {
  float regularization = 20;  // lambda, in weighted users; > 0
  float user_power = 0.5f;    // >= 0: a user of n items counts n^-this
  int neighbors = 100;        // items that each item is explained by; 0: all, up to 20,000 items
  int max_events = 500;       // of a user, the newest
  HistoryWeights history = {};
};

// EASE, a linear item-item model in closed form, solved in each item's neighbourhood: for item j
// and the items N that it shares most users with, column j is w = (G_NN + lambda I)^-1 G_Nj, where
// G = X' D X and D holds the users' weights. Negative weights are kept.
// Source: H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, section 3.1,
// and "Markov Random Fields for Collaborative Filtering", NeurIPS 2019, section 3 (the sparse
// form). Fitting takes O(n_items * neighbors^3) time and the memory of G; with all items
// O(n_items^3) time and 12 * n_items^2 bytes.
class Ease final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range.
  [[nodiscard]] static Ease fit(const Interactions& interactions, const EaseOptions& options = {},
                                const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

namespace detail {

// G = X' D X with each user's distinct items as X: symmetric, diagonal included.
inline CsrMatrix weighted_gram(const Interactions& interactions, const EaseOptions& options,
                               const Context& context) {
  const ItemSets sets(interactions, options.max_events);
  const auto by_user = sets.user_weights(options.user_power);
  return count_matrix(
      context, sets.n_items(), 0,
      [&](ItemIndex i, CountRow& row) { sets.count_partners(i, by_user, row); },
      [](ItemIndex, ItemIndex, std::int64_t count) {
        return static_cast<float>(from_fixed(count));
      });
}

}  // namespace detail

inline Ease Ease::fit(const Interactions& interactions, const EaseOptions& options,
                      const Context& context) {
  require(options.regularization > 0, "regularization", "be positive", options.regularization);
  require(options.user_power >= 0, "user_power", "be 0 or more", options.user_power);
  require(options.neighbors >= 0, "neighbors", "be 0 (all) or more", options.neighbors);
  require(options.neighbors > 0 || interactions.n_items() <= 20'000, "neighbors",
          "be positive above 20,000 items", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const CsrMatrix gram = detail::weighted_gram(interactions, options, context);
  if (options.neighbors == 0) {
    return {detail::whole_ease(gram, options.regularization, context), options.history};
  }
  return {
      detail::solve_neighborhoods(gram, gram, {options.regularization, options.neighbors}, context),
      options.history};
}

}  // namespace endcap
