#include "endcap/tuning/cold_items.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "endcap/tuning/fit_blend.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

// How alike six items are, by rows; 4 and 5 are cold.
CsrMatrix likeness() {
  return {6, std::vector<std::int64_t>{0, 2, 4, 5, 6, 9, 10},
          std::vector<std::int32_t>{1, 4, 0, 4, 5, 4, 0, 1, 3, 2},
          std::vector<float>{.1f, .6f, .1f, .8f, .4f, .1f, .6f, .8f, .1f, .4f}};
}

const std::vector<bool> kIsKnown = {true, true, true, true, false, false};

TEST(ColdItemsTest, AColdItemScoresWhatThoseScoreThatItIsLike) {
  const auto cold = ColdItems::fit(likeness(), kIsKnown);
  std::vector<float> scores = {2, 3, 4, 5, 100, 100};
  cold.fill_in(std::span<float>(scores));
  EXPECT_EQ(std::vector<float>(scores.begin(), scores.begin() + 4),
            (std::vector<float>{2, 3, 4, 5}));
  const double sum = .36 + .64 + .01;
  EXPECT_NEAR(scores[4], .65 * (.36 * 2 + .64 * 3 + .01 * 5) / sum, 1e-6);
  EXPECT_NEAR(scores[5], .65 * 4, 1e-6);
}

TEST(ColdItemsTest, ABoardIsFilledInAsAllScoresAre) {
  const auto cold = ColdItems::fit(likeness(), kIsKnown);
  ScoreBoard board(6);
  board.add(1, 3);
  board.add(4, 100);  // what a model said of a cold item
  board.add(0, 2);
  std::vector<float> scores(board.scores().begin(), board.scores().end());
  cold.fill_in(board);
  cold.fill_in(std::span<float>(scores));
  for (ItemIndex i = 0; i < 6; ++i) {
    EXPECT_NEAR(board[i], scores[static_cast<std::size_t>(i)], 1e-6) << i;
  }
  EXPECT_TRUE(board.is_touched(4));
  EXPECT_FALSE(board.is_touched(5));  // nobody speaks for what it is like
}

TEST(ColdItemsTest, SpokesmenSayWhatFillsABoard) {
  const auto cold = ColdItems::fit(likeness(), kIsKnown);
  const std::vector<float> scores = {2, 3, 4, 5, 0, 0};
  auto filled = scores;
  cold.fill_in(std::span<float>(filled));
  const std::vector<ItemIndex> items = {4, 1, 5};
  const auto asked = cold.spokesmen(items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    float score = 0;
    for (auto k = asked.begin[i]; k < asked.begin[i + 1]; ++k) {
      score += asked.shares[k] * scores[static_cast<std::size_t>(asked.items[k])];
    }
    EXPECT_NEAR(score, filled[static_cast<std::size_t>(items[i])], 1e-6) << items[i];
  }
}

TEST(ColdItemsTest, ThereAreNoneWhereAllAreKnownOrNothingIsAlike) {
  EXPECT_TRUE(ColdItems::fit(likeness(), std::vector<bool>(6, true)).empty());
  EXPECT_TRUE(ColdItems::fit(likeness(), std::vector<bool>(6, false)).empty());
  ScoreBoard board(6);
  board.add(0, 1);
  ColdItems().fill_in(board);
  EXPECT_EQ(board.touched().size(), 1u);
}

TEST(ColdItemsTest, SharesOutOfRangeOrOfColdItemsAreRefused) {
  const auto of = [](std::vector<std::int32_t> columns, std::vector<float> values) {
    return ColdItems(
        {3, std::vector<std::int64_t>{0, 0, 1, 2}, std::move(columns), std::move(values)});
  };
  EXPECT_NO_THROW(of({0, 0}, {.5f, 1}));
  EXPECT_THROW(of({0, 0}, {.5f, 1.1f}), std::invalid_argument);
  EXPECT_THROW(of({0, 0}, {-.5f, 1}), std::invalid_argument);
  EXPECT_THROW(of({0, 1}, {.5f, 1}), std::invalid_argument);
  EXPECT_THROW(ColdItems({2, std::vector<std::int64_t>{0, 0}, std::vector<std::int32_t>{},
                          std::vector<float>{}}),
               std::invalid_argument);
}

// Visitors of two kinds, each among six items of its own; item 12 reads like the first six.
TrainingData two_kinds() {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 80; ++user) {
    for (int step = 0; step < 4; ++step) {
      events.push_back({.item = user % 2 * 6 + (user / 2 + step * step) % 6});
    }
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  std::vector<std::int64_t> token_offsets = {0};
  std::vector<std::int32_t> tokens;
  for (int item = 0; item < 13; ++item) {
    tokens.push_back(item < 6 || item == 12 ? 0 : 1);
    token_offsets.push_back(static_cast<std::int64_t>(tokens.size()));
  }
  std::vector<float> counts(tokens.size(), 1);
  return {.interactions = {13, Order::kSequence, std::move(offsets), std::move(events)},
          .tokens = {2, std::move(token_offsets), std::move(tokens), std::move(counts)},
          .attributes = {}};
}

TEST(ColdItemsTest, InABlendTheyAreExplainedByWhatTheyScore) {
  const auto data = two_kinds();
  const auto blend =
      fit_blend(data, {"popularity", "rp3beta", "content"}, {true}, {.keep_all = true}, {});
  ASSERT_FALSE(blend.cold.empty());
  const std::vector<Interaction> events = {{.item = 0}, {.item = 7}, {.item = 1}};
  const History history{.events = events};
  for (const auto purpose : {Purpose::kExplore, Purpose::kInclude}) {
    ScoreBoard board(13);
    blend.accumulate(purpose, history, board);
    std::vector<float> parts(events.size());
    const auto& prior = blend.prior[static_cast<std::size_t>(purpose)];
    for (ItemIndex item = 0; item < 13; ++item) {
      float sum = blend.explain(purpose, history, item, parts);
      for (const float part : parts) sum += part;
      EXPECT_NEAR(sum, board[item] + prior[static_cast<std::size_t>(item)], 1e-4) << item;
    }
    EXPECT_GT(prior[12], 0);
    EXPECT_GT(board[12], 0);
    EXPECT_LT(board[12] + prior[12],
              *std::max_element(board.scores().begin(), board.scores().begin() + 6) + prior[0]);
  }
}

}  // namespace
}  // namespace endcap
