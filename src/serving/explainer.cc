#include "endcap/serving/explainer.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>

#include "endcap/models/score_board.h"
#include "endcap/serving/wishes.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

std::vector<ItemIndex> items_of(std::span<const ScoredItem> list) {
  std::vector<ItemIndex> items;
  items.reserve(list.size());
  for (const auto& [item, score] : list) items.push_back(item);
  return items;
}

// For each event the newest one with the same item.
std::vector<std::size_t> newest_with_its_item(std::span<const Interaction> events) {
  std::vector<std::size_t> by_item(events.size()), newest(events.size());
  std::iota(by_item.begin(), by_item.end(), 0);
  std::sort(by_item.begin(), by_item.end(), [&](std::size_t a, std::size_t b) {
    return events[a].item < events[b].item || (events[a].item == events[b].item && a > b);
  });
  for (std::size_t i = 0; i < by_item.size(); ++i) {
    const bool same = i > 0 && events[by_item[i]].item == events[by_item[i - 1]].item;
    newest[by_item[i]] = same ? newest[by_item[i - 1]] : by_item[i];
  }
  return newest;
}

}  // namespace

Reason Explainer::reason(const Interaction& event, float value) const {
  Reason reason{.item = overlay_.item_id(event.item),
                .kind = event.kind == kDeclared ? "like" : snapshot_.kinds[event.kind].name,
                .value = value};
  const bool is_timed = snapshot_.histories.order() == Order::kTime && event.kind != kDeclared;
  if (is_timed) reason.time_us = event.time_us;
  return reason;
}

std::vector<Pick> Explainer::with_reasons(const Visitor& visitor, std::span<const ScoredItem> list,
                                          std::span<const float> parts) const {
  const auto newest = newest_with_its_item(visitor.events);
  std::vector<Pick> picks;
  picks.reserve(list.size());
  std::vector<ScoredItem> largest(visitor.events.size());  // by the place of the newest event
  for (const auto& [item, score] : list) {
    picks.push_back({.item = snapshot_.items.id(item), .score = score});
    largest.resize(visitor.events.size());
    for (std::size_t e = 0; e < largest.size(); ++e) largest[e] = {static_cast<ItemIndex>(e), 0};
    const auto of_item = parts.subspan((picks.size() - 1) * largest.size(), largest.size());
    for (std::size_t e = largest.size(); e-- > 0;) largest[newest[e]].score += of_item[e];
    std::erase_if(largest, [](const ScoredItem& part) { return !(part.score > 0); });
    const auto kept = std::min(largest.size(), kReasonsPerPick);
    std::partial_sort(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(kept),
                      largest.end(), ranks_before);
    for (std::size_t r = 0; r < kept; ++r) {
      const auto& event = visitor.events[static_cast<std::size_t>(largest[r].item)];
      picks.back().reasons.push_back(reason(event, largest[r].score));
    }
  }
  return picks;
}

std::vector<Pick> Explainer::picks(Purpose purpose, const Visitor& visitor,
                                   std::span<const ScoredItem> list) const {
  const auto shares = snapshot_.blend.explain_each(purpose, visitor.history(), items_of(list));
  auto picks = with_reasons(visitor, list, shares.parts);
  for (std::size_t i = 0; i < picks.size(); ++i) {
    picks[i].source = shares.leaders[i] != nullptr ? shares.leaders[i]->name : "popularity";
  }
  return picks;
}

std::vector<Pick> Explainer::picks(const Scorer& model, const Visitor& visitor,
                                   std::span<const ScoredItem> list,
                                   std::string_view source) const {
  std::vector<float> parts(list.size() * visitor.events.size()), rests(list.size());
  model.explain_each(visitor.history(), items_of(list), parts, rests);
  auto picks = with_reasons(visitor, list, parts);
  for (auto& pick : picks) pick.source = pick.score > 0 ? source : "popularity";
  return picks;
}

// What the second stage adds to the item's score, by what it looks at.
void Explainer::add_trees(Purpose purpose, const History& history, ItemIndex item,
                          Explanation& explanation) const {
  const auto& blend = snapshot_.blend;
  const auto& reranker = blend.rerankers[static_cast<std::size_t>(purpose)];
  if (reranker.empty()) return;
  ScoreBoard board(snapshot_.n_items());
  const auto features = blend.rerank_features(purpose, history, {&item, 1}, board);
  std::vector<float> parts(features.size());
  const auto add = [&](std::string_view what, float value) {
    explanation.reasons.push_back({.item = explanation.item,
                                   .kind = "trees",
                                   .value = value,
                                   .rule = std::string(kBoostedTrees) + ": " + std::string(what)});
  };
  add("mean", reranker.trees().explain(features, parts));
  for (std::size_t t = 0; t < reranker.terms().size(); ++t) {
    add(blend.terms[static_cast<std::size_t>(reranker.terms()[t])].name, parts[t]);
  }
  add("popularity", parts.back());
}

Explanation Explainer::explain(const Visitor& visitor, ItemIndex item, Repeats repeats) const {
  const bool had = std::any_of(visitor.events.begin(), visitor.events.end(),
                               [&](const auto& event) { return event.item == item; });
  const auto history = visitor.history();
  const auto purpose =
      purpose_of(had || repeats != Repeats::kExclude, history, snapshot_.histories.order());
  const bool is_known = item < snapshot_.n_items();
  std::vector<float> parts(visitor.events.size());
  Explanation explanation{.item = overlay_.item_id(item)};
  if (is_known) explanation.base = snapshot_.blend.explain(purpose, history, item, parts);
  for (std::size_t e = 0; e < parts.size(); ++e) {
    explanation.reasons.push_back(reason(visitor.events[e], parts[e]));
  }
  if (is_known) add_trees(purpose, history, item, explanation);
  explanation.score = explanation.base;
  for (const auto& reason : explanation.reasons) explanation.score += reason.value;
  return explanation;
}

}  // namespace endcap
