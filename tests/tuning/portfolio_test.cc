#include "endcap/tuning/portfolio.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace endcap {
namespace {

// Histories of ten events each.
TrainingData log_of(std::int64_t n_events, Order order) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  while (offsets.back() < n_events) {
    for (int step = 0; step < 10; ++step) events.push_back({.time_us = step, .item = step});
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {.interactions = {10, order, std::move(offsets), std::move(events)},
          .tokens = {},
          .attributes = {}};
}

// The trained models of the portfolio.
std::vector<std::string> trained(std::int64_t n_events, Order order, Effort effort) {
  auto names = portfolio(log_of(n_events, order), effort);
  std::erase_if(names, [](const auto& name) { return !is_trained(name); });
  return names;
}

TEST(PortfolioTest, TheUsualEffortTrainsOneModelWhereOneHoldOutDoes) {
  using Names = std::vector<std::string>;
  constexpr auto kUsual = Effort::kBalanced;
  EXPECT_EQ(trained(20'000, Order::kSequence, kUsual), Names{"sequence_factors"});
  EXPECT_EQ(trained(300'010, Order::kSequence, kUsual), Names{"sequence_factors/narrow"});
  EXPECT_EQ(trained(19'990, Order::kSequence, kUsual), Names{});
  EXPECT_EQ(trained(1'000'010, Order::kSequence, kUsual), Names{});
  EXPECT_EQ(trained(20'000, Order::kTime, kUsual), Names{});
  EXPECT_EQ(trained(20'000, Order::kSequence, Effort::kFast), Names{});
}

TEST(PortfolioTest, TheBestEffortTrainsWhereverThereIsAnOrder) {
  EXPECT_EQ(trained(100, Order::kSequence, Effort::kBest).size(), 5u);
  EXPECT_EQ(trained(100, Order::kTime, Effort::kBest).size(), 5u);
  EXPECT_TRUE(trained(100, Order::kNone, Effort::kBest).empty());
}

TEST(PortfolioTest, TriesSeveralShapesOfEaseOnSetsAlone) {
  const auto n_shapes = [](Order order) {
    const auto names = portfolio(log_of(100, order), Effort::kBalanced);
    return std::ranges::count_if(names, [](const auto& name) { return name.starts_with("ease"); });
  };
  EXPECT_EQ(n_shapes(Order::kNone), 3);
  EXPECT_EQ(n_shapes(Order::kSequence), 1);
  EXPECT_EQ(n_shapes(Order::kTime), 1);
}

}  // namespace
}  // namespace endcap
