#include "endcap/models/sequence_factors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

// Round trips through the items in the order of their numbers.
Lists cycle(std::int32_t n_items, int n_users, int length) {
  Lists histories;
  for (int user = 0; user < n_users; ++user) {
    histories.emplace_back();
    for (int k = 0; k < length; ++k) histories.back().push_back((user + k) % n_items);
  }
  return histories;
}

// Half of the users draw from items 0 to 3, the others from 4 to 7.
Lists two_shelves() {
  Lists histories;
  Random random(1);
  for (int user = 0; user < 60; ++user) {
    histories.emplace_back();
    for (int k = 0; k < 8; ++k) {
      histories.back().push_back(ItemIndex(user % 2 * 4 + int(random.below(4))));
    }
  }
  return histories;
}

std::vector<float> scores_of(const SequenceFactors& model, const std::vector<ItemIndex>& items) {
  const auto events = events_of(items);
  ScoreBoard board(model.n_items());
  model.score({.events = events}, board);
  return {board.scores().begin(), board.scores().end()};
}

SequenceFactorsOptions small() {
  return {.factors = 12,
          .max_history = 3,
          .dropout = .2f,
          .learning_rate = .02f,
          .batch_targets = 40,
          .negatives = 0,
          .epochs = 30,
          .averaging = .9f};
}

