#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/item_sets.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/row_update.h"

namespace endcap {

struct Rp3BetaOptions {
  float alpha = 0.8f;    // >= 0: how much less a step through a busy user or item says
  float beta = 0.4f;     // >= 0: how much popular items are held back
  int neighbors = 400;   // kept per item; 0: all
  int max_events = 500;  // of a user, the newest
  HistoryWeights history = {};
};

// A random walk of three steps from item to user to item, popular ends held back:
// W[i, j] = sum over users u of both of n_i^-alpha * n_u^-alpha / n_j^beta, where n counts distinct
// partners. Source: B. Paudel, F. Christoffel, C. Newell, A. Bernstein, "Updatable, Accurate,
// Diverse, and Scalable Recommendations for Interactive Applications", ACM TiiS 7(1), 2016,
// section 3.2. Fitting takes O(sum of n_u^2). Exact: the user weights are added in fixed point.
class Rp3Beta final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range.
  [[nodiscard]] static Rp3Beta fit(const Interactions& interactions,
                                   const Rp3BetaOptions& options = {}, const Context& context = {});

  // How a model of these options counts between two fits, whose items those of a party are.
  [[nodiscard]] static std::shared_ptr<const RowUpdate> update_of(const Rp3BetaOptions& options,
                                                                  Party party = Party::kVisitor);

 private:
  class Update;

  using ItemItemModel::ItemItemModel;
};

class Rp3Beta::Update final : public RowUpdate {
 public:
  Update(const Rp3BetaOptions& options, Party party)
      : RowUpdate(party), by_alpha_(options.alpha), by_beta_(options.beta) {}

  float apply(SparseRow /*row*/, const ItemNews& news, std::span<float> added) const override {
    const float from = by_alpha_(news.n_now);
    for (std::size_t m = 0; m < added.size(); ++m) {
      const auto& meeting = news.meetings[m];
      const float walk = from * by_alpha_(meeting.n_items) * by_beta_(meeting.n_of_other);
      added[m] = meeting.is_first ? walk : 0;
    }
    return news.n_before > 0 ? from / by_alpha_(news.n_before) : 1;
  }

 private:
  // n^-power, small n from a table.
  class Powers {
   public:
    explicit Powers(float power) : power_(power), table_(1'024) {
      for (std::size_t n = 1; n < table_.size(); ++n) table_[n] = of(n);
    }
    float operator()(std::int32_t n) const {
      const auto at = static_cast<std::size_t>(n);
      return at < table_.size() ? table_[at] : of(at);
    }

   private:
    [[nodiscard]] float of(std::size_t n) const { return std::pow(static_cast<float>(n), -power_); }

    float power_;
    std::vector<float> table_;
  };

  Powers by_alpha_, by_beta_;
};

inline std::shared_ptr<const RowUpdate> Rp3Beta::update_of(const Rp3BetaOptions& options,
                                                           Party party) {
  return std::make_shared<const Update>(options, party);
}

inline Rp3Beta Rp3Beta::fit(const Interactions& interactions, const Rp3BetaOptions& options,
                            const Context& context) {
  require(options.alpha >= 0, "alpha", "be 0 or more", options.alpha);
  require(options.beta >= 0, "beta", "be 0 or more", options.beta);
  require(options.neighbors >= 0, "neighbors", "be 0 (all) or more", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const ItemSets sets(interactions, options.max_events);
  const auto by_user = sets.user_weights(options.alpha);
  const auto from = sets.item_weights(options.alpha), to = sets.item_weights(options.beta);
  auto matrix = count_matrix(
      context, sets.n_items(), options.neighbors,
      [&](ItemIndex i, CountRow& row) { sets.count_partners(i, by_user, row); },
      [&](ItemIndex i, ItemIndex j, std::int64_t count) {
        if (i == j) return 0.0f;
        return static_cast<float>(from_fixed(count)) * from[static_cast<std::size_t>(i)] *
               to[static_cast<std::size_t>(j)];
      });
  return {std::move(matrix), options.history};
}

}  // namespace endcap
