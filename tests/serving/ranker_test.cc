#include "endcap/serving/ranker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "endcap/serving/plans.h"
#include "random_question.h"

namespace endcap {
namespace {

// What the rules say of one item, read word by word; every item is looked at.
class Naive {
 public:
  Naive(const Snapshot& shop, const Ranker::Request& request, const Plan& plan)
      : shop_(shop), request_(request), plan_(plan), board_(shop.n_items()) {
    shop.blend.accumulate(purpose(), request.history, board_);
    for (const auto& event : request.history.events) {
      if (hides(event)) hide(event.item);
    }
    for (const auto item : request.taken) hide(item);
    for (const auto item : request.disliked) hidden_.insert(item);
    for (const auto item : plan.block) hidden_.insert(item);
  }

  std::vector<Placed> list() {
    correct();
    std::map<int, ItemIndex> pins;
    for (const auto& [position, item] : plan_.pins) {
      if (position <= request_.k && allowed(item, plan_.filter)) {
        pins[position] = item;
        hidden_.insert(item);
      }
    }
    std::vector<Placed> places;
    fill(places, pins, plan_.filter, kNoIndex);
    for (std::size_t b = 0; b < plan_.backfill.size(); ++b) {
      for (const auto& place : places) hidden_.insert(place.item);
      fill(places, pins, plan_.backfill[b], static_cast<int>(b));
    }
    for (const auto& [position, item] : pins) places.push_back({item, score(item), Origin::kPin});
    return places;
  }

 private:
  Purpose purpose() const {
    const bool some_repeats = request_.repeats != Repeats::kExclude || !plan_.veils.empty();
    return purpose_of(some_repeats, request_.history, shop_.histories.order());
  }
  bool meets(const Plan::When& when, ItemIndex item) const {
    return !when || (item != kItems - 1 && when->bind(asker()).matches(item));
  }
  Asker asker() const {
    rows_.clear();
    for (const auto& event : request_.history.events) {
      if (event.item != kItems - 1) rows_.push_back(event.item);
    }
    return {.rows = rows_, .anchor = request_.anchor, .now_us = request_.now_us};
  }
  std::string group(ItemIndex item) const {
    if (item == kItems - 1) return "";
    return std::string(shop_.catalog.text(item, 2).value_or(""));
  }
  std::vector<ScoredItem> all_allowed(const Plan::When& filter) const {
    std::vector<ScoredItem> all;
    for (ItemIndex item = 0; item < kItems; ++item) {
      if (allowed(item, filter)) all.push_back({item, score(item)});
    }
    std::sort(all.begin(), all.end(), ranks_before);
    return all;
  }
  // Has the trees speak to the best.
  void correct() {
    const auto p = static_cast<std::size_t>(purpose());
    const auto& reranker = shop_.blend.rerankers[p];
    if (reranker.empty()) return;
    const auto& term = shop_.blend.terms[0];
    auto best = all_allowed(plan_.filter);
    const auto depth = static_cast<std::size_t>(std::max(request_.k, Reranker::kDepth));
    best.resize(std::min(best.size(), depth));
    std::vector<float> parts(request_.history.events.size());
    for (const auto& [item, score] : best) {
      float own = term.model->explain(request_.history, item, parts);
      for (const float part : parts) own += part;
      board_.add(item,
                 reranker.trees().predict(std::vector{
                     term.weights[p] * own, shop_.blend.prior[p][static_cast<std::size_t>(item)]}));
    }
  }
  void hide(ItemIndex item) {
    hidden_.insert(item);
    if (plan_.variants && !group(item).empty()) hidden_groups_.insert(group(item));
  }
  bool hides(const Interaction& event) const {
    if (plan_.veils.empty()) return request_.repeats == Repeats::kExclude;
    return std::any_of(plan_.veils.begin(), plan_.veils.end(), [&](const Plan::Veil& veil) {
      return (!veil.kind || *veil.kind == event.kind) && meets(veil.when, event.item) &&
             (veil.for_us == 0 || request_.now_us - event.time_us < veil.for_us);
    });
  }
  bool allowed(ItemIndex item, const Plan::When& filter) const {
    const auto& events = request_.history.events;
    const bool had = std::any_of(events.begin(), events.end(),
                                 [&](const Interaction& event) { return event.item == item; });
    return !hidden_.contains(item) && !hidden_groups_.contains(group(item)) &&
           (!plan_.allow || std::count(plan_.allow->begin(), plan_.allow->end(), item) > 0) &&
           (request_.repeats != Repeats::kOnly || had) && meets(plan_.asked, item) &&
           meets(filter, item);
  }
  float score(ItemIndex item) const {
    float score =
        board_[item] +
        shop_.blend.prior[static_cast<std::size_t>(purpose())][static_cast<std::size_t>(item)];
    const auto raise = [&](float factor) { score = score >= 0 ? score * factor : score / factor; };
    for (const auto& rule : plan_.raises) {
      if (meets(rule.when, item)) raise(rule.factor);
    }
    for (const auto& [shown, times] : request_.shown) {
      if (shown == item && plan_.rules.rotation > 0) {
        raise(static_cast<float>(std::pow(1 - double{plan_.rules.rotation}, times)));
      }
    }
    return score;
  }
  bool capped(ItemIndex item, const std::vector<Placed>& places) const {
    for (const auto& keep : plan_.keeps) {
      const auto value = [&](ItemIndex i) {
        return i == kItems - 1 ? std::nullopt : shop_.catalog.text(i, keep.column);
      };
      const auto same = std::count_if(places.begin(), places.end(), [&](const Placed& place) {
        return value(item) && value(place.item) == value(item);
      });
      if (same >= keep.at_most) return true;
    }
    return false;
  }