bool same(const Array<float>& a, const Array<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

TEST(SequenceFactorsTest, LearnsWhatComesNext) {
  const auto data = interactions_of(9, cycle(9, 27, 12));
  for (const std::int32_t negatives : {0, 4}) {
    auto options = small();
    options.negatives = negatives;
    const auto model = SequenceFactors::fit(data, {}, options);
    for (ItemIndex i = 0; i < 9; ++i) {
      const auto scores = scores_of(model, {(i + 8) % 9, i});
      EXPECT_EQ(std::max_element(scores.begin(), scores.end()) - scores.begin(), (i + 1) % 9);
    }
  }
}

TEST(SequenceFactorsTest, ThreadsDoNotChangeAByte) {
  const auto attributes = attributes_of(std::vector<std::int32_t>(70, 0), 1);
  auto options = small();
  options.epochs = 3;
  options.factors = 40;
  options.batch_targets = 300;
  options.negatives = 20;
  for (const auto order : {Order::kSequence, Order::kNone}) {
    const auto data = interactions_of(70, cycle(70, 90, 30), order);
    const auto one = SequenceFactors::fit(data, attributes, options, {.seed = 5, .threads = 1});
    for (const int threads : {2, 4}) {
      const auto many =
          SequenceFactors::fit(data, attributes, options, {.seed = 5, .threads = threads});
      EXPECT_TRUE(same(one.queries(), many.queries()));
      EXPECT_TRUE(same(one.items(), many.items()));
      EXPECT_TRUE(same(one.event_weights().places, many.event_weights().places));
    }
    const auto other = SequenceFactors::fit(data, attributes, options, {.seed = 6, .threads = 1});
    EXPECT_FALSE(same(one.items(), other.items()));
  }
}

// Q = R = {(2, 0), (0, 1)}, a = {1, .5}. After 0 then 1 the sum is (1, 1), whose mean square is 1,
// so the scale is 1: item 0 scores 2 * 1, of which all comes from event 0.
TEST(SequenceFactorsTest, ScoresByItsDefinition) {
  const std::vector<float> rows = {2, 0, 0, 1};
  const SequenceFactors model(2, rows, rows, {.places = std::vector<float>{1, .5f}});
  const auto scores = scores_of(model, {0, 0, 1});  // the oldest does not count any more
  EXPECT_NEAR(scores[0], 2, 1e-4);
  EXPECT_NEAR(scores[1], 1, 1e-4);
  const auto events = events_of({0, 0, 1});
  std::vector<float> parts(3);
  EXPECT_EQ(model.explain({.events = events}, 0, parts), 0);
  EXPECT_EQ(parts[0], 0);
  EXPECT_NEAR(parts[1], 2, 1e-4);
  EXPECT_EQ(parts[2], 0);
}

TEST(SequenceFactorsTest, ReasonsAddUpToTheScore) {
  const auto model = SequenceFactors::fit(interactions_of(9, cycle(9, 27, 12)), {}, small());
  const std::vector<ItemIndex> items = {3, 99, 5, -1, 5, 7};  // 99 is newer than the model
  const auto scores = scores_of(model, items);
  const auto events = events_of(items);
  for (ItemIndex j = 0; j < 9; ++j) {
    std::vector<float> parts(items.size());
    double sum = model.explain({.events = events}, j, parts), size = 0;
    for (const float part : parts) sum += part, size += std::abs(part);
    EXPECT_NEAR(sum, scores[std::size_t(j)], 1e-5 * size);
  }
}

TEST(SequenceFactorsTest, AnEmptyHistoryScoresNothing) {
  const std::vector<float> rows = {2, 0, 0, 1};
  const SequenceFactors model(2, rows, rows, {.places = std::vector<float>{1}});
  for (const float score : scores_of(model, {})) EXPECT_EQ(score, 0);
  for (const float score : scores_of(model, {7})) EXPECT_EQ(score, 0);
}

// After an item of attribute 0 comes one of attribute 0, and the same for 1. Items 8 and 9 are new.
TEST(SequenceFactorsTest, AttributesPlaceAColdItem) {
  const Lists histories = two_shelves();
  const auto model = SequenceFactors::fit(
      interactions_of(10, histories), attributes_of({0, 0, 0, 0, 1, 1, 1, 1, 0, 1}, 2), small());
  const auto first = scores_of(model, {0, 1}), second = scores_of(model, {4, 5});
  EXPECT_GT(first[8], first[9]);
  EXPECT_GT(second[9], second[8]);
  const auto after_cold = scores_of(model, {9});
  EXPECT_GT(after_cold[4], after_cold[0]);
}

TEST(SequenceFactorsTest, KeepsTheBestEpochAndLosesPatience) {
  const auto data = interactions_of(9, cycle(9, 9, 12));
  std::vector<std::int32_t> seen;
  const auto model =
      SequenceFactors::fit(data, {}, small(), {}, {.validation = [&](const auto& candidate) {
                             seen.push_back(candidate.epochs());
                             return candidate.epochs() == 4 ? 1.0 : 0.0;
                           }});
  EXPECT_EQ(model.epochs(), 4);
  EXPECT_EQ(seen, (std::vector<std::int32_t>{2, 4, 6, 8}));
}

TEST(SequenceFactorsTest, GoesOnFromTheWeightsOfAnother) {
  const Lists histories = two_shelves();
  const auto attributes = attributes_of({0, 0, 0, 0, 1, 1, 1, 1, 0, 1}, 2);
  const auto data = interactions_of(10, histories);
  const auto start = SequenceFactors::fit(data, attributes, small());

  // What it starts from, read back: the same scores, whatever of a vector is its attributes'.
  auto options = small();
  detail::SequenceTrainer trainer(data, attributes, options, {});
  trainer.start_from(start.queries(), start.items(), start.event_weights());
  const SequenceFactors same(options.factors, trainer.queries(), trainer.items(),
                             trainer.event_weights());
  const auto before = scores_of(start, {0, 1}), after = scores_of(same, {0, 1});
  for (std::size_t j = 0; j < 10; ++j) EXPECT_NEAR(after[j], before[j], 1e-4);

  // Yesterday's model in yesterday's eyes: items 8 and 9 were not there. One epoch of today's data
  // and the attributes' share place them.
  auto queries = std::vector<float>(start.queries().begin(), start.queries().end());
  auto items = std::vector<float>(start.items().begin(), start.items().end());
  const auto known = std::size_t(8) * std::size_t(options.factors);
  std::fill(queries.begin() + long(known), queries.end(), 0.0f);
  std::fill(items.begin() + long(known), items.end(), 0.0f);
  const SequenceFactors yesterday(options.factors, queries, items, start.event_weights());
  options.epochs = 1;
  const auto model = SequenceFactors::fit(data, attributes, options, {}, {.start = &yesterday});
  const auto first = scores_of(model, {0, 1}), second = scores_of(model, {4, 5});
  EXPECT_GT(first[8], first[9]);
  EXPECT_GT(second[9], second[8]);
  EXPECT_GT(first[0], first[4]);

  // A kind of event that yesterday did not know is no obstacle; another notion of steps is.
  std::vector<Interaction> events(data.events().begin(), data.events().end());
  events.back().kind = 1;
  const Interactions today(10, Order::kSequence, data.offsets(), events);
  const auto later = SequenceFactors::fit(today, attributes, options, {}, {.start = &yesterday});
  EXPECT_EQ(later.event_weights().kinds.size(), 2u);
  const Interactions sets(10, Order::kNone, data.offsets(), events);
  EXPECT_THROW(
      static_cast<void>(SequenceFactors::fit(sets, attributes, options, {}, {.start = &yesterday})),
      std::invalid_argument);

  options.factors = 13;
  EXPECT_THROW(
      static_cast<void>(SequenceFactors::fit(data, attributes, options, {}, {.start = &yesterday})),
      std::invalid_argument);
}

TEST(SequenceFactorsTest, ListsWithoutANextItemTeachNothingButAreNoError) {
  EXPECT_EQ(SequenceFactors::fit(interactions_of(2, {{0}, {}, {1}}), {}, small()).n_items(), 2);
  EXPECT_EQ(SequenceFactors::fit(interactions_of(0, {}), {}, small()).n_items(), 0);
}

TEST(SequenceFactorsTest, SetsTellWhatGoesTogetherInAnyOrder) {
  const auto data = interactions_of(8, two_shelves(), Order::kNone);
  const auto model = SequenceFactors::fit(data, {}, small());
  const auto scores = scores_of(model, {0, 1, 2});
  EXPECT_GT(scores[3], scores[4]);
  const auto turned = scores_of(model, {2, 0, 1});
  for (std::size_t j = 0; j < 8; ++j) EXPECT_NEAR(turned[j], scores[j], 1e-5);
}

// What is clicked says what comes next, what is glanced at is anything.
TEST(SequenceFactorsTest, LearnsWhatAKindOfEventSays) {
  Random random(1);
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (int user = 0; user < 40; ++user) {
    for (int k = 0; k < 24; ++k) {
      const bool glance = k % 2 == 1;
      events.push_back({.time_us = k,
                        .item = ItemIndex(glance ? int(random.below(9)) : (user + k / 2) % 9),
                        .kind = std::int16_t(glance ? 1 : 0)});
    }
    offsets.push_back(std::int64_t(events.size()));
  }
  const auto model = SequenceFactors::fit(
      {9, Order::kSequence, std::move(offsets), std::move(events)}, {}, small());
  const auto& kinds = model.event_weights().kinds;
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_GT(kinds[0], 1.2f * std::abs(kinds[1]));
}

TEST(SequenceFactorsTest, RefusesWhatMakesNoSense) {
  const auto data = interactions_of(3, cycle(3, 3, 3));
  const auto refused = [&](auto change) {
    SequenceFactorsOptions options;
    change(options);
    EXPECT_THROW(static_cast<void>(SequenceFactors::fit(data, {}, options)), std::invalid_argument);
  };
  refused([](auto& o) { o.factors = 0; });
  refused([](auto& o) { o.max_history = 0; });
  refused([](auto& o) { o.dropout = 1; });
  refused([](auto& o) { o.learning_rate = 0; });
  refused([](auto& o) { o.batch_targets = 0; });
  refused([](auto& o) { o.negatives = -1; });
  refused([](auto& o) { o.epochs = 0; });
  refused([](auto& o) { o.averaging = 1; });
  EXPECT_THROW(static_cast<void>(SequenceFactors::fit(data, attributes_of({0, 0}, 1))),
               std::invalid_argument);
  const std::vector<float> three(3);
  EXPECT_THROW(SequenceFactors(2, three, three, {}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
