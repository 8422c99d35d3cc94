#include "endcap/serving/recommender.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <set>
#include <string>

#include "endcap/base/random.h"
#include "endcap/tuning/model_names.h"
#include "events/log_fixtures.h"
#include "serving/small_shop.h"

namespace endcap {
namespace {

// Two circles of customers who buy within their own twelve items, one event a day; item "new" is in
// the catalogue only.
Events two_circles() {
  Random random(7);
  std::vector<Event> events;
  for (std::int64_t user = 0; user < 200; ++user) {
    const std::string circle = user % 2 == 0 ? "tea" : "ink";
    for (std::int64_t day = 0; day < 8; ++day) {
      events.push_back({.user = "u" + std::to_string(user),
                        .item = circle + std::to_string(random.below(12)),
                        .kind = "purchase",
                        .time_us = (day * 10 + user % 7) * kMicrosecondsPerDay});
    }
  }
  return Events::from_list(events);
}

Catalog titles() {
  CatalogColumns columns;
  Texts text;
  Numbers price;
  for (const std::string circle : {"tea", "ink"}) {
    for (int i = 0; i < 12; ++i) {
      columns.ids.emplace_back(circle + std::to_string(i));
      text.push_back(circle == "tea" ? "green tea leaves " + std::to_string(i)
                                     : "black ink bottle " + std::to_string(i));
      price.push_back(i);
    }
  }
  columns.ids.emplace_back("new");
  text.push_back("green tea pot");
  price.push_back(std::nan(""));
  columns.columns.push_back({"title", ColumnType::kText, text});
  columns.columns.push_back({"price", ColumnType::kNumber, price});
  return Catalog(std::move(columns));
}

std::string circle_of(const Id& item) { return std::get<std::string>(item).substr(0, 3); }

class RecommenderTest : public testing::Test {
 protected:
  const Recommender shop_ = Recommender::fit(two_circles(), titles());
};

TEST_F(RecommenderTest, EveryoneGetsWhatTheirCircleLikes) {
  for (const auto& pick : shop_.next({"tea1", "tea2"}, 3)) EXPECT_EQ(circle_of(pick.item), "tea");
  for (const auto& pick : shop_.similar("ink0", 4)) EXPECT_EQ(circle_of(pick.item), "ink");
  for (const auto& pick : shop_.bought_together({"ink0"}, 4)) {
    EXPECT_EQ(circle_of(pick.item), "ink");
  }
}

TEST_F(RecommenderTest, ListsAreNeverShortNorPadded) {
  EXPECT_EQ(shop_.next({"tea1"}, 24).size(), 24u);  // all but tea1
  EXPECT_EQ(shop_.next({"tea1"}, 50).size(), 24u);
  EXPECT_EQ(shop_.recommend({.session = {"tea1"}, .filter = "price < 3"}).size(), 5u);
}

TEST_F(RecommenderTest, RepeatsAreLeftOutOrWantedAlone) {
  std::set<Id> had;
  for (const auto& event : shop_.history("u4")) had.insert(event.item);
  for (const auto& pick : shop_.recommend({.user = "u4"})) EXPECT_FALSE(had.contains(pick.item));
  const auto again = shop_.buy_again("u4");
  EXPECT_EQ(again.size(), had.size());
  for (const auto& pick : again) EXPECT_TRUE(had.contains(pick.item));
}

TEST_F(RecommenderTest, ReasonsAddUpToTheScore) {
  const auto explanation = shop_.explain("u4", "new");
  float sum = explanation.base;
  for (const auto& reason : explanation.reasons) sum += reason.value;
  EXPECT_NEAR(sum, explanation.score, 1e-5f * std::abs(explanation.score) + 1e-9f);
  EXPECT_EQ(explanation.reasons.size(), shop_.history("u4").size());
  for (const auto repeats : {Repeats::kExclude, Repeats::kInclude}) {
    for (const auto& pick : shop_.recommend({.user = "u4", .repeats = repeats})) {
      EXPECT_NEAR(shop_.explain("u4", pick.item, repeats).score, pick.score,
                  1e-5f * std::abs(pick.score));
    }
  }
}

// Its trees are random: what they say is not, but that all answers agree on it.
TEST(RerankedShopTest, ListsReasonsAndFilesAgree) {
  const TestFolder folder;
  small_shop().save(folder.path() / "shop");
  const auto shop = Recommender::load(folder.path() / "shop");
  for (const auto& user : {"an-0", "an-3", "an-6"}) {
    for (const auto& pick : shop.recommend({.user = user})) {
      const auto explanation = shop.explain(user, pick.item);
      EXPECT_NEAR(explanation.score, pick.score, 1e-5f * std::abs(pick.score)) << user;
      float sum = explanation.base;
      std::string looked_at;
      for (const auto& reason : explanation.reasons) {
        sum += reason.value;
        if (reason.kind == "trees") looked_at += reason.rule + " ";
      }
      EXPECT_NEAR(sum, explanation.score, 1e-5f * std::abs(sum));
      EXPECT_EQ(
          looked_at,
          "boosted_trees: mean boosted_trees: rp3beta boosted_trees: slist boosted_trees: als "
          "boosted_trees: popularity ");
      EXPECT_EQ(shop.why_not({.user = user}, pick.item).score, pick.score);
    }
  }
}

TEST(RerankedShopTest, WeightsByHandLeaveNoTrees) {
  const TestFolder folder;
  small_shop().save(folder.path() / "shop");
  auto shop = Recommender::load(folder.path() / "shop");
  const auto before = shop.explain("an-0", "sku-3").reasons.size();
  shop.set_weights({{.name = "rp3beta", .explore = 2.0f}});
  EXPECT_EQ(shop.explain("an-0", "sku-3").reasons.size(), before - 5);
}

TEST_F(RecommenderTest, AnObservedEventCountsInTheNextAnswerOfThatVisitor) {
  auto shop = Recommender::fit(two_circles(), titles());
  shop.observe("guest", "ink3");
  for (const auto& pick : shop.recommend({.user = "guest", .k = 3})) {
    EXPECT_EQ(circle_of(pick.item), "ink");
  }
  shop.observe("guest", "ink1", "dismiss");
  for (const auto& pick : shop.recommend({.user = "guest", .k = 24})) {
    EXPECT_NE(pick.item, Id("ink1"));
  }
}

TEST_F(RecommenderTest, TheSameBytesForAnyNumberOfThreads) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_recommender_threads";
  for (const int threads : {1, 2, 4}) {
    FitOptions options;
    options.context.threads = threads;
    const auto shop = Recommender::fit(two_circles(), titles(), options);
    const auto list = shop.recommend_many({"u0", "u1"}, 5);
    const auto one = shop_.recommend_many({"u0", "u1"}, 5);
    EXPECT_EQ(list.items, one.items);
    EXPECT_EQ(list.scores, one.scores);
  }
}

TEST_F(RecommenderTest, ASavedShopAnswersTheSame) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_recommender_save";
  shop_.save(path);
  const auto loaded = Recommender::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(loaded.recommend_many({"u0", "u5"}, 5).scores,
            shop_.recommend_many({"u0", "u5"}, 5).scores);
  EXPECT_EQ(loaded.recommend({.user = "u4", .filter = "price >= 2"}).size(),
            shop_.recommend({.user = "u4", .filter = "price >= 2"}).size());
  EXPECT_EQ(loaded.explain("u4", "new").score, shop_.explain("u4", "new").score);
}

