#include "endcap/models/detail/sequence_trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "models/fixtures.h"

namespace endcap::detail {
namespace {

using Table = std::vector<std::vector<double>>;

// The weights of a model in double precision.
struct NaiveModel {
  Table q, r;
  std::vector<double> places, kinds, ages;
  double scale_of_age(std::int64_t minutes) const {
    std::size_t bits = 0;
    for (; minutes > 0; minutes /= 2) ++bits;
    return ages.empty() ? 1 : ages[bits];
  }
};

// The query after the events before `end`.
std::vector<double> naive_query(const NaiveModel& model, Steps steps,
                                std::span<const Interaction> events, std::size_t end) {
  const std::size_t d = model.q[0].size();
  std::vector<double> h(d);
  std::size_t place = 0;
  for (std::size_t e = end; e-- > 0;) {
    if (e + 1 < end && begins_step(steps, events[e], events[e + 1])) ++place;
    if (place >= model.places.size()) break;
    double weight = model.places[place];
    if (!model.kinds.empty()) weight *= model.kinds[std::size_t(events[e].kind)];
    weight *= model.scale_of_age((events[end].time_us - events[e].time_us) / 60'000'000);
    for (std::size_t f = 0; f < d; ++f) h[f] += weight * model.q[std::size_t(events[e].item)][f];
  }
  double mean = 0, variance = 0;
  for (const double x : h) mean += x / double(d);
  for (const double x : h) variance += (x - mean) * (x - mean) / double(d);
  for (double& x : h) x = (x - mean) / std::sqrt(variance + 1e-5);
  return h;
}

// Cross-entropy of every step told from those before it, by the definition.
double naive_loss(const Interactions& data, Steps steps, const NaiveModel& model) {
  double loss = 0, n = 0;
  for (UserIndex user = 0; user < data.n_users(); ++user) {
    const auto events = data.events_of(user);
    for (std::size_t t = 1, end = 1; t < events.size(); t = end) {
      end = t + 1;
      if (!begins_step(steps, events[t - 1], events[t])) continue;
      while (end < events.size() && !begins_step(steps, events[end - 1], events[end])) ++end;
      const auto h = naive_query(model, steps, events, t);
      std::vector<double> logits;
      double sum = 0;
      for (const auto& row : model.r) {
        logits.push_back(std::inner_product(h.begin(), h.end(), row.begin(), 0.0));
        sum += std::exp(logits.back());
      }
      for (std::size_t e = t; e < end; ++e, ++n) {
        loss += (std::log(sum) - logits[std::size_t(events[e].item)]) / std::sqrt(double(end - t));
      }
    }
  }
  return loss / n;
}

// Baskets minutes apart, of two kinds of event.
Interactions baskets() {
  const auto in = [](std::int32_t basket, int minute, ItemIndex item, std::int16_t kind = 0) {
    return Interaction{
        .time_us = minute * 60'000'000LL, .item = item, .basket = basket, .kind = kind};
  };
  std::vector<Interaction> events = {
      in(0, 5, 0),  in(0, 5, 1, 1),   in(1, 8, 2),    in(1, 8, 0),    in(1, 8, 4),
      in(2, 8, 3),  in(3, 100, 1, 1), in(3, 100, 2),  in(0, 0, 3, 1), in(1, 70, 1),
      in(1, 70, 1), in(0, 1, 2),      in(0, 1, 4, 1), in(1, 9000, 3), in(0, 50, 2, 1),
  };
  return {5, Order::kTime, std::vector<std::int64_t>{0, 8, 11, 14, 15}, std::move(events)};
}

void expect_gradients_of_the_loss(const Interactions& data, Steps steps) {
  const SequenceFactorsOptions options{
      .factors = 5, .max_history = 3, .dropout = 0, .batch_targets = 100, .negatives = 0};
  SequenceTrainer trainer(data, attributes_of({0, 1, 0, 1, 1}, 2), options, {.seed = 3});
  const auto table = [](const std::vector<float>& flat) {
    Table rows;
    for (std::size_t i = 0; i < flat.size(); i += 5) {
      rows.emplace_back(flat.begin() + long(i), flat.begin() + long(i) + 5);
    }
    return rows;
  };
  const auto doubles = [](const Array<float>& floats) {
    return std::vector<double>(floats.begin(), floats.end());
  };
  const auto weights = trainer.event_weights();
  ASSERT_EQ(weights.steps, steps);
  // The mean taken from the rows of Q changes nothing: layer normalisation takes it again.
  NaiveModel model{table(trainer.queries()), table(trainer.items()), doubles(weights.places),
                   doubles(weights.kinds), doubles(weights.ages)};
  const auto slope = [&](double& x) {
    const double at = x, step = 1e-6;
    x = at + step;
    const double above = naive_loss(data, steps, model);
    x = at - step;
    const double below = naive_loss(data, steps, model);
    x = at;
    return (above - below) / (2 * step);
  };
  EXPECT_NEAR(trainer.loss_and_gradients(), naive_loss(data, steps, model), 1e-6);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto query = trainer.query_gradient(ItemIndex(i));
    const auto item = trainer.item_gradient(ItemIndex(i));
    for (std::size_t f = 0; f < 5; ++f) {
      EXPECT_NEAR(query[f], slope(model.q[i][f]), 1e-5);
      EXPECT_NEAR(item[f], slope(model.r[i][f]), 1e-5);
    }
  }
  const auto gradient = trainer.weight_gradient();
  const std::size_t width = gradient.size() / 3;
  const auto expect_slopes = [&](std::size_t first, std::vector<double>& factors) {
    for (std::size_t k = 0; k < factors.size(); ++k) {
      EXPECT_NEAR(gradient[first + k], slope(factors[k]), 1e-5);
    }
  };
  expect_slopes(0, model.places);
  expect_slopes(width, model.kinds);
  expect_slopes(2 * width, model.ages);
}

TEST(SequenceTrainerTest, GradientsAreThoseOfTheLoss) {
  const Lists histories = {{0, 1, 2, 0, 4}, {3, 1, 1}, {2, 4, 3, 0}, {1}};
  expect_gradients_of_the_loss(interactions_of(5, histories), Steps::kEvents);
}

TEST(SequenceTrainerTest, GradientsAreThoseOfTheLossOfBasketsWithTimesAndKinds) {
  expect_gradients_of_the_loss(baskets(), Steps::kBaskets);
}

TEST(SequenceTrainerTest, LongListsAreCutWithoutLosingATarget) {
  Random random(1);
  SequenceBatches batches(interactions_of(5, Lists(2, std::vector<ItemIndex>(23))), Steps::kEvents,
                          3, 10, 0);
  SequenceBatch batch(5);
  batches.shuffle(random);
  std::size_t targets = 0;
  for (std::int64_t k = 0; k < batches.size(); ++k) {
    batches.fill(k, random, batch);
    targets += batch.targets.size();
  }
  EXPECT_EQ(targets, std::size_t{2} * 22);
}

TEST(SequenceTrainerTest, OneHalfOfASetIsToldFromTheOther) {
  Random random(1);
  const Lists sets = {{0, 1, 2, 3, 4}, {5, 6}, {7}};
  SequenceBatches batches(interactions_of(8, sets, Order::kNone), Steps::kNone, 3, 100, 0);
  SequenceBatch batch(8);
  ASSERT_EQ(batches.size(), 1);
  std::vector<int> seen(8), asked(8);
  for (int epoch = 0; epoch < 400; ++epoch) {
    batches.shuffle(random);
    batches.fill(0, random, batch);
    ASSERT_EQ(batch.queries.size(), 2u);  // a single item tells nothing
    ASSERT_EQ(batch.events.size() + batch.targets.size(), 7u);
    for (std::size_t s = 0; s < 2; ++s) {
      EXPECT_GT(batch.queries[s].n_targets(), 0);
      EXPECT_EQ(batch.queries[s].end_event, batch.pieces[s].end_event);
      EXPECT_GT(batch.pieces[s].end_event, batch.pieces[s].first_event);
    }
    for (const auto& event : batch.events) ++seen[std::size_t(batch.sources[event.source])];
    for (const auto target : batch.targets) ++asked[std::size_t(batch.columns[target])];
  }
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(seen[i] + asked[i], 400);
    EXPECT_NEAR(seen[i], 200, 50);
  }
}

}  // namespace
}  // namespace endcap::detail
