#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/row_update.h"

namespace endcap {

struct SequentialRulesOptions {
  int window = 40;         // > 0: items that a rule may look ahead
  float gap_power = 1;     // >= 0: a rule from an item to the g-th after it counts g^-this
  float backward = 0.3f;   // in [0, 1]: what the rule from the later to the earlier item counts
  float row_power = 0.5f;  // in [0, 1]: rows are divided by (their sum)^this
  int neighbors = 400;     // kept per item; 0: all
  HistoryWeights history = {.position_decay = 0.6f, .max_events = 50};
};

// Who went from i to j, and after how many items: T[i, j] = sum over all places where j follows i
// within the window of gap^-gap_power, plus `backward` of it the other way round, rows normalised.
// Several events with one item on end are one place.
// Source: M. Ludewig and D. Jannach, "Evaluation of Session-based Recommendation Algorithms", User
// Modeling and User-Adapted Interaction 28, 2018, section 3.1.3 (sequential rules), with a decay of
// its own. Fitting takes O(n_events * window). Exact: counts are added in fixed point.
class SequentialRules final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range or interactions without an order.
  [[nodiscard]] static SequentialRules fit(const Interactions& interactions,
                                           const SequentialRulesOptions& options = {},
                                           const Context& context = {});

  // How a model of these options counts between two fits; null if row_power is 1, as nothing is
  // left of the sums of rows then.
  [[nodiscard]] static std::shared_ptr<const RowUpdate> update_of(
      const SequentialRulesOptions& options);

 private:
  struct Counts;
  class Update;

  using ItemItemModel::ItemItemModel;
};

// In fixed point, by the gap, of which 0 counts nothing.
struct SequentialRules::Counts {
  explicit Counts(const SequentialRulesOptions& options)
      : ahead(static_cast<std::size_t>(options.window) + 1), behind(ahead) {
    for (std::size_t gap = 1; gap < ahead.size(); ++gap) {
      const double weight = std::pow(static_cast<double>(gap), -options.gap_power);
      ahead[gap] = to_fixed(weight);
      behind[gap] = to_fixed(options.backward * weight);
    }
  }

  std::vector<std::int64_t> ahead, behind;
};

class SequentialRules::Update final : public RowUpdate {
 public:
  explicit Update(const SequentialRulesOptions& options)
      : RowUpdate(Party::kVisitor), row_power_(options.row_power), counts_(options) {}

  float apply(SparseRow row, const ItemNews& news, std::span<float> added) const override {
    // A row of counts with sum s is divided by s^p, which leaves s^(1 - p) as its sum.
    const float left = std::accumulate(row.values.begin(), row.values.end(), 0.0f);
    const float before = std::pow(left, 1 / (1 - row_power_));
    float now = before;
    for (std::size_t m = 0; m < added.size(); ++m) now += added[m] = count(news.meetings[m].steps);
    if (!(now > 0)) return 1;
    const float scale = std::pow(now, -row_power_);
    for (auto& weight : added) weight *= scale;
    return std::pow(before / now, row_power_);
  }

 private:
  [[nodiscard]] float count(int steps) const {
    const auto& counts = steps > 0 ? counts_.ahead : counts_.behind;
    const auto gap = static_cast<std::size_t>(std::abs(steps));
    return gap < counts.size() ? static_cast<float>(from_fixed(counts[gap])) : 0;
  }

  float row_power_;
  Counts counts_;
};

inline std::shared_ptr<const RowUpdate> SequentialRules::update_of(
    const SequentialRulesOptions& options) {
  return options.row_power < 1 ? std::make_shared<const Update>(options) : nullptr;
}

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
  const Counts counts(options);
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
            add(at[gap], counts.ahead[static_cast<std::size_t>(gap)]);
          }
          for (int gap = 1; gap <= options.window && at[-gap] != kNoIndex; ++gap) {
            add(at[-gap], counts.behind[static_cast<std::size_t>(gap)]);
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
