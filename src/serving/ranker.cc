#include "endcap/serving/ranker.h"

#include <algorithm>
#include <cmath>

#include "endcap/models/item_item_model.h"
#include "endcap/storage/checksum.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

const Plan kNoRules = {};

float raised(float score, float factor) { return score >= 0 ? score * factor : score / factor; }

}  // namespace

Ranker::Ranker(const Snapshot& snapshot)
    : snapshot_(snapshot), board_(snapshot.n_items()), hidden_(snapshot.n_items()) {}

Purpose Ranker::purpose(const Request& request) {
  const bool only_new = request.repeats == Repeats::kExclude &&
                        (request.plan == nullptr || request.plan->veils.empty());
  return only_new ? Purpose::kExplore : Purpose::kInclude;
}

void Ranker::prepare(const Request& request) {
  request_ = request;
  plan_ = request.plan != nullptr ? request.plan : &kNoRules;
  bind();
  filter_ = &bound_.filter;
  hide();
  board_.clear();
}

void Ranker::bind() {
  rows_.clear();
  for (const auto& event : request_.history.events) {
    if (event.item < snapshot_.n_items() && row(event.item) != kNoIndex) {
      rows_.push_back(row(event.item));
    }
  }
  asker_ = {.rows = rows_,
            .anchor = request_.anchor == kNoIndex ? kNoIndex : row(request_.anchor),
            .now_us = request_.now_us};
  const auto settle = [&](const Plan::When& when) {
    return when && when->is_personal() ? Plan::When(when->bind(asker_)) : when;
  };
  bound_ = {.asked = settle(plan_->asked),
            .filter = settle(plan_->filter),
            .veils = {},
            .raises = {},
            .backfill = {}};
  for (const auto& veil : plan_->veils) bound_.veils.push_back(settle(veil.when));
  for (const auto& raise : plan_->raises) bound_.raises.push_back(settle(raise.when));
  for (const auto& when : plan_->backfill) bound_.backfill.push_back(settle(when));
}

void Ranker::hide() {
  hidden_.clear();
  hidden_variants_.clear();
  hide_history();
  for (const auto item : request_.taken) hide_variants(item);
  for (const auto item : request_.disliked) hidden_.add(item);
  for (const auto item : plan_->block) hidden_.add(item);
}

void Ranker::hide_history() {
  for (const auto& event : request_.history.events) {
    if (0 <= event.item && event.item < snapshot_.n_items() && hides(event)) {
      hide_variants(event.item);
    }
  }
}

void Ranker::hide_variants(ItemIndex item) {
  hidden_.add(item);
  if (!plan_->variants) return;
  for_each_value(snapshot_.catalog, row(item), *plan_->variants,
                 [&](std::int64_t value) { hidden_variants_.insert(value); });
}

bool Ranker::hides(const Interaction& event) const {
  if (plan_->veils.empty()) return request_.repeats == Repeats::kExclude;
  const bool is_timed = snapshot_.histories.order() == Order::kTime;
  for (std::size_t v = 0; v < plan_->veils.size(); ++v) {
    const auto& veil = plan_->veils[v];
    const bool is_over =
        is_timed && veil.for_us > 0 && request_.now_us - event.time_us >= veil.for_us;
    if (!is_over && veil.kind.value_or(event.kind) == event.kind &&
        meets(bound_.veils[v], event.item)) {
      return true;
    }
  }
  return false;
}

bool Ranker::is_hidden_variant(ItemIndex item) const {
  bool is_hidden = false;
  if (hidden_variants_.empty()) return is_hidden;
  for_each_value(snapshot_.catalog, row(item), *plan_->variants, [&](std::int64_t value) {
    is_hidden = is_hidden || hidden_variants_.contains(value);
  });
  return is_hidden;
}

float Ranker::raw_score(ItemIndex item) const {
  const auto& prior = snapshot_.blend.prior[static_cast<std::size_t>(purpose(request_))];
  return board_[item] + (prior.empty() ? 0.0f : prior[static_cast<std::size_t>(item)]);
}

