#include "endcap/serving/ranker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "endcap/serving/plans.h"
#include "random_shop.h"

namespace endcap {
namespace {

constexpr std::int32_t kItems = 240;
constexpr std::int64_t kNow = 100 * kMicrosecondsPerDay;

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
  Purpose purpose() const { return Ranker::purpose(request_); }
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
    std::vector<ScoredItem> all;
    for (ItemIndex item = 0; item < kItems; ++item) {
      if (allowed(item, filter)) all.push_back({item, score(item)});
    }
    std::sort(all.begin(), all.end(), ranks_before);
    if (backfill == kNoIndex && !all.empty() && all[0].score > 0) {
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

std::vector<Id> random_items(Random& random, std::uint64_t most) {
  std::vector<Id> items;
  for (auto n = random.below(most); n > 0; --n) {
    items.emplace_back(static_cast<std::int64_t>(random.below(kItems)));
  }
  return items;
}

// Any of the rules that leave the order to the score; each in about a third of all cases.
Rules random_rules(Random& random) {
  const auto maybe = [&] { return random.below(3) == 0; };
  const std::string conditions[] = {"price > 3",     "brand in customer.brands",
                                    "brand != 'b1'", "price between 0.5 and 2 times anchor.price",
                                    "price = 7",     "price = 7 and brand = 'b1' and group < 'g4'"};
  const auto condition = [&] { return conditions[random.below(6)]; };
  Rules rules;
  if (maybe()) rules.filter = condition();
  if (maybe() && maybe()) rules.allow = random_items(random, 20);
  if (maybe()) rules.block = random_items(random, 10);
  if (maybe()) rules.hide = {{maybe() ? "view" : "", maybe() ? condition() : "", 50.0}};
  if (maybe()) rules.boosts = {{condition(), 3}, {maybe() ? condition() : "", 0.5}};
  if (maybe()) {
    for (const int position : {1, 3, 12}) {
      rules.pins.push_back({static_cast<std::int64_t>(random.below(kItems)), position});
    }
  }
  if (maybe()) rules.caps = {{"brand", static_cast<int>(random.below(3)) + 1}};
  if (maybe()) rules.variants = "group";
  if (maybe()) rules.minimum_relevance = 0.25f;
  if (maybe()) rules.rotation = 0.5f;
  if (maybe()) rules.backfill = {condition(), maybe() ? "" : condition()};
  return rules;
}

struct Question {
  std::vector<Interaction> events;
  std::vector<ItemIndex> taken, disliked;
  std::vector<std::pair<ItemIndex, int>> shown;
  Ranker::Request request;

  explicit Question(Random& random) {
    for (auto n = random.below(8); n > 0; --n) {
      events.push_back(
          {.time_us = static_cast<std::int64_t>(random.below(100)) * kMicrosecondsPerDay,
           .item = static_cast<ItemIndex>(random.below(kItems)),
           .kind = static_cast<std::int16_t>(random.below(3))});
    }
    if (random.below(3) == 0) taken = {4, 8};
    if (random.below(3) == 0) disliked = {5};
    if (random.below(2) == 0) shown = {{1, 2}, {7, 1}, {30, 4}};
    request = {.history = {events, kNow},
               .k = static_cast<int>(random.below(30)) + 1,
               .repeats = static_cast<Repeats>(random.below(3)),
               .disliked = disliked,
               .taken = taken,
               .shown = shown,
               .anchor = static_cast<ItemIndex>(random.below(kItems)) - 1,
               .now_us = kNow};
  }
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
