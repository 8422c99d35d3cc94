#include "endcap/tuning/fit_blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/models/sequence_factors.h"
#include "endcap/tuning/model_names.h"
#include "endcap/tuning/trial.h"
#include "endcap/tuning/validation.h"

namespace endcap {
namespace {

// Visitors who walk around a circle of nine items, each from another place.
TrainingData walks() {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 90; ++user) {
    for (int step = 0; step < 5; ++step) events.push_back({.item = (user + step) % 9});
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {.interactions = {9, Order::kSequence, std::move(offsets), std::move(events)},
          .tokens = {},
          .attributes = {}};
}

const std::vector<std::string> kNames = {"popularity", "sequence_factors/narrow"};

constexpr auto kTrained = "sequence_factors/narrow";

std::vector<float> items_of(const Scorer* model) {
  const auto& items = dynamic_cast<const SequenceFactors&>(*model).items();
  return {items.begin(), items.end()};
}

TEST(FitBlendTest, ATrainedModelGoesOnFromWhatTheHoldOutLeft) {
  const Blend blend = fit_blend(walks(), kNames, {true}, {}, {.threads = 1});
  TrainingData data = walks();
  TrainingBudget budget(kNoTimeBudget, 2);
  const auto trial =
      try_models(data, kNames, {hold_out(data.interactions, {true}, 0)}, budget, {.threads = 1});
  const auto epochs = trial.terms[1].epochs;
  data.plan.epochs = epochs;
  data.plan.start = trial.trained[1];
  const auto again = fit_model(kTrained, data, {.threads = 2});
  EXPECT_EQ(items_of(again.get()), items_of(blend.find(kTrained)));
  EXPECT_GT(epochs_of(*again), epochs);
  EXPECT_LT(epochs_of(*again), 2 * epochs);
}

// A hundred days of customers who come for one of ten pairs, and a week later for item 20. Those of
// the last days have not come back yet.
TrainingData pairs() {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 600; ++user) {
    const auto first_us = (user / 6) * kMicrosecondsPerDay;
    const auto add = [&](ItemIndex item, std::int64_t days, int basket) {
      const auto time_us = first_us + days * kMicrosecondsPerDay;
      if (days == 0 || user / 6 + days < 100)
        events.push_back({.time_us = time_us, .item = item, .basket = basket});
    };
    const int pair = user % 10;
    add(2 * pair, 0, 0);
    add(2 * pair + 1, 0, 0);
    add(20, 7, 1);
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {.interactions = {21, Order::kTime, std::move(offsets), std::move(events)},
          .tokens = {},
          .attributes = {}};
}

TEST(FitBlendTest, ATrainedModelBeginsAnewWhereItShall) {
  const Blend blend = fit_blend(walks(), kNames, {true}, {.go_on = false}, {.threads = 1});
  TrainingData data = walks();
  data.plan.epochs = epochs_of(*blend.find(kTrained));
  const auto again = fit_model(kTrained, data, {.threads = 2});
  EXPECT_EQ(items_of(again.get()), items_of(blend.find(kTrained)));
}

// A nightly fit has nothing to validate with: it takes the epochs that the choice took.
TEST(FitBlendTest, ATrainedModelLikeAnotherTakesAsManyEpochs) {
  const Blend blend = fit_blend(walks(), kNames, {true}, {}, {.threads = 1});
  const Blend again = refit_blend(walks(), blend.choice(), {.threads = 1});
  const auto epochs = epochs_of(*blend.find(kTrained));
  EXPECT_NE(epochs, 10);  // the usual number
  EXPECT_EQ(epochs_of(*again.find(kTrained)), epochs);
}

// The newest days are new to what the hold-out left.
TEST(FitBlendTest, ATrainedModelBeginsAnewWhereTimesAreKnown) {
  const Blend blend = fit_blend(pairs(), kNames, {true}, {.keep_all = true}, {.threads = 1});
  const auto* trained = blend.find(kTrained);
  ASSERT_NE(trained, nullptr);
  TrainingData data = pairs();
  data.plan.epochs = epochs_of(*trained);
  const auto again = fit_model(kTrained, data, {.threads = 2});
  EXPECT_EQ(items_of(again.get()), items_of(trained));
}

// The best item but those of the history.
ItemIndex best(const Blend& blend, Purpose purpose, const History& history) {
  ScoreBoard board(21);
  blend.accumulate(purpose, history, board);
  ItemIndex best = kNoIndex;
  float most = 0;
  for (ItemIndex item = 0; item < 21; ++item) {
    const float score =
        board[item] +
        blend.prior[static_cast<std::size_t>(purpose)][static_cast<std::size_t>(item)];
    const bool had = std::any_of(history.events.begin(), history.events.end(),
                                 [&](const auto& event) { return event.item == item; });
    if (had || (best != kNoIndex && score <= most)) continue;
    best = item;
    most = score;
  }
  return best;
}

TEST(FitBlendTest, AFirstVisitIsCompletedWhereACustomerIsBroughtBack) {
  const auto data = pairs();
  const Blend blend = fit_blend(data, {"popularity", "popularity/7d", "rp3beta", "bought_together"},
                                {true}, {}, {.threads = 1});
  const std::int64_t now_us = data.interactions.end_us();
  const std::vector<Interaction> visit = {{.time_us = now_us, .item = 4, .basket = 0}};
  EXPECT_EQ(purpose_of(false, {visit, now_us}, Order::kTime), Purpose::kExploreFirstVisit);
  EXPECT_EQ(purpose_of(false, {visit, now_us}, Order::kSequence), Purpose::kExplore);
  EXPECT_EQ(purpose_of(true, {visit, now_us}, Order::kTime), Purpose::kIncludeFirstVisit);
  EXPECT_EQ(best(blend, Purpose::kExploreFirstVisit, {visit, now_us}), 5);
  EXPECT_EQ(best(blend, Purpose::kIncludeFirstVisit, {visit, now_us}), 5);
  const auto before_us = now_us - 7 * kMicrosecondsPerDay;
  const std::vector<Interaction> customer = {{.time_us = before_us, .item = 4, .basket = 0},
                                             {.time_us = before_us, .item = 5, .basket = 0}};
  EXPECT_EQ(purpose_of(false, {customer, now_us}, Order::kTime), Purpose::kExplore);
  EXPECT_EQ(purpose_of(true, {customer, now_us}, Order::kTime), Purpose::kInclude);
  EXPECT_EQ(best(blend, Purpose::kExplore, {customer, now_us}), 20);
  EXPECT_EQ(best(blend, Purpose::kInclude, {customer, now_us}), 20);
}

// A hundred days of visitors who put one item into the cart, look at two more and at the first
// again as often, and buy the first a day later.
TrainingData carts(const Kinds& kinds) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 400; ++user) {
    const auto add = [&](std::string_view kind, ItemIndex item, int day = 0) {
      events.push_back({.time_us = (user / 4 + day) * kMicrosecondsPerDay,
                        .item = item % 20,
                        .basket = day,
                        .kind = kinds.at(kind)});
    };
    add("cart", user);
    add("view", user * 7 + 1);
    add("view", user * 3 + 2);
    add("purchase", user, 1);
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {.interactions = {21, Order::kTime, std::move(offsets), std::move(events)},
          .tokens = {},
          .attributes = {},
          .kinds = kinds};
}

TEST(FitBlendTest, EachKindOfEventSpeaksOnItsOwn) {
  const Kinds kinds;
  const auto data = carts(kinds);
  const auto names = portfolio(data, Effort::kFast);
  for (const std::string kind : {"view", "cart", "purchase"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), "repeat_purchase/kind:" + kind), 1) << kind;
  }
  std::vector<bool> is_target(static_cast<std::size_t>(kinds.size()));
  is_target[static_cast<std::size_t>(kinds.at("purchase"))] = true;
  const Blend blend = fit_blend(data, names, is_target, {}, {.threads = 1});
  const auto now_us = data.interactions.end_us();
  const std::vector<Interaction> visit = {
      {.time_us = now_us - 2, .item = 5, .kind = kinds.at("view")},
      {.time_us = now_us - 1, .item = 4, .kind = kinds.at("cart")},
      {.time_us = now_us, .item = 3, .kind = kinds.at("view")}};
  ScoreBoard board(21);
  blend.accumulate(Purpose::kInclude, {visit, now_us}, board);
  EXPECT_GT(board[4], board[3]);
  EXPECT_GT(board[4], board[5]);
}

