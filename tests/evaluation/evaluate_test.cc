#include "endcap/evaluation/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {
namespace {

using Ints = std::vector<std::int32_t>;

IndexLists lists(const std::vector<Ints>& rows, std::int32_t n_values) {
  std::vector<std::int64_t> offsets = {0};
  Ints values;
  for (const auto& row : rows) {
    values.insert(values.end(), row.begin(), row.end());
    offsets.push_back(static_cast<std::int64_t>(values.size()));
  }
  return {n_values, std::move(offsets), std::move(values)};
}

// Three lists of two places over four items; the second is one short.
const Ints kListed = {0, 1, 2, kNoIndex, 0, 2};

Report small_report(const ItemFacts& facts = {}, std::span<const float> probabilities = {}) {
  return evaluate({.width = 2, .items = kListed, .probabilities = probabilities},
                  lists({{0}, {3}, {0, 2, 3}}, 5), facts, {.ks = {2}});
}

TEST(EvaluateTest, EveryQueryHasItsValue) {
  const auto report = small_report();
  EXPECT_EQ(report.values.at("hit_rate@2"), (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(report.values.at("precision@2"), (std::vector<double>{0.5, 0, 1}));
  EXPECT_NEAR(report.interval("recall@2").mean, (1 + 0 + 2.0 / 3) / 3, 1e-12);
}

TEST(EvaluateTest, RevenueIsThePriceOfTheHits) {
  const std::vector<double> price = {2, 5, NAN, 9};
  const auto revenue = small_report({.price = price}).values.at("revenue@2");
  EXPECT_EQ(revenue[0], 2);
  EXPECT_EQ(revenue[1], 0);
  EXPECT_TRUE(std::isnan(revenue[2]));  // a hit whose price nobody knows
}

TEST(EvaluateTest, RecallIsDividedByHowMuchItemsSell) {
  // 12 events: item 0 has a third of them, item 1 the next, items 2 and 3 the rest.
  const std::vector<std::int64_t> popularity = {5, 4, 2, 1};
  const auto report = small_report({.popularity = popularity});
  EXPECT_EQ(report.values.at("recall_popular@2")[0], 1);
  EXPECT_TRUE(std::isnan(report.values.at("recall_popular@2")[1]));
  EXPECT_EQ(report.values.at("recall_rare@2")[2], 0.5);
  EXPECT_EQ(report.interval("recall_rare@2").mean, 0.25);  // over the two queries that have any
  EXPECT_EQ(report.totals.at("coverage@2").value, 0.75);
}

TEST(EvaluateTest, DiversityCountsLabelsThatAreNotShared) {
  const auto labels = lists({{0, 1}, {1}, {2}, {}}, 3);
  const auto report = small_report({.labels = labels});
  EXPECT_EQ(report.values.at("diversity@2")[0], 0.5);  // one of two labels is shared
  EXPECT_EQ(report.values.at("diversity@2")[2], 1);
}

TEST(EvaluateTest, CalibrationComparesPromisesWithHits) {
  const std::vector<float> promised = {1, 0, 0, NAN, 1, 1};
  const auto report = small_report({}, promised);
  EXPECT_EQ(report.totals.at("ece@2").value, 0);
  ASSERT_EQ(report.reliability.size(), 2u);
  EXPECT_EQ(report.reliability[1].count, 3);
}

TEST(EvaluateTest, WhatPromisesNothingBreaksNoPromise) {
  const auto some = small_report({}, std::vector<float>{NAN, 0, 0, NAN, 1, NAN});
  EXPECT_EQ(some.totals.at("ece@2").value, 0);
  EXPECT_EQ(some.reliability[0].count, 2);
  EXPECT_EQ(some.reliability[1].count, 1);
  const auto none = small_report({}, std::vector<float>(6, NAN));
  EXPECT_FALSE(none.totals.contains("ece@2"));
  EXPECT_TRUE(none.reliability.empty());
}

// Random lists of 10 out of 300 items.
Ints random_lists(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  Ints listed;
  for (std::size_t i = 0; i < n * 10; ++i) {
    const double u = random.uniform();
    listed.push_back(static_cast<std::int32_t>(300 * u * u * u));
  }
  return listed;
}

TEST(EvaluateTest, CoverageOfOtherQueriesLiesInItsInterval) {
  const std::vector<std::int64_t> popularity(300, 1);
  const auto coverage_of = [&](std::uint64_t seed) {
    const auto listed = random_lists(100, seed);
    return evaluate({.width = 10, .items = listed}, lists(std::vector<Ints>(100, {0}), 300),
                    {.popularity = popularity}, {.ks = {10}});
  };
  int inside = 0;
  const auto truth = coverage_of(1000).interval("coverage@10");
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto interval = coverage_of(seed).interval("coverage@10");
    EXPECT_LT(interval.low, interval.mean);
    inside += interval.low <= truth.mean && truth.mean <= interval.high ? 1 : 0;
  }
  EXPECT_GT(inside, 80);
}

TEST(EvaluateTest, ThreadsDoNotChangeTheReport) {
  const std::vector<std::int64_t> popularity(300, 2);
  const auto listed = random_lists(1000, 4);
  const auto right = lists(std::vector<Ints>(1000, {3, 5}), 300);
  const auto run = [&](int threads) {
    return evaluate({.width = 10, .items = listed}, right, {.popularity = popularity}, {},
                    {.threads = threads});
  };
  const auto one = run(1), three = run(3);
  EXPECT_EQ(one.values.at("ndcg@10"), three.values.at("ndcg@10"));
  EXPECT_EQ(one.totals.at("gini@20").without, three.totals.at("gini@20").without);
}

TEST(EvaluateTest, ReportsAreComparedQueryByQuery) {
  const auto ours = small_report(), theirs = small_report();
  EXPECT_EQ(compare(ours, theirs, "ndcg@2").p_value, 1);
  EXPECT_THROW((void)compare(ours, theirs, "ndcg@3"), std::invalid_argument);
  EXPECT_THROW((void)ours.interval("beauty"), std::invalid_argument);
}

TEST(EvaluateTest, WrongArgumentsThrow) {
  const auto right = lists({{0}, {3}, {2}}, 4);
  const ListTable table{.width = 2, .items = kListed};
  const std::vector<float> short_scores = {1};
  const std::vector<double> price = {1, 1};
  EXPECT_THROW((void)evaluate(table, lists({{0}}, 4)), std::invalid_argument);
  EXPECT_THROW((void)evaluate({}, lists({}, 4)), std::invalid_argument);
  EXPECT_THROW((void)evaluate(table, right, {}, {.ks = {}}), std::invalid_argument);
  EXPECT_THROW((void)evaluate(table, right, {}, {.ks = {0}}), std::invalid_argument);
  EXPECT_THROW((void)evaluate({.width = 2, .items = kListed, .scores = short_scores}, right),
               std::invalid_argument);
  EXPECT_THROW((void)evaluate(table, right, {.price = price}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
