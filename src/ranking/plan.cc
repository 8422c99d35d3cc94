#include "endcap/ranking/plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "endcap/base/error.h"

namespace endcap {
namespace {

ItemIndex item_index(const Id& id, const Vocabulary& items) {
  if (const auto found = items.find(id)) return *found;
  throw UnknownIdError("item must be one of the log or the catalogue, got " + to_string(id));
}

std::vector<ItemIndex> item_indices(const std::vector<Id>& ids, const Vocabulary& items) {
  std::vector<ItemIndex> indices;
  indices.reserve(ids.size());
  for (const auto& id : ids) indices.push_back(item_index(id, items));
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

Plan::When condition(const std::string& text, const FilterCache& filters) {
  if (text.empty()) return std::nullopt;
  return filters.get(text);
}

// The items of a condition that few meet.
std::optional<std::vector<ItemIndex>> few_items(const Plan::When& when,
                                                std::span<const ItemIndex> item_of_row) {
  if (!when || !when->few()) return std::nullopt;
  std::vector<ItemIndex> items;
  for (const auto row : *when->few()) {
    const auto item = item_of_row[static_cast<std::size_t>(row)];
    if (item != kNoIndex) items.push_back(item);
  }
  return items;
}

std::string name_of(const Boost& boost) {
  const std::string verb = boost.factor < 1 ? "bury" : "boost";
  return boost.when.empty() ? verb : verb + ": " + boost.when;
}

std::optional<std::int32_t> column_or_none(const std::string& name, const Catalog& catalog) {
  if (name.empty()) return std::nullopt;
  return catalog.column(name);
}

// Both lists, where both are given.
std::optional<std::vector<ItemIndex>> common(const std::vector<Id>& a, const std::vector<Id>& b,
                                             const Vocabulary& items) {
  if (a.empty() && b.empty()) return std::nullopt;
  if (a.empty() || b.empty()) return item_indices(a.empty() ? b : a, items);
  const auto left = item_indices(a, items), right = item_indices(b, items);
  std::vector<ItemIndex> both;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(both));
  return both;
}

}  // namespace

Plan make_plan(Rules rules, const PlanContext& context, const std::string& filter,
               const std::vector<Id>& allow) {
  check(rules);
  Plan plan;
  plan.filter = condition(rules.filter, context.filters);
  plan.asked = condition(filter, context.filters);
  plan.few = few_items(plan.filter, context.item_of_row);
  plan.few_asked = few_items(plan.asked, context.item_of_row);
  plan.allow = common(rules.allow, allow, context.items);
  plan.block = item_indices(rules.block, context.items);
  for (const auto& hide : rules.hide) {
    plan.veils.push_back({.kind = {},
                          .when = condition(hide.when, context.filters),
                          .for_us = std::llround(hide.for_days * kMicrosecondsPerDay)});
    if (!hide.kind.empty()) plan.veils.back().kind = context.kinds.at(hide.kind);
  }
  for (const auto& boost : rules.boosts) {
    plan.raises.push_back({name_of(boost), condition(boost.when, context.filters), boost.factor});
  }
  for (const auto& pin : rules.pins) {
    plan.pins.emplace_back(pin.position, item_index(pin.item, context.items));
  }
  std::sort(plan.pins.begin(), plan.pins.end());
  plan.variants = column_or_none(rules.variants, context.catalog);
  plan.diversity_by = column_or_none(rules.diversity_by, context.catalog);
  if (plan.variants) plan.keeps.push_back({*plan.variants, 1});
  for (const auto& cap : rules.caps) {
    plan.keeps.push_back({context.catalog.column(cap.column), cap.at_most});
  }
  for (const auto& text : rules.backfill) {
    plan.backfill.push_back(condition(text, context.filters));
  }
  plan.version = version_of(rules);
  plan.rules = std::move(rules);
  return plan;
}

}  // namespace endcap
