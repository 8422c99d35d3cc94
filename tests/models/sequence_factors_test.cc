#include "endcap/models/sequence_factors.h"

#include <gtest/gtest.h>

#include <cmath>
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

// One attribute an item.
CsrMatrix attributes_of(const std::vector<std::int32_t>& attribute, std::int32_t n_attributes) {
  std::vector<std::int64_t> offsets{0};
  for (std::size_t i = 0; i < attribute.size(); ++i) offsets.push_back(static_cast<int>(i) + 1);
  return {n_attributes, std::move(offsets), attribute, std::vector<float>(attribute.size(), 1)};
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

// Mean cross-entropy of every next item by the definition, in double precision.
double naive_loss(const Lists& histories, const std::vector<std::vector<double>>& q,
                  const std::vector<std::vector<double>>& r, const std::vector<double>& a) {
  const std::size_t d = q[0].size();
  double loss = 0, n = 0;
  for (const auto& history : histories) {
    for (std::size_t t = 1; t < history.size(); ++t, ++n) {
      std::vector<double> h(d);
      for (std::size_t k = 0; k < a.size() && k < t; ++k) {
        for (std::size_t f = 0; f < d; ++f) h[f] += a[k] * q[std::size_t(history[t - 1 - k])][f];
      }
      double mean = 0, variance = 0;
      for (const double x : h) mean += x / double(d);
      for (const double x : h) variance += (x - mean) * (x - mean) / double(d);
      double sum = 0, target = 0;
      for (std::size_t j = 0; j < r.size(); ++j) {
        double logit = 0;
        for (std::size_t f = 0; f < d; ++f) {
          logit += (h[f] - mean) / std::sqrt(variance + 1e-5) * r[j][f];
        }
        sum += std::exp(logit);
        if (j == std::size_t(history[t])) target = logit;
      }
      loss += std::log(sum) - target;
    }
  }
  return loss / n;
}

TEST(SequenceFactorsTest, GradientsAreThoseOfTheLoss) {
  const Lists histories = {{0, 1, 2, 0, 4}, {3, 1, 1}, {2, 4, 3, 0}, {1}};
  const SequenceFactorsOptions options{
      .factors = 5, .max_history = 3, .dropout = 0, .batch_targets = 100, .negatives = 0};
  detail::SequenceTrainer trainer(interactions_of(5, histories), attributes_of({0, 1, 0, 1, 1}, 2),
                                  options, {.seed = 3});
  const auto table = [](const std::vector<float>& flat) {
    std::vector<std::vector<double>> rows;
    for (std::size_t i = 0; i < flat.size(); i += 5) {
      rows.emplace_back(flat.begin() + long(i), flat.begin() + long(i) + 5);
    }
    return rows;
  };
  // The mean taken from the rows of Q changes nothing: layer normalisation takes it again.
  auto q = table(trainer.queries()), r = table(trainer.items());
  const auto weights = trainer.position_weights();
  std::vector<double> a(weights.begin(), weights.end());
  const auto slope = [&](double& x) {
    const double at = x, step = 1e-6;
    x = at + step;
    const double above = naive_loss(histories, q, r, a);
    x = at - step;
    const double below = naive_loss(histories, q, r, a);
    x = at;
    return (above - below) / (2 * step);
  };
  EXPECT_NEAR(trainer.loss_and_gradients(), naive_loss(histories, q, r, a), 1e-6);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto query = trainer.query_gradient(ItemIndex(i));
    const auto item = trainer.item_gradient(ItemIndex(i));
    for (std::size_t f = 0; f < 5; ++f) {
      EXPECT_NEAR(query[f], slope(q[i][f]), 1e-5);
      EXPECT_NEAR(item[f], slope(r[i][f]), 1e-5);
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(trainer.position_gradient()[k], slope(a[k]), 1e-5);
  }
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
  const auto data = interactions_of(70, cycle(70, 90, 30));
  const auto attributes = attributes_of(std::vector<std::int32_t>(70, 0), 1);
  auto options = small();
  options.epochs = 3;
  options.factors = 40;
  options.batch_targets = 300;
  options.negatives = 20;
  const auto one = SequenceFactors::fit(data, attributes, options, {.seed = 5, .threads = 1});
  for (const int threads : {2, 4}) {
    const auto many =
        SequenceFactors::fit(data, attributes, options, {.seed = 5, .threads = threads});
    EXPECT_TRUE(same(one.queries(), many.queries()));
    EXPECT_TRUE(same(one.items(), many.items()));
    EXPECT_TRUE(same(one.position_weights(), many.position_weights()));
  }
  const auto other = SequenceFactors::fit(data, attributes, options, {.seed = 6, .threads = 1});
  EXPECT_FALSE(same(one.items(), other.items()));
}

// Q = R = {(2, 0), (0, 1)}, a = {1, .5}. After 0 then 1 the sum is (1, 1), whose mean square is 1,
// so the scale is 1: item 0 scores 2 * 1, of which all comes from event 0.
TEST(SequenceFactorsTest, ScoresByItsDefinition) {
  const std::vector<float> rows = {2, 0, 0, 1};
  const SequenceFactors model(2, rows, rows, std::vector<float>{1, .5f});
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
  const SequenceFactors model(2, rows, rows, std::vector<float>{1});
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
  trainer.start_from(start.queries(), start.items(), start.position_weights());
  const SequenceFactors same(options.factors, trainer.queries(), trainer.items(),
                             trainer.position_weights());
  const auto before = scores_of(start, {0, 1}), after = scores_of(same, {0, 1});
  for (std::size_t j = 0; j < 10; ++j) EXPECT_NEAR(after[j], before[j], 1e-4);

  // Yesterday's model in yesterday's eyes: items 8 and 9 were not there. One epoch of today's data
  // and the attributes' share place them.
  auto queries = std::vector<float>(start.queries().begin(), start.queries().end());
  auto items = std::vector<float>(start.items().begin(), start.items().end());
  const auto known = std::size_t(8) * std::size_t(options.factors);
  std::fill(queries.begin() + long(known), queries.end(), 0.0f);
  std::fill(items.begin() + long(known), items.end(), 0.0f);
  const SequenceFactors yesterday(options.factors, queries, items, start.position_weights());
  options.epochs = 1;
  const auto model = SequenceFactors::fit(data, attributes, options, {}, {.start = &yesterday});
  const auto first = scores_of(model, {0, 1}), second = scores_of(model, {4, 5});
  EXPECT_GT(first[8], first[9]);
  EXPECT_GT(second[9], second[8]);
  EXPECT_GT(first[0], first[4]);

  options.factors = 13;
  EXPECT_THROW(
      static_cast<void>(SequenceFactors::fit(data, attributes, options, {}, {.start = &yesterday})),
      std::invalid_argument);
}

TEST(SequenceFactorsTest, ListsWithoutANextItemTeachNothingButAreNoError) {
  EXPECT_EQ(SequenceFactors::fit(interactions_of(2, {{0}, {}, {1}}), {}, small()).n_items(), 2);
  EXPECT_EQ(SequenceFactors::fit(interactions_of(0, {}), {}, small()).n_items(), 0);
}

TEST(SequenceFactorsTest, LongListsAreCutWithoutLosingATarget) {
  Random random(1);
  detail::SequenceBatches batches(interactions_of(5, cycle(5, 2, 23)), 3, 10, 0);
  detail::SequenceBatch batch(5);
  batches.shuffle(random);
  std::size_t targets = 0;
  for (std::int64_t k = 0; k < batches.size(); ++k) {
    batches.fill(k, random, batch);
    targets += batch.targets.size();
  }
  EXPECT_EQ(targets, std::size_t{2} * 22);
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
  EXPECT_THROW(SequenceFactors(2, three, three, three), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