// Calls visit(rule, score after it) for each rule that changes the item's score.
template <class Visit>
void Ranker::for_each_rule(ItemIndex item, float raw, Visit&& visit) const {
  float score = raw;
  for (std::size_t r = 0; r < plan_->raises.size(); ++r) {
    if (!meets(bound_.raises[r], item)) continue;
    score = raised(score, plan_->raises[r].factor);
    visit(plan_->raises[r].rule, score);
  }
  if (plan_->rules.rotation == 0) return;
  const auto shown = std::lower_bound(request_.shown.begin(), request_.shown.end(),
                                      std::pair<ItemIndex, int>(item, 0));
  if (shown == request_.shown.end() || shown->first != item) return;
  static const std::string rotation = "rotation";
  const double kept = std::pow(1 - static_cast<double>(plan_->rules.rotation), shown->second);
  visit(rotation, raised(score, std::max(static_cast<float>(kept), 1e-6f)));
}

float Ranker::ruled(ItemIndex item, float raw) const {
  float score = raw;
  for_each_rule(item, raw, [&](const std::string&, float after) { score = after; });
  return score;
}

std::vector<RulePart> Ranker::rule_parts(ItemIndex item) const {
  std::vector<RulePart> parts;
  float before = raw_score(item);
  for_each_rule(item, before, [&](const std::string& rule, float after) {
    parts.push_back({rule, after - before});
    before = after;
  });
  return parts;
}

// No item of this raw score can have more. Multiplication rounds without changing the order.
float Ranker::bound_of_ruled(float raw) const {
  for (const auto& raise : plan_->raises) raw = raised(raw, std::max(raise.factor, 1.0f));
  return raw;
}

float Ranker::score(ItemIndex item) const { return ruled(item, raw_score(item)); }

std::int32_t Ranker::rank_of(ItemIndex item) const {
  const ScoredItem own{item, score(item)};
  std::int32_t rank = 1;
  const auto count = [&](ItemIndex other) {
    if (allowed(other) && ranks_before({other, score(other)}, own)) ++rank;
  };
  if (names_all()) {
    for (const auto other : named()) count(other);
  } else {
    for (ItemIndex other = 0; other < snapshot_.n_items(); ++other) count(other);
  }
  return rank;
}

bool Ranker::names_all() const {
  return request_.repeats == Repeats::kOnly || plan_->allow || plan_->few_asked ||
         (filter_ == &bound_.filter && plan_->few);
}