TEST(FitBlendTest, AKindThatTheShopDoesNotKnowIsAnError) {
  try {
    (void)fit_model("repeat_purchase/kind:loan", carts({}), {});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("view, cart, purchase"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("loan"), std::string::npos);
  }
}

TEST(FitBlendTest, WithoutTimeNoTrainedModelIsTried) {
  const Blend blend =
      fit_blend(walks(), kNames, {true}, {.time_budget_seconds = 1e-12}, {.threads = 1});
  EXPECT_EQ(blend.find("sequence_factors/narrow"), nullptr);
}

TEST(FitBlendTest, AModelThatWillNotBeDoneInTimeIsGivenUp) {
  // The budget is open when training begins, and spent at the first look.
  const Blend blend =
      fit_blend(walks(), kNames, {true}, {.time_budget_seconds = 2e-3}, {.threads = 1});
  EXPECT_EQ(blend.find("sequence_factors/narrow"), nullptr);
}

// A hundred days of customers who buy two things that go together and are bought once; a third of
// them buys another to go with both a week later.
TrainingData sets_of_three() {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 3000; ++user) {
    const int day = user / 30, set = 3 * (user % 10);
    const auto add = [&](ItemIndex item, int on_day, int basket) {
      events.push_back({.time_us = on_day * kMicrosecondsPerDay, .item = item, .basket = basket});
    };
    add(set, day, 0);
    add(set + 1, day + 1, 1);
    if (user / 10 % 3 == 0) add(set + 2, day + 8, 2);
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {.interactions = {30, Order::kTime, std::move(offsets), std::move(events)},
          .tokens = {},
          .attributes = {}};
}

