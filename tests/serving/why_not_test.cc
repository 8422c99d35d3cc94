#include "endcap/serving/why_not.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "endcap/serving/plans.h"
#include "random_question.h"

namespace endcap {
namespace {

bool has(const std::vector<ItemIndex>& items, ItemIndex item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// Whether the reason is true, as far as it can be told without a list.
bool holds(const WhyNot& why, ItemIndex item, const Question& question, const Plan& plan,
           const Ranker& ranker, const Plans& plans) {
  const auto& events = question.request.history.events;
  const auto had = [&](auto&& which) {
    return std::any_of(events.begin(), events.end(),
                       [&](const Interaction& e) { return e.item == item && which(e); });
  };
  if (why.reason == "disliked") return has(question.disliked, item);
  if (why.reason == "on the page already") return has(question.taken, item);
  if (why.reason == "blocked") return has(plan.block, item);
  if (why.reason == "not in the allow list") return !has(*plan.allow, item);
  if (why.reason == "already had")
    return had([&](auto& event) { return ranker.gate().hides(event); });
  if (why.reason == "never had") return !had([](auto&) { return true; });
  if (why.reason == "variant of an item already had") return ranker.gate().is_hidden_variant(item);
  if (why.reason == "filter") {
    if (item == kItems - 1) return true;  // is not in the catalogue
    return !plans.filters().get(why.detail).bind(ranker.gate().asker()).matches(item);
  }
  return why.rank > 0;
}

TEST(WhyNotTest, EveryItemIsListedOrHasAReasonThatHolds) {
  Random random(31);
  std::map<std::string, int> reasons;
  for (int round = 0; round < 60; ++round) {
    const Snapshot shop = random_shop(random, kItems);
    const Plans plans(shop);
    Question question(random);
    const Plan plan = plans.make(random_rules(random), {.filter = "price < 8 and price != 3"});
    question.request.plan = &plan;
    Ranker ranker(shop);
    const auto list = ranker.rank(question.request);
    for (ItemIndex item = 0; item < kItems; item += 5) {
      const auto place =
          std::find_if(list.begin(), list.end(), [&](auto& p) { return p.item == item; });
      const auto why = why_not(ranker, question.request, plan, shop, plans.filters(), item);
      ++reasons[why.reason];
      if (place != list.end()) {
        ASSERT_EQ(why.position, place - list.begin() + 1);
        ASSERT_EQ(why.reason, place->origin == Origin::kPin ? "pinned" : "listed");
        ASSERT_EQ(why.score, place->score);
        continue;
      }
      ASSERT_EQ(why.position, 0);
      ranker.weigh(question.request);
      ASSERT_TRUE(holds(why, item, question, plan, ranker, plans)) << why.reason;
    }
  }
  for (const auto* reason : {"listed", "disliked", "blocked", "already had", "filter", "cap",
                             "rank", "variant of an item already had", "minimum relevance"}) {
    EXPECT_GT(reasons[reason], 0) << reason;
  }
}

}  // namespace
}  // namespace endcap
