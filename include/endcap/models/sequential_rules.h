#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/models/item_item_model.h"

namespace endcap {

struct SequentialRulesOptions {
  int window = 40;         // > 0: events that a rule may look ahead
  float gap_power = 0.6f;  // >= 0: a rule over a gap of g events counts g^-this
  float backward = 0.3f;   // in [0, 1]: what the rule from the later to the earlier item counts
  float row_power = 0.5f;  // in [0, 1]: rows are divided by (their sum)^this
  int neighbors = 400;     // kept per item; 0: all
  HistoryWeights history = {.position_decay = 0.6f, .max_events = 50};
};

// Who went from i to j, and after how many steps: T[i, j] = sum over all places where j follows i
// within the window of gap^-gap_power, plus `backward` of it the other way round, rows normalised.
// Source: M. Ludewig and D. Jannach, "Evaluation of Session-based Recommendation Algorithms", User
// Modeling and User-Adapted Interaction 28, 2018, section 3.1.3 (sequential rules), with a decay of
// its own. Fitting takes O(n_events * window). Exact: counts are added in fixed point.
class SequentialRules final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range or interactions without an order.
  [[nodiscard]] static SequentialRules fit(const Interactions& interactions,
                                           const SequentialRulesOptions& options = {},
                                           const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

inline SequentialRules SequentialRules::fit(const Interactions& interactions,
                                            const SequentialRulesOptions& options,
                                            const Context& context) {
  require(interactions.order() != Order::kNone, "interactions", "have an order", "sets");
  require(options.window > 0, "window", "be positive", options.window);
  require(options.gap_power >= 0, "gap_power", "be 0 or more", options.gap_power);
  require(options.backward >= 0 && options.backward <= 1, "backward", "be in [0, 1]",
          options.backward);
  require(options.row_power >= 0 && options.row_power <= 1, "row_power", "be in [0, 1]",
          options.row_power);
  require(options.neighbors >= 0, "neighbors", "be 0 (all) or more", options.neighbors);
  std::vector<std::int64_t> ahead(static_cast<std::size_t>(options.window) + 1), behind(ahead);
  for (std::size_t gap = 1; gap < ahead.size(); ++gap) {
    const double weight = std::pow(static_cast<double>(gap), -options.gap_power);
    ahead[gap] = to_fixed(weight);
    behind[gap] = to_fixed(options.backward * weight);
  }
  constexpr std::size_t kAhead = 8;  // places stand anywhere in memory: they are asked for early
  const Occurrences occurrences(interactions);
  std::vector<float> row_scale(static_cast<std::size_t>(interactions.n_items()), 1);
  auto matrix = count_matrix(
      context, interactions.n_items(), options.neighbors,
      [&](ItemIndex i, CountRow& row) {
        std::int64_t sum = 0;
        const auto add = [&](ItemIndex j, std::int64_t count) {
          if (j == i || count == 0) return;
          row.add(j, count);
          sum += count;
        };
        const auto places = occurrences.of(i);
        for (std::size_t k = 0; k < places.size(); ++k) {
          if (k + kAhead < places.size()) occurrences.prefetch(places[k + kAhead]);
          const auto* at = occurrences.at(places[k]);
          for (int gap = 1; gap <= options.window && at[gap] != kNoIndex; ++gap) {
            add(at[gap], ahead[static_cast<std::size_t>(gap)]);
          }
          for (int gap = 1; gap <= options.window && at[-gap] != kNoIndex; ++gap) {
            add(at[-gap], behind[static_cast<std::size_t>(gap)]);
          }
        }
        row_scale[static_cast<std::size_t>(i)] =
            sum > 0 ? static_cast<float>(std::pow(from_fixed(sum), -options.row_power)) : 0;
      },
      [&](ItemIndex i, ItemIndex, std::int64_t count) {
        return static_cast<float>(from_fixed(count)) * row_scale[static_cast<std::size_t>(i)];
      });
  return {std::move(matrix), options.history};
}

}  // namespace endcap