#ifdef ENDCAP_HAS_XGBOOST

TEST(FitBlendTest, TreesPutBackWhatGoesTogetherButWasHad) {
  const auto data = sets_of_three();
  const std::vector<std::string> names = {"repeat_purchase", "rp3beta", "slist/long"};
  Blend blend = fit_blend(data, names, {true}, {.rerank = true}, {.threads = 1});
  const auto* tried = blend.report.find(kBoostedTrees);
  ASSERT_NE(tried, nullptr);
  EXPECT_EQ(tried->fate, FitReport::kInUse);
  EXPECT_GT(tried->gain[1].low, 0);
  EXPECT_NEAR(blend.report.blend[1].mean, 1, 1e-9);  // with the trees
  EXPECT_GE(blend.report.over_best[1].mean, tried->gain[1].mean);
  EXPECT_EQ(tried->gain[2].mean, 0);  // not in use
  EXPECT_EQ(tried->weights[1], 1);
  const auto& reranker = blend.rerankers[1];
  ASSERT_FALSE(reranker.empty());
  for (const auto term : reranker.terms()) {
    EXPECT_NE(blend.terms[static_cast<std::size_t>(term)].weights[1], 0);
  }

  const auto now_us = 108 * kMicrosecondsPerDay;
  const std::vector<Interaction> history = {
      {.time_us = now_us - 8 * kMicrosecondsPerDay, .item = 3, .basket = 0},
      {.time_us = now_us - 7 * kMicrosecondsPerDay, .item = 4, .basket = 1}};
  const std::vector<ItemIndex> items = {4, 5};  // had, wanted
  ScoreBoard board(30), scores(30);
  blend.accumulate(Purpose::kInclude, {history, now_us}, scores);
  EXPECT_GT(scores[4], scores[5]);
  const auto features = blend.rerank_features(Purpose::kInclude, {history, now_us}, items, board);
  const auto n = reranker.n_features();
  const auto corrected = [&](std::size_t i) {
    return scores[items[i]] + reranker.trees().predict(std::span(features).subspan(i * n, n));
  };
  EXPECT_LT(corrected(0), corrected(1));

  // The choice holds the trees, and another fit by it has the same.
  const auto again = refit_blend(data, blend.choice(), {.threads = 2});
  EXPECT_EQ(again.rerank_features(Purpose::kInclude, {history, now_us}, items, board), features);
  EXPECT_EQ(again.rerankers[1].trees().nodes().data(), reranker.trees().nodes().data());
}

#endif  // ENDCAP_HAS_XGBOOST

TEST(FitBlendTest, TreesAreNotTriedUnlessAskedFor) {
  Blend blend = fit_blend(sets_of_three(), {"rp3beta"}, {true}, {}, {.threads = 1});
  EXPECT_EQ(blend.report.find(kBoostedTrees), nullptr);
  for (const auto& reranker : blend.rerankers) EXPECT_TRUE(reranker.empty());
}

}  // namespace
}  // namespace endcap