// The few items that the list is limited to, each once.
std::vector<ItemIndex> Ranker::named() const {
  if (request_.repeats != Repeats::kOnly) {
    if (plan_->allow) return *plan_->allow;
    return plan_->few_asked ? *plan_->few_asked : *plan_->few;
  }
  std::vector<ItemIndex> items;
  for (const auto& event : request_.history.events) {
    if (0 <= event.item && event.item < snapshot_.n_items()) items.push_back(event.item);
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

std::vector<ScoredItem> Ranker::candidates(int size) const {
  TopK best(size);
  if (!names_all()) {
    offer_all(best);
    return best.take();
  }
  for (const auto item : named()) {
    if (allowed(item)) best.offer({item, score(item)});
  }
  return best.take();
}

void Ranker::offer_all(TopK& best) const {
  for (const auto item : board_.touched()) {
    const float raw = raw_score(item);
    if (best.accepts({item, bound_of_ruled(raw)}) && allowed(item)) {
      best.offer({item, ruled(item, raw)});
    }
  }
  // Whom no event speaks for, by falling prior. Where rules may round two bounds to one, a tie goes
  // on.
  for (const auto item : snapshot_.blend.prior_order[static_cast<std::size_t>(purpose(request_))]) {
    if (board_.is_touched(item) || !allowed(item)) continue;
    const float raw = raw_score(item);
    const ItemIndex tie = plan_->raises.empty() ? item : kNoIndex;
    if (!best.accepts({tie, bound_of_ruled(raw)})) break;
    best.offer({item, ruled(item, raw)});
  }
}

// Leaves out what is too far below the best; returns whether anything was. A best score that is not
// positive says nothing about the others.
bool Ranker::cut_irrelevant(std::vector<ScoredItem>& list) const {
  if (list.empty() || list.front().score <= 0) return false;
  const float least = plan_->rules.minimum_relevance * list.front().score;
  return std::erase_if(list, [&](const ScoredItem& item) { return item.score < least; }) > 0;
}

// Null where no model says what is alike.
Likeness* Ranker::likeness() {
  const auto* model = dynamic_cast<const ItemItemModel*>(snapshot_.blend.find(kBoughtTogether));
  if (!likeness_ && model != nullptr) likeness_ = std::make_unique<Likeness>(model->matrix());
  return likeness_.get();
}

Arranger::Setting Ranker::setting() {
  const auto& events = request_.history.events;
  const auto seed = checksum(events.data(), events.size_bytes()) + request_.seed;
  Arranger::Setting setting{.k = request_.k,
                            .plan = *plan_,
                            .catalog = snapshot_.catalog,
                            .catalog_row = snapshot_.catalog_row.span(),
                            .diversity = plan_->rules.diversity,
                            .seed = seed + plan_->rules.seed,
                            .likeness = {}};
  if (plan_->diversity_by) {
    setting.likeness = [this](ItemIndex a, ItemIndex b) {
      return shared_values(snapshot_.catalog, *plan_->diversity_by, row(a), row(b));
    };
  } else if (setting.diversity > 0) {
    setting.likeness = [like = likeness()](ItemIndex a, ItemIndex b) {
      return like == nullptr ? 0 : like->between(a, b);
    };
  }
  return setting;
}

// The pins that are allowed; they stand nowhere else.
std::vector<std::pair<int, ScoredItem>> Ranker::pins() {
  std::vector<std::pair<int, ScoredItem>> pins;
  const auto named_items = names_all() ? named() : std::vector<ItemIndex>();
  for (const auto& [position, item] : plan_->pins) {
    const bool is_named =
        !names_all() || std::binary_search(named_items.begin(), named_items.end(), item);
    if (is_named && position <= request_.k && allowed(item)) {
      pins.emplace_back(position, ScoredItem{item, score(item)});
      hidden_.add(item);
    }
  }
  return pins;
}

// Deeper and deeper until the list is full: caps may forbid any number of the best.
void Ranker::fill(Arranger& arranger, int stage) {
  const auto& rules = plan_->rules;
  const bool by_score = plan_->keeps.empty() && rules.diversity == 0 && rules.exploration == 0;
  const std::int64_t n = snapshot_.n_items();
  for (std::int64_t size = by_score ? request_.k : std::int64_t{5} * request_.k + 20;; size *= 4) {
    auto list = candidates(static_cast<int>(std::min(size, n)));
    bool is_all = static_cast<std::int64_t>(list.size()) < size;
    if (stage == kNoIndex) is_all = cut_irrelevant(list) || is_all;
    Arranger attempt = arranger;
    attempt.fill(list, stage);
    if (attempt.is_full() || is_all) {
      for (const auto& place : attempt.places()) hidden_.add(place.item);
      arranger = std::move(attempt);
      return;
    }
  }
}

void Ranker::weigh(const Request& request) {
  prepare(request);
  snapshot_.blend.accumulate(purpose(request), request.history, board_);
}

std::vector<Placed> Ranker::rank(const Request& request) {
  weigh(request);
  const auto arranger_setting = setting();
  Arranger arranger(arranger_setting, pins());
  fill(arranger, kNoIndex);
  for (std::size_t b = 0; b < bound_.backfill.size() && !arranger.is_full(); ++b) {
    filter_ = &bound_.backfill[b];
    fill(arranger, static_cast<int>(b));
  }
  filter_ = &bound_.filter;
  return arranger.take();
}

std::vector<ScoredItem> Ranker::rank_by(const Scorer& model, const Request& request) {
  prepare(request);
  model.score(request.history, board_);
  TopK best(std::min(request.k, snapshot_.n_items()));
  for (const auto item : board_.touched()) {
    if (board_[item] > 0 && allowed(item)) best.offer({item, board_[item]});
  }
  auto list = best.take();
  for (const auto& pick : list) hidden_.add(pick.item);
  for (const auto item : snapshot_.blend.prior_order[0]) {
    if (list.size() == static_cast<std::size_t>(request.k)) break;
    if (allowed(item)) list.push_back({item, 0});
  }
  return list;
}

}  // namespace endcap