TEST_F(RecommenderTest, ARefusedEventLeavesNoTrace) {
  auto shop = Recommender::fit(two_circles());
  EXPECT_THROW(shop.observe("guest", "tea1", "view", {.time_us = -1}), std::invalid_argument);
  EXPECT_THROW(
      shop.observe("guest", "tea1", "view", {.time_us = std::numeric_limits<std::int64_t>::max()}),
      std::invalid_argument);
  EXPECT_THROW((void)shop.history("guest"), UnknownIdError);
}

TEST_F(RecommenderTest, DiversityMixesWhatIsAlikeWhateverTheModels) {
  const auto shop = Recommender::fit(two_circles(), {}, {.models = {"popularity"}});
  std::set<std::string> circles;
  for (const auto& pick : shop.recommend({.k = 2, .diversity = 1})) {
    circles.insert(circle_of(pick.item));
  }
  EXPECT_EQ(circles.size(), 2u);
}

TEST_F(RecommenderTest, ATrainedModelIsSavedToo) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_recommender_trained";
  const auto shop = Recommender::fit(two_circles(), titles(), {.models = {"sequence_factors"}});
  shop.save(path);
  const auto loaded = Recommender::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(loaded.recommend_many({"u0"}, 5).scores, shop.recommend_many({"u0"}, 5).scores);
  EXPECT_EQ(circle_of(loaded.next({"tea1"}, 1)[0].item), "tea");
}

