#include "endcap/tuning/fit_blend.h"

#include <gtest/gtest.h>

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
