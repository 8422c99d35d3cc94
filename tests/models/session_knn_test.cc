#include "endcap/models/session_knn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "models/fixtures.h"

namespace endcap {
namespace {

std::vector<float> scores_of(const SessionKnn& model, const History& history) {
  ScoreBoard board(model.n_items());
  model.score(history, board);
  return {board.scores().begin(), board.scores().end()};
}

// The definition, session by session, for sessions without repeats and without times.
std::vector<double> naive_scores(const Lists& lists, const std::vector<ItemIndex>& own,
                                 std::int32_t n_items, const SessionKnnOptions& options) {
  std::map<ItemIndex, double> distance;  // of an item's newest event
  for (std::size_t e = 0; e < own.size(); ++e) {
    distance[own[e]] = static_cast<double>(own.size() - 1 - e);
  }
  double n = 0, length = 0;
  std::map<ItemIndex, double> of_item;
  for (const auto& list : lists) {
    n += list.empty() ? 0 : 1;
    length += static_cast<double>(list.size());
    for (const auto item : list) of_item[item] += 1;
  }
  length /= n;
  const auto p = [&](double d) { return std::exp(-d / (options.history_span * length)); };
  double squares = 0;
  for (const auto& [item, d] : distance) squares += p(d) * p(d);
  std::vector<std::pair<double, std::size_t>> alike;
  for (std::size_t s = 0; s < lists.size(); ++s) {
    double shared = 0;
    for (const auto item : lists[s]) {
      if (distance.contains(item)) shared += p(distance[item]);
    }
    const auto size = static_cast<double>(lists[s].size());
    if (shared > 0) alike.emplace_back(-shared / std::sqrt(squares * size), s);
  }
  std::sort(alike.begin(), alike.end());
  alike.resize(std::min(alike.size(), static_cast<std::size_t>(options.neighbors)));
  std::vector<double> scores(static_cast<std::size_t>(n_items));
  double total = 0;
  for (const auto& [minus, s] : alike) total -= minus;
  for (const auto& [minus, s] : alike) {
    const auto& list = lists[s];
    double last = 0, nearest = 1e9;
    for (std::size_t place = 0; place < list.size(); ++place) {
      if (!distance.contains(list[place]) || distance[list[place]] >= nearest) continue;
      nearest = distance[list[place]];
      last = static_cast<double>(place);
    }
    for (std::size_t place = 0; place < list.size(); ++place) {
      const double apart = std::abs(static_cast<double>(place) - last);
      scores[static_cast<std::size_t>(list[place])] +=
          -minus / std::sqrt(total) *
          (1 + options.idf_weight * std::log(n / of_item[list[place]])) *
          std::exp(-apart / (options.neighbor_span * length)) *
          std::exp(-nearest / (options.match_span * length));
    }
  }
  return scores;
}

Lists without_repeats(Lists lists) {
  for (auto& list : lists) {
    std::set<ItemIndex> seen;
    std::erase_if(list, [&](ItemIndex item) { return !seen.insert(item).second; });
  }
  return lists;
}

TEST(SessionKnnTest, MatchesTheNaiveVersion) {
  const auto lists = without_repeats(random_lists(200, 30, 10));
  for (const auto& options : {SessionKnnOptions{}, SessionKnnOptions{.history_span = 0.5f},
                              SessionKnnOptions{.neighbor_span = 2, .idf_weight = 1},
                              SessionKnnOptions{.match_span = 0.25f}}) {
    const auto model = SessionKnn::fit(interactions_of(30, lists), options);
    for (const auto& own : Lists{{4}, {1, 2}, {7, 3, 1, 7}, {0, 1, 2, 3, 4, 5}}) {
      const auto events = events_of(own);
      const auto scores = scores_of(model, {events});
      const auto expected = naive_scores(lists, own, 30, options);
      for (std::size_t i = 0; i < scores.size(); ++i) {
        EXPECT_NEAR(scores[i], expected[i], 1e-4 * (1 + expected[i])) << i;
      }
    }
  }
}

// Sessions {0, 1} and {2, 1}, mean length 2; idf off. The visitor had 0, then 2: p is e^-.5 and 1.
TEST(SessionKnnTest, ScoresAsWorkedByHand) {
  const auto model = SessionKnn::fit(interactions_of(3, {{0, 1}, {2, 1}}), {.idf_weight = 0});
  const auto events = events_of({0, 2});
  const double p = std::exp(-0.5), norm = std::sqrt(p * p + 1) * std::sqrt(2);
  // Item 1 stands one place after the shared item in both; the match with 0 is one event old.
  const double root = std::sqrt((p + 1) / norm);
  const double of_0 = p / norm / root * std::exp(-0.5) * std::exp(-0.5);
  const double of_2 = 1 / norm / root * std::exp(-0.5);
  EXPECT_NEAR(scores_of(model, {events})[1], of_0 + of_2, 1e-6);
  std::vector<float> parts(2);
  EXPECT_EQ(model.explain({events}, 1, parts), 0);
  EXPECT_NEAR(parts[0], of_0, 1e-6);
  EXPECT_NEAR(parts[1], of_2, 1e-6);
}

TEST(SessionKnnTest, OnlyTheMostAlikeSessionsVote) {
  const auto model =
      SessionKnn::fit(interactions_of(5, {{0, 1, 2}, {0, 3}, {4, 2}}), {.neighbors = 1});
  const auto events = events_of({0});
  const auto scores = scores_of(model, {events});
  EXPECT_GT(scores[3], 0);  // the shorter session with item 0 is more like {0}
  EXPECT_EQ(scores[1], 0);
}

TEST(SessionKnnTest, OfManySessionsTheNewestAreCompared) {
  const auto model = SessionKnn::fit(interactions_of(4, {{0, 1}, {0, 2}, {0, 3}}), {.sessions = 2});
  const auto events = events_of({0});
  const auto scores = scores_of(model, {events});
  EXPECT_EQ(scores[1], 0);
  EXPECT_GT(scores[2], 0);
  EXPECT_GT(scores[3], 0);
}

TEST(SessionKnnTest, NobodyIsTheirOwnNeighbour) {
  const auto model = SessionKnn::fit(interactions_of(3, {{0, 1}, {0, 2}}));
  const auto events = events_of({0});
  EXPECT_EQ(scores_of(model, {.events = events, .user = 0})[1], 0);
  EXPECT_GT(scores_of(model, {.events = events, .user = 1})[1], 0);
}

TEST(SessionKnnTest, OldSessionsFade) {
  auto events = events_of({0, 1, 0, 2});
  for (std::size_t e = 0; e < events.size(); ++e) events[e].time_us = e < 2 ? 0 : 1'000;
  const Interactions interactions(3, Order::kTime, std::vector<std::int64_t>{0, 2, 4}, events);
  const auto model = SessionKnn::fit(interactions, {.idf_weight = 0});
  const auto own = events_of({0});
  const auto scores = scores_of(model, {own});
  // All of the log's time is two spans: e^-2.
  EXPECT_NEAR(scores[1] / scores[2], std::exp(-2.0), 1e-6);
}

// 200 sessions; items 20 to 22 are those of the first and of the last alone. The newest two tenths
// are alike, or all tenths are.
Interactions sessions_of_fashions(bool change) {
  Lists lists;
  for (ItemIndex user = 0; user < 200; ++user) {
    const ItemIndex fashion = change ? std::min(user / 20, 8) : user % 9;
    lists.push_back({fashion, 10 + user % 2});
  }
  lists.front() = {20, 21};
  lists.back() = {20, 22};
  return interactions_of(23, lists);
}

TEST(SessionKnnTest, SessionsInTheirOrderFadeToo) {
  const auto seen = events_of({20});
  const auto faded = scores_of(SessionKnn::fit(sessions_of_fashions(true)), {seen});
  EXPECT_NEAR(faded[22] / faded[21], std::exp(199 / (200 * 0.5)), 1e-4);
  const auto alike = scores_of(SessionKnn::fit(sessions_of_fashions(false)), {seen});
  EXPECT_FLOAT_EQ(alike[21], alike[22]);
}

TEST(SessionKnnTest, WrongOptionsAreNamed) {
  const auto x = interactions_of(2, {{0, 1}});
  EXPECT_THROW((void)SessionKnn::fit(interactions_of(2, {{0, 1}}, Order::kNone)),
               std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.neighbors = 0}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.sessions = 0}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.max_events = 0}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.history_span = 0}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.neighbor_span = 0}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.match_span = 0}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.idf_weight = -1}), std::invalid_argument);
  EXPECT_THROW((void)SessionKnn::fit(x, {.age_share = 0}), std::invalid_argument);
}

TEST(SessionKnnTest, ArraysThatDisagreeAreRefused) {
  const auto model = SessionKnn::fit(interactions_of(3, {{0, 1}, {0, 2}}));
  auto index = model.index();
  index.rarity = std::vector<float>{1, 1};
  EXPECT_THROW(SessionKnn({}, index), std::invalid_argument);
  index = model.index();
  index.postings = index.sessions;
  EXPECT_THROW(SessionKnn({}, index), std::invalid_argument);
}

TEST(SessionKnnTest, ASessionThatSharesNothingAfterAllDoesNotVote) {
  auto index = SessionKnn::fit(interactions_of(3, {{0, 1}, {1, 2}})).index();
  index.postings = IndexLists(2, std::vector<std::int64_t>{0, 2, 2, 2}, std::vector{0, 1});
  const SessionKnn model({}, index);  // item 0 is said to be in both
  const auto events = events_of({0});
  const auto scores = scores_of(model, {events});
  EXPECT_GT(scores[1], 0);
  EXPECT_EQ(scores[2], 0);
}

}  // namespace
}  // namespace endcap
