#include "endcap/tuning/fit_blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "endcap/models/sequence_factors.h"

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

TEST(FitBlendTest, ATrainedModelIsFittedAgainForTheEpochsThatPaid) {
  const Blend blend = fit_blend(walks(), kNames, {true}, Keep::kUseful, {.threads = 1});
  const auto* trained = dynamic_cast<const SequenceFactors*>(blend.find("sequence_factors/narrow"));
  ASSERT_NE(trained, nullptr);
  TrainingData data = walks();
  data.plan.epochs = trained->epochs();
  const auto again = fit_model("sequence_factors/narrow", data, {.threads = 2});
  const auto& items = dynamic_cast<const SequenceFactors&>(*again).items();
  EXPECT_EQ(std::vector<float>(items.begin(), items.end()),
            std::vector<float>(trained->items().begin(), trained->items().end()));
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
                                {true}, Keep::kUseful, {.threads = 1});
  const std::int64_t now_us = data.interactions.end_us();
  const std::vector<Interaction> visit = {{.time_us = now_us, .item = 4, .basket = 0}};
  EXPECT_EQ(purpose_of_new({visit, now_us}, Order::kTime), Purpose::kFirstVisit);
  EXPECT_EQ(purpose_of_new({visit, now_us}, Order::kSequence), Purpose::kExplore);
  EXPECT_EQ(best(blend, Purpose::kFirstVisit, {visit, now_us}), 5);
  const auto before_us = now_us - 7 * kMicrosecondsPerDay;
  const std::vector<Interaction> customer = {{.time_us = before_us, .item = 4, .basket = 0},
                                             {.time_us = before_us, .item = 5, .basket = 0}};
  EXPECT_EQ(purpose_of_new({customer, now_us}, Order::kTime), Purpose::kExplore);
  EXPECT_EQ(best(blend, Purpose::kExplore, {customer, now_us}), 20);
}

TEST(FitBlendTest, WithoutTimeNoTrainedModelIsTried) {
  const Blend blend = fit_blend(walks(), kNames, {true}, Keep::kUseful, {.threads = 1}, 1e-12);
  EXPECT_EQ(blend.find("sequence_factors/narrow"), nullptr);
}

TEST(FitBlendTest, AModelThatWillNotBeDoneInTimeIsGivenUp) {
  // The budget is open when training begins, and spent at the first look.
  const Blend blend = fit_blend(walks(), kNames, {true}, Keep::kUseful, {.threads = 1}, 2e-3);
  EXPECT_EQ(blend.find("sequence_factors/narrow"), nullptr);
}

}  // namespace
}  // namespace endcap
