#include "endcap/serving/ranker.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "endcap/models/item_item_model.h"
#include "endcap/storage/checksum.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

float raised(float score, float factor) { return score >= 0 ? score * factor : score / factor; }

}  // namespace

Ranker::Ranker(const Snapshot& snapshot)
    : snapshot_(snapshot),
      gate_(snapshot),
      board_(snapshot.n_items()),
      board_of_term_(snapshot.blend.reranks() ? snapshot.n_items() : 0) {}

Purpose Ranker::purpose_of(const Request& request) const {
  const bool only_new = request.repeats == Repeats::kExclude &&
                        (request.plan == nullptr || request.plan->veils.empty());
  return endcap::purpose_of(!only_new, request.history, snapshot_.histories.order());
}

void Ranker::prepare(const Request& request) {
  request_ = request;
  purpose_ = purpose_of(request);
  gate_.open(request);
  board_.clear();
}

float Ranker::raw_score(ItemIndex item) const {
  const auto& prior = snapshot_.blend.prior[static_cast<std::size_t>(purpose_)];
  return board_[item] + (prior.empty() ? 0.0f : prior[static_cast<std::size_t>(item)]);
}

// Calls visit(rule, score after it) for each rule that changes the item's score.
template <class Visit>
void Ranker::for_each_rule(ItemIndex item, float raw, Visit&& visit) const {
  float score = raw;
  for (std::size_t r = 0; r < plan().raises.size(); ++r) {
    if (!gate_.meets(gate_.settled().raises[r], item)) continue;
    score = raised(score, plan().raises[r].factor);
    visit(plan().raises[r].rule, score);
  }
  if (plan().rules.rotation == 0) return;
  const auto shown = std::lower_bound(request_.shown.begin(), request_.shown.end(),
                                      std::pair<ItemIndex, int>(item, 0));
  if (shown == request_.shown.end() || shown->first != item) return;
  static const std::string rotation = "rotation";
  const double kept = std::pow(1 - static_cast<double>(plan().rules.rotation), shown->second);
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
  for (const auto& raise : plan().raises) raw = raised(raw, std::max(raise.factor, 1.0f));
  return raw;
}

float Ranker::score(ItemIndex item) const { return ruled(item, raw_score(item)); }

std::int32_t Ranker::rank_of(ItemIndex item) const {
  const ScoredItem own{item, score(item)};
  std::int32_t rank = 1;
  const auto count = [&](ItemIndex other) {
    if (gate_.allows(other) && ranks_before({other, score(other)}, own)) ++rank;
  };
  if (gate_.names_all()) {
    for (const auto other : gate_.named()) count(other);
  } else {
    for (ItemIndex other = 0; other < snapshot_.n_items(); ++other) count(other);
  }
  return rank;
}

std::vector<ScoredItem> Ranker::candidates(int size) const {
  TopK best(size);
  if (!gate_.names_all()) {
    offer_all(best);
    return best.take();
  }
  for (const auto item : gate_.named()) {
    if (gate_.allows(item)) best.offer({item, score(item)});
  }
  return best.take();
}

void Ranker::offer_all(TopK& best) const {
  // What is asked of each item first costs least: a condition keeps few, a full heap keeps fewer.
  const bool is_filtered = gate_.has_condition();
  for (const auto item : board_.touched()) {
    if (is_filtered && !gate_.meets_conditions(item)) continue;
    const float raw = raw_score(item);
    if (best.accepts({item, bound_of_ruled(raw)}) && gate_.allows(item)) {
      best.offer({item, ruled(item, raw)});
    }
  }
  // Whom no event speaks for, by falling prior. Where rules may round two bounds to one, a tie goes
  // on.
  for (const auto item : snapshot_.blend.prior_order[static_cast<std::size_t>(purpose_)]) {
    if (board_.is_touched(item) || !gate_.allows(item)) continue;
    const float raw = raw_score(item);
    const ItemIndex tie = plan().raises.empty() ? item : kNoIndex;
    if (!best.accepts({tie, bound_of_ruled(raw)})) break;
    best.offer({item, ruled(item, raw)});
  }
}