TEST_F(RecommenderTest, AnAlsModelIsSavedToo) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_recommender_als";
  const auto shop = Recommender::fit(two_circles(), {}, {.models = {"als"}});
  shop.save(path);
  const auto loaded = Recommender::load(path);
  std::filesystem::remove(path);
  const auto answer = loaded.recommend_many({"u0", "u1"}, 5);
  EXPECT_EQ(answer.scores, shop.recommend_many({"u0", "u1"}, 5).scores);
  EXPECT_EQ(circle_of(loaded.next({"tea1"}, 1)[0].item), "tea");
}

TEST_F(RecommenderTest, WrongArgumentsAreNamed) {
  EXPECT_THROW((void)shop_.recommend({.user = "nobody"}), UnknownIdError);
  EXPECT_THROW((void)shop_.similar("nothing"), UnknownIdError);
  EXPECT_THROW((void)shop_.recommend({.user = "u0", .k = 0}), std::invalid_argument);
  EXPECT_THROW((void)shop_.recommend({.user = "u0", .filter = "colour = 1"}),
               std::invalid_argument);
  EXPECT_THROW((void)Recommender::fit(two_circles(), {}, {.target = "click"}),
               std::invalid_argument);
  EXPECT_TRUE(shop_.next({"nothing"}).size() == 10);  // an unknown item says nothing
}

TEST_F(RecommenderTest, ProbabilitiesFallWithTheScoreAndSurviveAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "probabilities.endcap";
  shop_.save(path);
  const auto loaded = Recommender::load(path);
  for (const auto repeats : {Repeats::kExclude, Repeats::kInclude}) {
    const auto list = shop_.recommend({.user = "u1", .k = 10, .repeats = repeats});
    const auto again = loaded.recommend({.user = "u1", .k = 10, .repeats = repeats});
    const auto table = shop_.recommend_many({"u1"}, 10, repeats);
    float before = 1;
    for (std::size_t place = 0; place < list.size(); ++place) {
      const float probability = list[place].probability;
      EXPECT_GT(probability, 0);
      EXPECT_LE(probability, before);
      EXPECT_EQ(again[place].probability, probability);
      EXPECT_EQ(table.probabilities[place], probability);
      before = probability;
    }
  }
}

TEST_F(RecommenderTest, RulesChangeTheScoreButNotTheProbability) {
  Rules rules;
  rules.boosts = {{"price >= 0", 2}};
  const auto plain = shop_.recommend({.user = "u1", .k = 1});
  const auto ruled = shop_.recommend({.user = "u1", .k = 1, .rules = rules});
  EXPECT_GT(ruled[0].score, plain[0].score);
  EXPECT_NEAR(ruled[0].probability, plain[0].probability, 1e-3);
}

TEST_F(RecommenderTest, WhatIsAlikePromisesNothing) {
  for (const auto& pick : shop_.similar("tea1")) EXPECT_TRUE(std::isnan(pick.probability));
}

TEST_F(RecommenderTest, ReportSaysWhatWonAndSurvivesAFile) {
  const auto report = shop_.report();
  EXPECT_EQ(report.held_out, "newest");
  EXPECT_EQ(report.n_train + report.n_held_out, shop_.n_events());
  EXPECT_GT(report.cut_us, report.begin_us);
  EXPECT_GT(report.n_queries[1], 0);
  EXPECT_GT(report.blend[1].mean, 0);
  EXPECT_GE(report.over_best[1].mean, 0);
  std::set<std::string> in_use;
  for (const auto& model : report.models) {
    if (model.fate == FitReport::kInUse) in_use.insert(model.name);
  }
  for (const auto& model : shop_.models()) {
    EXPECT_TRUE(in_use.contains(model.name) || model.name == kBoughtTogether) << model.name;
  }
  const auto path = std::filesystem::path(testing::TempDir()) / "report.endcap";
  shop_.save(path);
  const auto loaded = Recommender::load(path).report();
  EXPECT_EQ(loaded.models.size(), report.models.size());
  EXPECT_EQ(loaded.models.front().n_bytes, report.models.front().n_bytes);
  EXPECT_EQ(loaded.best_model[1], report.best_model[1]);
  EXPECT_EQ(loaded.seconds, report.seconds);
}

}  // namespace
}  // namespace endcap
