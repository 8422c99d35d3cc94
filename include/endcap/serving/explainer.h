#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "endcap/models/scorer.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/serving/overlay.h"
#include "endcap/serving/query.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// Says why an item has its score, in the shop's own ids. Any number of threads may ask.
class Explainer {
 public:
  // The most events that a pick names; explain() names all.
  static constexpr std::size_t kReasonsPerPick = 3;

  // Snapshot and overlay must outlive this.
  Explainer(const Snapshot& snapshot, const Overlay& overlay)
      : snapshot_(snapshot), overlay_(overlay) {}

  [[nodiscard]] Reason reason(const Interaction& event, float value) const;

  // Each item with its largest positive reasons, and the model that adds most.
  [[nodiscard]] std::vector<Pick> picks(Purpose purpose, const Visitor& visitor,
                                        std::span<const ScoredItem> list) const;
  // The same where one model alone scored them.
  [[nodiscard]] std::vector<Pick> picks(const Scorer& model, const Visitor& visitor,
                                        std::span<const ScoredItem> list,
                                        std::string_view source) const;

  [[nodiscard]] Explanation explain(const Visitor& visitor, ItemIndex item, Repeats repeats) const;

 private:
  void add_trees(Purpose purpose, const History& history, ItemIndex item,
                 Explanation& explanation) const;
  // The items with their reasons, from parts (n_items, n_events).
  [[nodiscard]] std::vector<Pick> with_reasons(const Visitor& visitor,
                                               std::span<const ScoredItem> list,
                                               std::span<const float> parts) const;

  const Snapshot& snapshot_;
  const Overlay& overlay_;
};

}  // namespace endcap
