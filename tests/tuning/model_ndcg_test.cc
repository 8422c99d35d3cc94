#include "endcap/tuning/model_ndcg.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/models/popularity.h"

namespace endcap {
namespace {

// Items 0, 1, 2, 3 sold 4, 3, 2, 1 times.
Popularity four_items() {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (ItemIndex item = 0; item < 4; ++item) {
    for (int k = item; k < 4; ++k) events.push_back({.item = item});
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return Popularity::fit({4, Order::kNone, std::move(offsets), std::move(events)});
}

double ndcg_of(const ValidationQuery& query, std::int64_t cutoff = 20) {
  return model_ndcg(four_items(), {.queries = {query}}, {}, cutoff);
}

TEST(ModelNdcgTest, WhatTheVisitorHadTakesNoPlace) {
  // Item 2 is third of all, and second once item 0 is out: 1 / log2(3).
  EXPECT_DOUBLE_EQ(ndcg_of({.wanted = {2}}), 1 / std::log2(4.0));
  EXPECT_DOUBLE_EQ(ndcg_of({.history = {{.item = 0}}, .wanted = {2}}), 1 / std::log2(3.0));
  EXPECT_EQ(ndcg_of({.history = {{.item = 2}}, .wanted = {2}}), 0);
}

TEST(ModelNdcgTest, TheBestPlacedWantedItemCountsDownToTheCutoff) {
  EXPECT_DOUBLE_EQ(ndcg_of({.wanted = {1, 3}}), 1 / std::log2(3.0));
  EXPECT_EQ(ndcg_of({.wanted = {3}}, 3), 0);
}

TEST(ModelNdcgTest, IsTheMeanOverTheFirstQueries) {
  const Validation validation{.queries = {{.wanted = {0}}, {.wanted = {2}}}};
  EXPECT_DOUBLE_EQ(model_ndcg(four_items(), validation), (1 + .5) / 2);
  EXPECT_DOUBLE_EQ(model_ndcg(four_items(), validation, {}, 20, 1), 1);
  EXPECT_EQ(model_ndcg(four_items(), {}), 0);
}

}  // namespace
}  // namespace endcap
