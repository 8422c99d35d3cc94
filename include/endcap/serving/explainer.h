#pragma once

#include <span>
#include <string_view>

#include "endcap/models/scorer.h"
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

  // The item with its largest positive reasons, and the model that adds most.
  [[nodiscard]] Pick pick(Purpose purpose, const Visitor& visitor, ItemIndex item,
                          float score) const;
  // The same where one model alone scored it.
  [[nodiscard]] Pick pick(const Scorer& model, const Visitor& visitor, ItemIndex item, float score,
                          std::string_view source) const;

  [[nodiscard]] Explanation explain(const Visitor& visitor, ItemIndex item) const;

 private:
  void add_largest(const Visitor& visitor, std::span<const float> parts, Pick& pick) const;

  const Snapshot& snapshot_;
  const Overlay& overlay_;
};

}  // namespace endcap
