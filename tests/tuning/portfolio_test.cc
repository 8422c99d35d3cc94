#include "endcap/tuning/portfolio.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/models/item_item_model.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

// Histories of ten events each, `step_us` apart.
TrainingData log_of(std::int64_t n_events, Order order,
                    std::int64_t step_us = kMicrosecondsPerDay) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  while (offsets.back() < n_events) {
    for (int step = 0; step < 10; ++step) {
      events.push_back({.time_us = step * step_us, .item = step});
    }
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

TEST(PortfolioTest, TheUsualEffortTrainsOneModelWhereThereIsAnOrder) {
  using Names = std::vector<std::string>;
  constexpr auto kUsual = Effort::kBalanced;
  EXPECT_EQ(trained(20'000, Order::kSequence, kUsual), Names{"sequence_factors"});
  EXPECT_EQ(trained(300'010, Order::kSequence, kUsual), Names{"sequence_factors/narrow"});
  EXPECT_EQ(trained(19'990, Order::kSequence, kUsual), Names{});
  EXPECT_EQ(trained(1'000'010, Order::kSequence, kUsual), Names{"sequence_factors/narrow"});
  EXPECT_EQ(trained(20'000, Order::kTime, kUsual), Names{"sequence_factors/narrow"});
  EXPECT_EQ(trained(200'010, Order::kTime, kUsual), Names{});  // on several hold-outs: too dear
  EXPECT_EQ(trained(20'000, Order::kSequence, Effort::kFast), Names{});
}

TEST(PortfolioTest, TheUsualEffortTrainsANarrowModelWhereNobodyComesBack) {
  for (const std::int64_t n_events : {19'990, 20'000}) {
    auto names =
        portfolio(log_of(n_events, Order::kTime, kMicrosecondsPerSecond), Effort::kBalanced);
    std::erase_if(names, [](const auto& name) { return !is_trained(name); });
    const std::vector<std::string> narrow = {"sequence_factors/narrow"};
    EXPECT_EQ(names, n_events < 20'000 ? std::vector<std::string>() : narrow);
  }
}

TEST(PortfolioTest, TheUsualEffortTrainsOneModelOfBasketsAndOfSets) {
  using Names = std::vector<std::string>;
  for (const auto order : {Order::kSequence, Order::kTime}) {
    auto data = log_of(20'000, order);
    std::vector<Interaction> events(data.interactions.events().begin(),
                                    data.interactions.events().end());
    for (auto& event : events) {
      event.basket = std::int32_t(event.time_us / (5 * kMicrosecondsPerDay));
      event.time_us = event.basket * kMicrosecondsPerDay;
    }
    data.interactions = {10, order, data.interactions.offsets(), std::move(events)};
    auto names = portfolio(data, Effort::kBalanced);
    std::erase_if(names, [](const auto& name) { return !is_trained(name); });
    EXPECT_EQ(names, Names{"sequence_factors"});
  }
  EXPECT_EQ(trained(20'000, Order::kNone, Effort::kBalanced), Names{"sequence_factors/sets"});
  EXPECT_EQ(trained(19'990, Order::kNone, Effort::kBalanced), Names{});
}

TEST(PortfolioTest, TheBestEffortTrainsSeveralShapesWhereverThereIsAnOrder) {
  for (const auto order : {Order::kSequence, Order::kTime}) {
    std::map<std::string_view, int> draws;
    const auto names = trained(100, order, Effort::kBest);
    for (const auto& name : names) ++draws[shape_of(name)];
    EXPECT_EQ(draws, (std::map<std::string_view, int>{{"sequence_factors", 3},
                                                      {"sequence_factors/narrow", 2},
                                                      {"sequence_factors/wide", 3}}));
  }
  EXPECT_EQ(trained(100, Order::kNone, Effort::kBest).size(), 1u);
}

TEST(PortfolioTest, DrawsOfAShapeAreNumbered) {
  EXPECT_EQ(shape_of("sequence_factors/2"), "sequence_factors");
  EXPECT_EQ(shape_of("sequence_factors/wide2"), "sequence_factors/wide");
  EXPECT_EQ(shape_of("sequence_factors/wide"), "sequence_factors/wide");
  EXPECT_EQ(shape_of("sequence_factors"), "sequence_factors");
}

TEST(PortfolioTest, SessionsInTheirOrderHaveTrends) {
  const auto trends = [](bool newest_last) {
    std::vector<std::int64_t> offsets = {0};
    std::vector<Interaction> events;
    for (int user = 0; user < 500; ++user) {
      const auto first = newest_last ? user / 50 : user % 10;
      for (int step = 0; step < 2; ++step) events.push_back({.item = first * 2 + user % 3 / 2});
      offsets.push_back(static_cast<std::int64_t>(events.size()));
    }
    for (std::size_t e = 900; newest_last && e < 1000; ++e) events[e].item = events[e - 100].item;
    const auto names =
        portfolio({.interactions = {20, Order::kSequence, std::move(offsets), std::move(events)},
                   .tokens = {},
                   .attributes = {}},
                  Effort::kFast);
    return std::count_if(names.begin(), names.end(), [](const auto& name) {
      return name.starts_with("popularity/") && name.ends_with("%");
    });
  };
  EXPECT_EQ(trends(true), 8);
  EXPECT_EQ(trends(false), 0);
}

TEST(PortfolioTest, GuestsAreSetsWithTrends) {
  auto data = log_of(20'000, Order::kTime);
  std::vector<Interaction> events(data.interactions.events().begin(),
                                  data.interactions.events().end());
  for (std::size_t e = 0; e < events.size(); ++e) events[e].time_us = std::int64_t(e) / 10;
  data.interactions = {10, Order::kTime, data.interactions.offsets(), std::move(events)};
  const auto names = portfolio(data, Effort::kBalanced);
  const auto has = [&](const char* name) { return std::ranges::count(names, name) == 1; };
  EXPECT_TRUE(has("ease/flat"));
  EXPECT_TRUE(has("sequence_factors/sets"));
  EXPECT_TRUE(has("popularity/7d"));
  EXPECT_FALSE(has("sequential_rules"));
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

TEST(PortfolioTest, ModelsThatAreOnlyAskedInAnotherWayShareAMatrix) {
  const auto data = log_of(100, Order::kSequence);
  const std::pair<std::string, std::string> pairs[] = {
      {"rp3beta/recent", "rp3beta"},
      {"sequential_rules/long", "sequential_rules"},
      {"slist/long", "slist"},
  };
  for (const auto& [name, base] : pairs) {
    const auto matrix_of = [](const std::shared_ptr<const Scorer>& model) {
      return dynamic_cast<const ItemItemModel&>(*model).matrix();
    };
    const auto first = fit_model(base, data, {});
    const auto shared = fit_model(name, data, {}, {{base, first}});
    const auto own = fit_model(name, data, {});
    EXPECT_EQ(matrix_of(shared).values().data(), matrix_of(first).values().data()) << name;
    EXPECT_NE(matrix_of(own).values().data(), matrix_of(first).values().data()) << name;
    const History history{.events = data.interactions.events_of(0).first(4)};
    ScoreBoard of_first(10), of_shared(10), of_own(10);
    first->accumulate(history, 1, of_first);
    shared->accumulate(history, 1, of_shared);
    own->accumulate(history, 1, of_own);
    EXPECT_TRUE(std::ranges::equal(of_shared.scores(), of_own.scores())) << name;
    EXPECT_FALSE(std::ranges::equal(of_shared.scores(), of_first.scores())) << name;
  }
}

}  // namespace
}  // namespace endcap
