#include "endcap/serving/gate.h"

#include <algorithm>

#include "endcap/ranking/column_values.h"
#include "endcap/serving/wishes.h"

namespace endcap {
namespace {

const Plan kNoRules = {};

}  // namespace

Gate::Gate(const Snapshot& snapshot)
    : snapshot_(snapshot), hidden_(snapshot.n_items()), plan_(&kNoRules) {}

void Gate::open(const ListRequest& request) {
  request_ = request;
  plan_ = request.plan != nullptr ? request.plan : &kNoRules;
  settle();
  filter_ = &settled_.filter;
  hidden_.clear();
  hidden_variants_.clear();
  for (const auto& event : request.history.events) {
    if (event.item < snapshot_.n_items() && hides(event)) hide_with_variants(event.item);
  }
  for (const auto item : request.taken) hide_with_variants(item);
  for (const auto item : request.disliked) hide(item);
  for (const auto item : plan_->block) hide(item);
}

void Gate::settle() {
  rows_.clear();
  for (const auto& event : request_.history.events) {
    if (event.item < snapshot_.n_items() && row(event.item) != kNoIndex) {
      rows_.push_back(row(event.item));
    }
  }
  asker_ = {.rows = rows_,
            .anchor = request_.anchor == kNoIndex ? kNoIndex : row(request_.anchor),
            .now_us = request_.now_us};
  const auto settled = [&](const Plan::When& when) {
    return when && when->is_personal() ? Plan::When(when->bind(asker_)) : when;
  };
  settled_ = {.asked = settled(plan_->asked),
              .filter = settled(plan_->filter),
              .veils = {},
              .raises = {},
              .backfill = {}};
  for (const auto& veil : plan_->veils) settled_.veils.push_back(settled(veil.when));
  for (const auto& raise : plan_->raises) settled_.raises.push_back(settled(raise.when));
  for (const auto& when : plan_->backfill) settled_.backfill.push_back(settled(when));
}

void Gate::hide_with_variants(ItemIndex item) {
  hide(item);
  if (!plan_->variants || item >= snapshot_.n_items()) return;
  for_each_value(snapshot_.catalog, row(item), *plan_->variants,
                 [&](std::int64_t value) { hidden_variants_.insert(value); });
}

bool Gate::hides(const Interaction& event) const {
  if (event.kind == kDeclared) return false;
  if (plan_->veils.empty()) return request_.repeats == Repeats::kExclude;
  const bool is_timed = snapshot_.histories.order() == Order::kTime;
  for (std::size_t v = 0; v < plan_->veils.size(); ++v) {
    const auto& veil = plan_->veils[v];
    const bool is_over =
        is_timed && veil.for_us > 0 && request_.now_us - event.time_us >= veil.for_us;
    if (!is_over && veil.kind.value_or(event.kind) == event.kind &&
        meets(settled_.veils[v], event.item)) {
      return true;
    }
  }
  return false;
}

bool Gate::is_hidden_variant(ItemIndex item) const {
  bool is_hidden = false;
  if (hidden_variants_.empty()) return is_hidden;
  for_each_value(snapshot_.catalog, row(item), *plan_->variants, [&](std::int64_t value) {
    is_hidden = is_hidden || hidden_variants_.contains(value);
  });
  return is_hidden;
}

bool Gate::names_all() const {
  return request_.repeats == Repeats::kOnly || plan_->allow || plan_->few_asked ||
         (filter_ == &settled_.filter && plan_->few);
}

std::vector<ItemIndex> Gate::named() const {
  if (request_.repeats != Repeats::kOnly) {
    if (plan_->allow) return *plan_->allow;
    return plan_->few_asked ? *plan_->few_asked : *plan_->few;
  }
  std::vector<ItemIndex> items;
  for (const auto& event : request_.history.events) {
    if (event.item < snapshot_.n_items() && event.kind != kDeclared) items.push_back(event.item);
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  if (plan_->allow) {
    std::erase_if(items, [&](ItemIndex item) {
      return !std::binary_search(plan_->allow->begin(), plan_->allow->end(), item);
    });
  }
  return items;
}

}  // namespace endcap
