#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "endcap/models/item_item_model.h"

namespace endcap {

struct RepeatPurchaseOptions {
  float shrinkage = 10;  // >= 0: customers of the average item that each item's rate is mixed with
  HistoryWeights history = {};
};

// How likely a visitor comes back to what they had: score(j) = rate_j * sum of the weights of the
// visitor's own events with j. rate_j is the share of j's customers who had it in more than one
// basket, shrunk towards the share of all items; how fast old events fade is up to the weights.
// Source: after Hu et al., "Modeling Personalized Item Frequency Information for Next-basket
// Recommendation", SIGIR 2020, section 4 (personal frequency with decay). Fitting takes
// O(n_events).
class RepeatPurchase final : public ItemItemModel {
 public:
  // Throws std::invalid_argument if the shrinkage is negative.
  [[nodiscard]] static RepeatPurchase fit(const Interactions& interactions,
                                          const RepeatPurchaseOptions& options = {});

 private:
  using ItemItemModel::ItemItemModel;
};

inline RepeatPurchase RepeatPurchase::fit(const Interactions& interactions,
                                          const RepeatPurchaseOptions& options) {
  require(options.shrinkage >= 0, "shrinkage", "be 0 or more", options.shrinkage);
  const auto n = static_cast<std::size_t>(interactions.n_items());
  std::vector<std::int64_t> customers(n), returning(n);
  std::vector<std::pair<ItemIndex, std::int64_t>> baskets;  // of one user: item, basket or place
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    baskets.clear();
    for (std::int64_t place = 0; const auto& event : interactions.events_of(user)) {
      baskets.emplace_back(event.item, event.basket == kNoIndex ? place : event.basket);
      ++place;
    }
    std::sort(baskets.begin(), baskets.end());
    for (std::size_t first = 0, end = 0; first < baskets.size(); first = end) {
      while (end < baskets.size() && baskets[end].first == baskets[first].first) ++end;
      const auto item = static_cast<std::size_t>(baskets[first].first);
      ++customers[item];
      returning[item] += baskets[end - 1].second != baskets[first].second ? 1 : 0;
    }
  }
  const auto total = std::accumulate(customers.begin(), customers.end(), std::int64_t{0});
  const auto all = std::accumulate(returning.begin(), returning.end(), std::int64_t{0});
  const double mean = total > 0 ? static_cast<double>(all) / static_cast<double>(total) : 0;

  std::vector<std::int64_t> offsets(n + 1);
  std::iota(offsets.begin(), offsets.end(), std::int64_t{0});
  std::vector<std::int32_t> columns(n);
  std::iota(columns.begin(), columns.end(), 0);
  std::vector<float> rates(n);
  for (std::size_t item = 0; item < n; ++item) {
    const double weight = static_cast<double>(customers[item]) + options.shrinkage;
    const double hits = static_cast<double>(returning[item]) + options.shrinkage * mean;
    rates[item] = weight > 0 ? static_cast<float>(hits / weight) : 0;
  }
  return {
      CsrMatrix(interactions.n_items(), std::move(offsets), std::move(columns), std::move(rates)),
      options.history};
}

}  // namespace endcap
