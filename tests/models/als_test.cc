#include "endcap/models/als.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "endcap/base/random.h"
#include "models/fixtures.h"

namespace endcap {
namespace {

Interactions rows_of(std::int32_t n_items, const Lists& rows) {
  return interactions_of(n_items, rows, Order::kNone);
}

// Each user has each item with probability 1 / rarity.
Interactions random_rows(std::size_t n_users, std::int32_t n_items, std::uint64_t rarity) {
  Random random(3);
  std::vector<std::vector<ItemIndex>> rows(n_users);
  for (auto& row : rows) {
    for (ItemIndex i = 0; i < n_items; ++i) {
      if (random.below(rarity) == 0) row.push_back(i);
    }
  }
  return rows_of(n_items, rows);
}

// The events (item, weight) of one visitor.
std::vector<Interaction> weighted_events(const std::vector<std::pair<ItemIndex, float>>& pairs) {
  std::vector<Interaction> events;
  events.reserve(pairs.size());
  for (const auto& [item, weight] : pairs) events.push_back({.item = item, .weight = weight});
  return events;
}

Eigen::MatrixXd items_of(const Als& model) {
  const auto n = model.n_items(), d = model.options().factors;
  return Eigen::Map<const detail::AlsTable>(model.items().data(), n, d).cast<double>();
}

// The normal equations as they stand, in double: weights[j] is the confidence of item j, or 0.
Eigen::VectorXd naive_vector(const Als& model, const Eigen::VectorXd& weights) {
  const Eigen::MatrixXd v = items_of(model);
  const double a0 = model.unobserved_weight();
  const double ridge =
      model.ridge() * std::pow(weights.sum() + a0 * model.n_items(), model.options().nu);
  Eigen::MatrixXd a = a0 * v.transpose() * v + v.transpose() * weights.asDiagonal() * v;
  a.diagonal().array() += ridge;
  return a.fullPivLu().solve(v.transpose() * weights);
}

void expect_near(const std::vector<float>& x, const Eigen::VectorXd& expected, double error) {
  ASSERT_EQ(static_cast<Eigen::Index>(x.size()), expected.size());
  for (Eigen::Index k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(x[static_cast<std::size_t>(k)], expected[k], error);
  }
}

double score_of(const Als& model, const History& history, ItemIndex item) {
  ScoreBoard board(model.n_items());
  model.score(history, board);
  return board[item];
}

TEST(AlsTest, SolvesTheNormalEquationsOfShortAndLongHistories) {
  const auto x = random_rows(60, 30, 4);
  const auto model = Als::fit(x, {.factors = 8, .regularization = 2, .nu = .5f, .iterations = 3});
  for (const std::size_t n : {1, 7, 8, 9, 30}) {  // the way changes at 8 = factors
    std::vector<std::pair<ItemIndex, float>> pairs;
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(30);
    for (std::size_t i = 0; i < n; ++i) {
      pairs.emplace_back(static_cast<ItemIndex>(29 - i), 1.0f);
      weights[static_cast<Eigen::Index>(29 - i)] = 1;
    }
    expect_near(model.vector_of({weighted_events(pairs)}), naive_vector(model, weights), 1e-5);
  }
}

TEST(AlsTest, ManyCellsAreAddedUpInBatches) {
  const auto x = random_rows(20, 300, 3);
  const auto model = Als::fit(x, {.factors = 4, .iterations = 2});
  for (const std::size_t n : {127, 128, 129, 300}) {
    std::vector<std::pair<ItemIndex, float>> pairs;
    for (std::size_t i = 0; i < n; ++i) pairs.emplace_back(static_cast<ItemIndex>(i), 1.0f);
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(300);
    weights.head(static_cast<Eigen::Index>(n)).setOnes();
    expect_near(model.vector_of({weighted_events(pairs)}), naive_vector(model, weights), 1e-4);
  }
}

TEST(AlsTest, ARepeatCountsOnceWithTheHeaviestEvent) {
  const auto x = random_rows(60, 10, 3);
  const auto model = Als::fit(x, {.factors = 4, .iterations = 2, .use_event_weights = true});
  const auto events = weighted_events({{3, 1.0f}, {5, 2.0f}, {3, 4.0f}, {3, 1.0f}});
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(10);
  weights[3] = 4;
  weights[5] = 2;
  expect_near(model.vector_of({events}), naive_vector(model, weights), 1e-5);
  std::vector<float> parts(4);
  (void)model.explain({events}, 5, parts);
  EXPECT_EQ(parts[0], 0);
  EXPECT_NE(parts[2], 0);
  EXPECT_EQ(parts[3], 0);
}

TEST(AlsTest, WeightsSayNothingUnlessAskedFor) {
  const auto x = random_rows(60, 10, 3);
  const auto model = Als::fit(x, {.factors = 4, .iterations = 2});
  EXPECT_EQ(model.vector_of({weighted_events({{3, 5.0f}, {5, 2.0f}, {3, 1.0f}})}),
            model.vector_of({weighted_events({{3, 1.0f}, {5, 1.0f}})}));
}

TEST(AlsTest, ParametersFollowTheDensity) {
  // 2 users, 4 items, 4 cells: the mean row is 2 and the mean cell 1/2, so a0 = 3 / 2 and
  // lambda = 5 / (2 + 1.5 * 4).
  const auto model =
      Als::fit(rows_of(4, {{0, 1, 2}, {3}}), {.factors = 2, .unobserved = 3, .regularization = 5});
  EXPECT_FLOAT_EQ(model.unobserved_weight(), 1.5f);
  EXPECT_FLOAT_EQ(model.ridge(), 5.0f / 8);
}

// One side given the other, by the normal equations in double. cells: (n_rows, n_columns).
Eigen::MatrixXd naive_solve(const Eigen::MatrixXd& cells, const Eigen::MatrixXd& v,
                            const detail::AlsPenalties& penalties) {
  Eigen::MatrixXd x(cells.rows(), v.cols());
  for (Eigen::Index r = 0; r < cells.rows(); ++r) {
    const Eigen::VectorXd c = cells.row(r).transpose();
    const double n =
        c.sum() + static_cast<double>(penalties.unobserved) * static_cast<double>(cells.cols());
    Eigen::MatrixXd a =
        v.transpose() * c.asDiagonal() * v + penalties.unobserved * v.transpose() * v;
    a.diagonal().array() += penalties.regularization * std::pow(n, penalties.nu);
    x.row(r) = a.fullPivLu().solve(v.transpose() * c).transpose();
  }
  return x;
}

TEST(AlsTest, AFitScoresAsTheNaiveOne) {
  const auto x = random_rows(50, 40, 4);
  const AlsOptions options = {.factors = 6, .iterations = 3, .steps = 20};
  const Context context = {.seed = 5};
  const auto model = Als::fit(x, options, context);

  Eigen::MatrixXd cells = Eigen::MatrixXd::Zero(50, 40);
  for (UserIndex u = 0; u < 50; ++u) {
    for (const auto& event : x.events_of(u)) cells(u, event.item) = 1;
  }
  Random random(context.seed);
  Eigen::MatrixXd items(40, 6), users;
  for (Eigen::Index i = 0; i < 40; ++i) {
    for (Eigen::Index k = 0; k < 6; ++k) items(i, k) = .1 / std::sqrt(6.0) * random.normal();
  }
  const auto penalties = detail::als_penalties(detail::als_matrix(x, false), options);
  for (int epoch = 0; epoch < options.iterations; ++epoch) {
    users = naive_solve(cells, items, penalties);
    items = naive_solve(cells.transpose(), users, penalties);
  }
  const Eigen::MatrixXd scores = naive_solve(cells, items, penalties) * items.transpose();
  for (UserIndex u = 0; u < 50; ++u) {
    for (ItemIndex i = 0; i < 40; ++i) {
      EXPECT_NEAR(score_of(model, x.history(u), i), scores(u, i), 1e-4);
    }
  }
}

TEST(AlsTest, PartsAddUpToTheScore) {
  const auto x = random_rows(60, 50, 3);
  const auto model = Als::fit(x, {.factors = 8, .iterations = 3});
  for (const std::size_t n : {0, 1, 5, 8, 40}) {  // from 8 = factors on the other way
    std::vector<std::pair<ItemIndex, float>> pairs;
    for (std::size_t i = 0; i < n; ++i) pairs.emplace_back(static_cast<ItemIndex>(i), 1.0f);
    pairs.emplace_back(0, 1.0f);   // a repeat
    pairs.emplace_back(77, 1.0f);  // newer than the model
    const auto events = weighted_events(pairs);
    std::vector<float> parts(events.size(), -1.0f);
    for (const ItemIndex item : {0, 3, 49}) {
      const float rest = model.explain({events}, item, parts);
      const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
      EXPECT_EQ(rest, 0);
      EXPECT_NEAR(sum, score_of(model, {events}, item), 1e-5);
      EXPECT_EQ(parts.back(), 0);
    }
  }
}

TEST(AlsTest, NothingKnownTouchesNothing) {
  const auto model = Als::fit(random_rows(20, 10, 3), {.factors = 4, .iterations = 1});
  ScoreBoard board(10);
  model.score({}, board);
  model.score({weighted_events({{10, 1.0f}, {-1, 1.0f}})}, board);
  EXPECT_TRUE(board.touched().empty());
}

TEST(AlsTest, ACheckerboardIsCompleted) {
  // Even users have the even items and odd users the odd ones, but for one cell each.
  std::vector<std::vector<ItemIndex>> rows(20);
  for (ItemIndex u = 0; u < 20; ++u) {
    for (ItemIndex i = u % 2; i < 20; i += 2) {
      if (i != u) rows[static_cast<std::size_t>(u)].push_back(i);
    }
  }
  const auto x = rows_of(20, rows);
  // Light empty cells: on so full a matrix the default would make all scores small.
  const auto model = Als::fit(x, {.factors = 4, .unobserved = .1f, .regularization = .1f});
  for (UserIndex u = 0; u < 20; ++u) {
    const double missing = score_of(model, x.history(u), u);
    for (ItemIndex i = (u + 1) % 2; i < 20; i += 2) {
      EXPECT_GT(missing, score_of(model, x.history(u), i) + .5);
    }
  }
}

TEST(AlsTest, TheSameBytesForAnyNumberOfThreads) {
  const auto x = random_rows(300, 200, 8);
  const AlsOptions options = {.factors = 20, .iterations = 2};
  const auto one = Als::fit(x, options, {.threads = 1});
  for (const int threads : {2, 4, 8}) {
    const auto more = Als::fit(x, options, {.threads = threads});
    EXPECT_TRUE(std::equal(one.items().begin(), one.items().end(), more.items().begin()));
    EXPECT_TRUE(std::equal(one.spectrum().begin(), one.spectrum().end(), more.spectrum().begin()));
  }
}

TEST(AlsTest, ItsArraysMakeTheSameModel) {
  const auto x = random_rows(30, 20, 4);
  const auto model = Als::fit(x, {.factors = 4, .iterations = 2});
  const Als copy(model.options(), model.unobserved_weight(), model.ridge(), model.items(),
                 model.spectrum());
  EXPECT_EQ(copy.vector_of(x.history(0)), model.vector_of(x.history(0)));
}

TEST(AlsTest, MayHaveMoreFactorsThanThereAreRows) {
  const auto model = Als::fit(rows_of(3, {{0, 1}, {0, 1}, {2}}), {.factors = 128});
  const auto events = weighted_events({{0, 1.0f}});
  EXPECT_GT(score_of(model, {events}, 1), 0);
}

TEST(AlsTest, NothingToFitScoresNothing) {
  const auto model = Als::fit(rows_of(3, {{}, {}}), {.factors = 2});
  EXPECT_EQ(score_of(model, {weighted_events({{0, 1.0f}})}, 1), 0);
}

TEST(AlsTest, WrongOptionsAreNamed) {
  const auto x = rows_of(2, {{0}});
  EXPECT_THROW((void)Als::fit(x, {.factors = 0}), std::invalid_argument);
  EXPECT_THROW((void)Als::fit(x, {.unobserved = 0}), std::invalid_argument);
  EXPECT_THROW((void)Als::fit(x, {.regularization = 0}), std::invalid_argument);
  EXPECT_THROW((void)Als::fit(x, {.nu = -1}), std::invalid_argument);
  EXPECT_THROW((void)Als::fit(x, {.iterations = 0}), std::invalid_argument);
  EXPECT_THROW((void)Als::fit(x, {.steps = 0}), std::invalid_argument);
}

TEST(AlsTest, ArraysThatDisagreeAreRefused) {
  const AlsOptions options = {.factors = 2};
  const auto floats = [](std::size_t n) { return Array<float>(std::vector<float>(n, 1.0f)); };
  EXPECT_THROW(Als(options, 1, 1, floats(5), floats(2)), std::invalid_argument);
  EXPECT_THROW(Als(options, 1, 1, floats(4), floats(3)), std::invalid_argument);
  EXPECT_THROW(Als(options, 0, 1, floats(4), floats(2)), std::invalid_argument);
  EXPECT_THROW(Als(options, 1, 0, floats(4), floats(2)), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