// Leaves out what is too far below the best; returns whether anything was. A best score that is not
// positive says nothing about the others.
bool Ranker::cut_irrelevant(std::vector<ScoredItem>& list) const {
  const float share = plan().rules.minimum_relevance;
  if (share == 0 || list.empty() || list.front().score <= 0) return false;
  const float least = share * list.front().score;
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
                            .plan = plan(),
                            .catalog = snapshot_.catalog,
                            .catalog_row = snapshot_.catalog_row.span(),
                            .diversity = plan().rules.diversity,
                            .seed = seed + plan().rules.seed,
                            .likeness = {}};
  if (plan().diversity_by) {
    setting.likeness = [this](ItemIndex a, ItemIndex b) {
      return shared_values(snapshot_.catalog, *plan().diversity_by, gate_.row(a), gate_.row(b));
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
  const auto named_items = gate_.names_all() ? gate_.named() : std::vector<ItemIndex>();
  for (const auto& [position, item] : plan().pins) {
    const bool is_named =
        !gate_.names_all() || std::binary_search(named_items.begin(), named_items.end(), item);
    if (is_named && position <= request_.k && gate_.allows(item)) {
      pins.emplace_back(position, ScoredItem{item, score(item)});
      gate_.hide(item);
    }
  }
  return pins;
}

// Deeper and deeper until the list is full: caps may forbid any number of the best.
void Ranker::fill(Arranger& arranger, int stage) {
  const auto& rules = plan().rules;
  const bool by_score = plan().keeps.empty() && rules.diversity == 0 && rules.exploration == 0;
  const std::int64_t n = snapshot_.n_items();
  for (std::int64_t size = by_score ? request_.k : std::int64_t{5} * request_.k + 20;; size *= 4) {
    auto list = candidates(static_cast<int>(std::min(size, n)));
    bool is_all = static_cast<std::int64_t>(list.size()) < size;
    if (stage == kNoIndex) is_all = cut_irrelevant(list) || is_all;
    Arranger attempt = arranger;
    attempt.fill(list, stage);
    if (attempt.is_full() || is_all) {
      for (const auto& place : attempt.places()) gate_.hide(place.item);
      arranger = std::move(attempt);
      return;
    }
  }
}

void Ranker::weigh(const Request& request) {
  prepare(request);
  snapshot_.blend.accumulate(purpose_, request.history, board_);
  rerank();
}

// Adds to the scores of the best what trees make of their parts.
void Ranker::rerank() {
  const auto& blend = snapshot_.blend;
  const auto& reranker = blend.rerankers[static_cast<std::size_t>(purpose_)];
  if (reranker.empty()) return;
  std::vector<ItemIndex> items;
  for (const auto& best : candidates(std::max(request_.k, Reranker::kDepth))) {
    items.push_back(best.item);
  }
  const auto features = blend.rerank_features(purpose_, request_.history, items, board_of_term_);
  const std::size_t n = reranker.n_features();
  for (std::size_t i = 0; i < items.size(); ++i) {
    board_.add(items[i], reranker.trees().predict(std::span(features).subspan(i * n, n)));
  }
}

std::vector<Placed> Ranker::rank(const Request& request) {
  weigh(request);
  const auto arranger_setting = setting();
  Arranger arranger(arranger_setting, pins());
  fill(arranger, kNoIndex);
  for (std::size_t b = 0; b < gate_.settled().backfill.size() && !arranger.is_full(); ++b) {
    gate_.open_backfill(b);
    fill(arranger, static_cast<int>(b));
  }
  return arranger.take();
}

std::vector<ScoredItem> Ranker::rank_by(const Scorer& model, const Request& request) {
  prepare(request);
  model.score(request.history, board_);
  TopK best(std::min(request.k, snapshot_.n_items()));
  for (const auto item : board_.touched()) {
    if (board_[item] > 0 && gate_.allows(item)) best.offer({item, board_[item]});
  }
  auto list = best.take();
  for (const auto& pick : list) gate_.hide(pick.item);
  for (const auto item : snapshot_.blend.prior_order[0]) {
    if (list.size() == static_cast<std::size_t>(request.k)) break;
    if (gate_.allows(item)) list.push_back({item, 0});
  }
  return list;
}

}  // namespace endcap
