#include "endcap/ranking/arranger.h"

namespace endcap {

Arranger::Arranger(const Setting& setting, std::vector<std::pair<int, ScoredItem>> pins)
    : setting_(&setting),
      pins_(std::move(pins)),
      caps_(setting.plan, setting.catalog),
      random_(setting.seed) {
  std::erase_if(pins_, [&](const auto& pin) { return pin.first > setting.k; });
  std::reverse(pins_.begin(), pins_.end());
}

void Arranger::place(const Placed& placed) {
  places_.push_back(placed);
  if (caps_.add(row(placed.item))) drop_forbidden();
  if (setting_->diversity > 0) compare_with(placed.item);
}

void Arranger::place_due_pins() {
  while (!pins_.empty() && pins_.back().first == static_cast<int>(places_.size()) + 1) {
    const auto [item, score] = pins_.back().second;
    pins_.pop_back();
    place({.item = item, .score = score, .origin = Origin::kPin});
  }
}

void Arranger::drop_forbidden() {
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    return caps_.broken_by(row(candidate.item.item)).has_value();
  });
}

void Arranger::compare_with(ItemIndex item) {
  for (auto& candidate : candidates_) {
    candidate.closest = std::max(candidate.closest, setting_->likeness(candidate.item.item, item));
  }
}

std::size_t Arranger::best() const {
  if (setting_->diversity == 0) return 0;
  std::size_t best = 0;
  float best_value = -2;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const float value = (1 - setting_->diversity) * candidates_[i].relevance -
                        setting_->diversity * candidates_[i].closest;
    if (value > best_value) {
      best_value = value;
      best = i;
    }
  }
  return best;
}

void Arranger::fill(const std::vector<ScoredItem>& candidates, int backfill) {
  candidates_.clear();
  for (const auto& item : candidates) {
    const float range = std::max(candidates.front().score - candidates.back().score, 1e-30f);
    candidates_.push_back({item, 1 - (candidates.front().score - item.score) / range, 0});
  }
  if (!caps_.empty()) drop_forbidden();
  if (setting_->diversity > 0) {
    for (const auto& placed : places_) compare_with(placed.item);
  }
  const float chance = setting_->plan.rules.exploration;
  for (place_due_pins(); !is_full() && !candidates_.empty(); place_due_pins()) {
    const auto by_chance = chance / static_cast<float>(candidates_.size());
    const std::size_t first = best();
    std::size_t chosen = first;
    Origin origin = backfill == kNoIndex ? Origin::kScore : Origin::kBackfill;
    if (chance > 0 && random_.uniform() < static_cast<double>(chance)) {
      chosen = random_.below(candidates_.size());
      if (origin == Origin::kScore) origin = Origin::kExplore;
    }
    const auto [item, score] = candidates_[chosen].item;
    candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(chosen));
    place({.item = item,
           .score = score,
           .origin = origin,
           .backfill = std::max(backfill, 0),
           .propensity = chosen == first ? 1 - chance + by_chance : by_chance});
  }
}

std::vector<Placed> Arranger::take() {
  for (; !pins_.empty(); pins_.pop_back()) {
    const auto& [item, score] = pins_.back().second;
    places_.push_back({.item = item, .score = score, .origin = Origin::kPin});
  }
  return std::move(places_);
}

}  // namespace endcap