  void fill(std::vector<Placed>& places, std::map<int, ItemIndex>& pins, const Plan::When& filter,
            int backfill) {
    auto all = all_allowed(filter);
    if (backfill == kNoIndex && plan_.rules.minimum_relevance > 0 && !all.empty() &&
        all[0].score > 0) {
      const float least = plan_.rules.minimum_relevance * all[0].score;
      std::erase_if(all, [&](const ScoredItem& item) { return item.score < least; });
    }
    for (const auto& [item, score] : all) {
      place_pins(places, pins);
      if (static_cast<int>(places.size() + pins.size()) >= request_.k) return;
      if (capped(item, places)) continue;
      places.push_back({item, score, backfill == kNoIndex ? Origin::kScore : Origin::kBackfill,
                        std::max(backfill, 0)});
    }
    place_pins(places, pins);
  }
  void place_pins(std::vector<Placed>& places, std::map<int, ItemIndex>& pins) const {
    while (!pins.empty() && pins.begin()->first == static_cast<int>(places.size()) + 1) {
      places.push_back({pins.begin()->second, score(pins.begin()->second), Origin::kPin});
      pins.erase(pins.begin());
    }
  }

  const Snapshot& shop_;
  const Ranker::Request& request_;
  const Plan& plan_;
  ScoreBoard board_;
  std::set<ItemIndex> hidden_;
  std::set<std::string> hidden_groups_;
  mutable std::vector<std::int32_t> rows_;
};

TEST(RankerTest, ListsAreThoseOfAVersionThatRanksEverything) {
  Random random(21);
  for (int round = 0; round < 400; ++round) {
    const Snapshot shop = random_shop(random, kItems);
    const Plans plans(shop);
    Question question(random);
    const Plan plan = plans.make(random_rules(random),
                                 {.filter = random.below(4) == 0   ? "price < 8"
                                            : random.below(8) == 0 ? "group = 'g3' and price = 2"
                                                                   : ""});
    question.request.plan = &plan;
    Ranker ranker(shop);
    const auto list = ranker.rank(question.request);
    const auto naive = Naive(shop, question.request, plan).list();
    ASSERT_EQ(list.size(), naive.size()) << "round " << round;
    for (std::size_t i = 0; i < list.size(); ++i) {
      ASSERT_EQ(list[i].item, naive[i].item) << "round " << round << " place " << i;
      ASSERT_EQ(list[i].score, naive[i].score) << "round " << round << " place " << i;
      ASSERT_EQ(list[i].origin, naive[i].origin) << "round " << round << " place " << i;
      ASSERT_EQ(list[i].backfill, naive[i].backfill) << "round " << round << " place " << i;
      ASSERT_EQ(list[i].propensity, 1);
    }
  }
}

// Rules that reorder may choose which items stand in a list, but never how many may.
TEST(RankerTest, DiversityAndExplorationNeverShortenAList) {
  Random random(22);
  for (int round = 0; round < 200; ++round) {
    const Snapshot shop = random_shop(random, kItems);
    const Plans plans(shop);
    Question question(random);
    Rules rules = random_rules(random);
    rules.caps.clear();  // which items come first may decide how many fit
    rules.variants.clear();
    Ranker ranker(shop);
    const Plan plain = plans.make(rules);
    question.request.plan = &plain;
    const auto expected = ranker.rank(question.request).size();
    rules.diversity = static_cast<float>(random.uniform());
    rules.exploration = static_cast<float>(random.uniform());
    rules.diversity_by = random.below(2) == 0 ? "brand" : "";
    const Plan plan = plans.make(rules);
    question.request.plan = &plan;
    const auto list = ranker.rank(question.request);
    EXPECT_EQ(list.size(), expected);
    std::set<ItemIndex> items;
    for (const auto& place : list) items.insert(place.item);
    EXPECT_EQ(items.size(), list.size());
  }
}

TEST(RankerTest, RulePartsAddUpToTheScore) {
  Random random(23);
  const Snapshot shop = random_shop(random, kItems);
  const Plans plans(shop);
  Question question(random);
  Ranker ranker(shop);
  const auto plain = ranker.rank(question.request);
  const Plan plan = plans.make({.boosts = {{"price > 3", 2}, {"", 0.5f}}});
  question.request.plan = &plan;
  for (const auto& place : ranker.rank(question.request)) {
    float sum = 0;
    for (const auto& part : ranker.rule_parts(place.item)) sum += part.value;
    for (const auto& before : plain) {
      if (before.item != place.item) continue;
      EXPECT_NEAR(before.score + sum, place.score, 1e-5f);
    }
  }
}

}  // namespace
}  // namespace endcap
