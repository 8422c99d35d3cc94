#include "endcap/serving/explainer.h"

#include <algorithm>
#include <map>

#include "endcap/retrieval/top_k.h"
#include "endcap/serving/wishes.h"

namespace endcap {

Reason Explainer::reason(const Interaction& event, float value) const {
  Reason reason{.item = overlay_.item_id(event.item),
                .kind = event.kind == kDeclared ? "like" : snapshot_.kinds[event.kind].name,
                .value = value};
  const bool is_timed = snapshot_.histories.order() == Order::kTime && event.kind != kDeclared;
  if (is_timed) reason.time_us = event.time_us;
  return reason;
}

void Explainer::add_largest(const Visitor& visitor, std::span<const float> parts,
                            Pick& pick) const {
  std::map<ItemIndex, ScoredItem> by_item;  // the newest event with it, and what all of them add
  for (std::size_t e = parts.size(); e-- > 0;) {
    const auto place = static_cast<ItemIndex>(e);
    by_item.try_emplace(visitor.events[e].item, ScoredItem{place, 0}).first->second.score +=
        parts[e];
  }
  std::vector<ScoredItem> largest;
  for (const auto& [item, part] : by_item) {
    if (part.score > 0) largest.push_back(part);
  }
  std::sort(largest.begin(), largest.end(), ranks_before);
  largest.resize(std::min(largest.size(), kReasonsPerPick));
  for (const auto& [e, value] : largest) {
    pick.reasons.push_back(reason(visitor.events[static_cast<std::size_t>(e)], value));
  }
}

Pick Explainer::pick(Purpose purpose, const Visitor& visitor, ItemIndex item, float score) const {
  Pick pick{.item = snapshot_.items.id(item), .score = score};
  std::vector<float> parts(visitor.events.size());
  const BlendTerm* leader = nullptr;
  (void)snapshot_.blend.explain(purpose, visitor.history(), item, parts, &leader);
  pick.source = leader != nullptr ? leader->name : "popularity";
  add_largest(visitor, parts, pick);
  return pick;
}

Pick Explainer::pick(const Scorer& model, const Visitor& visitor, ItemIndex item, float score,
                     std::string_view source) const {
  Pick pick{.item = snapshot_.items.id(item), .score = score};
  std::vector<float> parts(visitor.events.size());
  (void)model.explain(visitor.history(), item, parts);
  pick.source = score > 0 ? source : "popularity";
  add_largest(visitor, parts, pick);
  return pick;
}

Explanation Explainer::explain(const Visitor& visitor, ItemIndex item) const {
  const bool had = std::any_of(visitor.events.begin(), visitor.events.end(),
                               [&](const auto& event) { return event.item == item; });
  std::vector<float> parts(visitor.events.size());
  Explanation explanation{.item = overlay_.item_id(item)};
  if (item < snapshot_.n_items()) {
    const auto history = visitor.history();
    const auto purpose =
        had ? Purpose::kInclude : purpose_of_new(history, snapshot_.histories.order());
    explanation.base = snapshot_.blend.explain(purpose, history, item, parts);
  }
  explanation.score = explanation.base;
  for (std::size_t e = 0; e < parts.size(); ++e) {
    explanation.score += parts[e];
    explanation.reasons.push_back(reason(visitor.events[e], parts[e]));
  }
  return explanation;
}

}  // namespace endcap
