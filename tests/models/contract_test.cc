// What every model must keep to, whatever it believes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "endcap/matrix/stack_rows.h"
#include "endcap/matrix/transpose.h"
#include "endcap/models/als.h"
#include "endcap/models/content.h"
#include "endcap/models/ease.h"
#include "endcap/models/item_knn.h"
#include "endcap/models/next_basket.h"
#include "endcap/models/popularity.h"
#include "endcap/models/repeat_purchase.h"
#include "endcap/models/rp3beta.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/models/sequential_rules.h"
#include "endcap/models/session_knn.h"
#include "endcap/models/slist.h"
#include "endcap/models/turbo_cf.h"
#include "models/fixtures.h"

namespace endcap {
namespace {

constexpr std::int32_t kItems = 60;

// Who had an item stands for the words that describe it.
CsrMatrix users_as_words(const Interactions& interactions) {
  std::vector<std::vector<ScoredItem>> rows(static_cast<std::size_t>(interactions.n_users()));
  const ItemSets sets(interactions, 500);
  for (UserIndex user = 0; user < sets.n_users(); ++user) {
    for (const auto item : sets.items_of(user)) {
      rows[static_cast<std::size_t>(user)].push_back({item, 1});
    }
  }
  return transpose(stack_rows(interactions.n_items(), std::move(rows)));
}

template <class Model>
Model fit(const Interactions& interactions, int threads = 1) {
  const Context context = {.seed = 1, .threads = threads};
  if constexpr (std::is_same_v<Model, Popularity> || std::is_same_v<Model, RepeatPurchase>) {
    return Model::fit(interactions);
  } else if constexpr (std::is_same_v<Model, Content>) {
    return Model::fit(users_as_words(interactions), {}, context);
  } else if constexpr (std::is_same_v<Model, SequenceFactors>) {
    return Model::fit(interactions, {}, {.factors = 8, .negatives = 0, .epochs = 2}, context);
  } else if constexpr (std::is_same_v<Model, Als>) {
    return Model::fit(interactions, {.factors = 8}, context);
  } else {
    return Model::fit(interactions, {}, context);
  }
}

std::vector<float> scores_of(const Scorer& model, const std::vector<ItemIndex>& items) {
  const auto events = events_of(items);
  ScoreBoard board(model.n_items());
  model.score({events}, board);
  return {board.scores().begin(), board.scores().end()};
}

template <class Model>
class ModelContractTest : public testing::Test {
 protected:
  const Interactions interactions_ = interactions_of(kItems, random_lists(300, kItems, 12));
};
using AllModels =
    testing::Types<Popularity, RepeatPurchase, Rp3Beta, ItemKnn, TurboCf, Ease, SequentialRules,
                   Slist, NextBasket, Als, SessionKnn, Content, SequenceFactors>;
TYPED_TEST_SUITE(ModelContractTest, AllModels);

TYPED_TEST(ModelContractTest, KnowsTheItemsItWasFittedOn) {
  EXPECT_EQ(fit<TypeParam>(this->interactions_).n_items(), kItems);
}

TYPED_TEST(ModelContractTest, ReasonsAddUpToTheScore) {
  const auto model = fit<TypeParam>(this->interactions_);
  const std::vector<ItemIndex> items = {3, 1, 3, 0, 7, 1};
  const auto events = events_of(items);
  const auto scores = scores_of(model, items);
  std::vector<float> parts(events.size(), 99);
  for (ItemIndex item = 0; item < kItems; ++item) {
    float sum = model.explain({events}, item, parts);
    for (const float part : parts) sum += part;
    const float score = scores[static_cast<std::size_t>(item)];
    EXPECT_NEAR(sum, score, 1e-5f * std::max(1.0f, std::abs(score))) << item;
  }
}

TYPED_TEST(ModelContractTest, SomeItemsScoreAsAmongAll) {
  const auto model = fit<TypeParam>(this->interactions_);
  const auto scores = scores_of(model, {6, 1, kItems, 0, 1});
  const auto events = events_of({6, 1, kItems, 0, 1});
  const std::vector<ItemIndex> items = {3, 0, 5};
  ScoreBoard board(kItems);
  std::vector<float> some(items.size(), 99);
  model.score_items({events}, items, board, some);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const float score = scores[static_cast<std::size_t>(items[i])];
    EXPECT_NEAR(some[i], score, 1e-5f * std::max(1.0f, std::abs(score))) << items[i];
  }
  EXPECT_TRUE(board.touched().empty());
}

TYPED_TEST(ModelContractTest, ManyItemsAreExplainedAsEachAlone) {
  const auto model = fit<TypeParam>(this->interactions_);
  const auto events = events_of({6, 1, kItems, 0, 2, 1});
  const std::vector<ItemIndex> items = {3, 0, 5, 1};
  std::vector<float> parts(items.size() * events.size(), 99), rests(items.size(), 99);
  model.explain_each({events}, items, parts, rests);
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::vector<float> alone(events.size());
    EXPECT_EQ(model.explain({events}, items[i], alone), rests[i]);
    const auto begin = parts.begin() + static_cast<std::ptrdiff_t>(i * events.size());
    EXPECT_EQ(std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(events.size())), alone);
  }
}

TYPED_TEST(ModelContractTest, ThreadsDoNotChangeAByte) {
  const std::vector<ItemIndex> items = {5, 2, 0, 1};
  const auto one = scores_of(fit<TypeParam>(this->interactions_, 1), items);
  for (const int threads : {2, 4}) {
    EXPECT_EQ(scores_of(fit<TypeParam>(this->interactions_, threads), items), one) << threads;
  }
}

TYPED_TEST(ModelContractTest, AddsItsWeightedScoreToTheBoard) {
  const auto model = fit<TypeParam>(this->interactions_);
  const auto events = events_of({2, 0, 4});
  const auto scores = scores_of(model, {2, 0, 4});
  ScoreBoard board(kItems);
  board.add(3, 10);
  model.accumulate({events}, 0.5f, board);
  for (ItemIndex item = 0; item < kItems; ++item) {
    const float before = item == 3 ? 10 : 0;
    EXPECT_NEAR(board[item], before + 0.5f * scores[static_cast<std::size_t>(item)], 1e-5) << item;
  }
}

TYPED_TEST(ModelContractTest, UnknownItemsSayNothing) {
  const auto model = fit<TypeParam>(this->interactions_);
  EXPECT_EQ(scores_of(model, {kItems, kNoIndex, kItems + 7}), scores_of(model, {}));
  const auto events = events_of({kItems, kNoIndex});
  std::vector<float> parts(2, 99);
  (void)model.explain({events}, 0, parts);
  EXPECT_EQ(parts, std::vector<float>(2, 0.0f));
}

TYPED_TEST(ModelContractTest, NobodyHasAnyEventsIsNoError) {
  if constexpr (!std::is_same_v<TypeParam, SequenceFactors>) {  // starts from random vectors
    const auto model = fit<TypeParam>(interactions_of(4, {{}, {}}));
    EXPECT_EQ(scores_of(model, {0, 1}), std::vector<float>(4, 0.0f));
  }
}

// Models whose score is a sum over the history and nothing else.
template <class Model>
class ItemItemContractTest : public ModelContractTest<Model> {};
using ItemItemModels = testing::Types<RepeatPurchase, Rp3Beta, ItemKnn, TurboCf, Ease,
                                      SequentialRules, Slist, NextBasket, Content>;
TYPED_TEST_SUITE(ItemItemContractTest, ItemItemModels);

TYPED_TEST(ItemItemContractTest, AnEmptyHistoryScoresNothing) {
  const auto model = fit<TypeParam>(this->interactions_);
  ScoreBoard board(kItems);
  model.score({}, board);
  EXPECT_TRUE(board.touched().empty());
}

TYPED_TEST(ItemItemContractTest, ForgettingAnEventTakesItsPartAway) {
  const auto model = fit<TypeParam>(this->interactions_);
  const auto events = events_of({6, 1, 0, 2});
  const auto with = scores_of(model, {6, 1, 0, 2});
  const auto without = scores_of(model, {6, kNoIndex, 0, 2});  // the others keep their places
  std::vector<float> parts(events.size());
  for (ItemIndex item = 0; item < kItems; ++item) {
    (void)model.explain({events}, item, parts);
    const auto i = static_cast<std::size_t>(item);
    EXPECT_NEAR(with[i] - parts[1], without[i], 1e-5) << item;
  }
}

TYPED_TEST(ItemItemContractTest, ItsMatrixIsAllOfIt) {
  const auto model = fit<TypeParam>(this->interactions_);
  const ItemItemModel again(model.matrix(), model.history_weights());
  EXPECT_EQ(scores_of(again, {4, 2, 9}), scores_of(model, {4, 2, 9}));
}

TYPED_TEST(ItemItemContractTest, RowsAreAscending) {
  const auto model = fit<TypeParam>(this->interactions_);
  for (ItemIndex item = 0; item < kItems; ++item) {
    const auto columns = model.matrix().row(item).columns;
    EXPECT_TRUE(std::is_sorted(columns.begin(), columns.end()));
    EXPECT_EQ(std::adjacent_find(columns.begin(), columns.end()), columns.end());
  }
}

// Models that find other items in what people did.
template <class Model>
class CheckerboardTest : public testing::Test {};
using CollaborativeModels =
    testing::Types<Rp3Beta, ItemKnn, TurboCf, Ease, SequentialRules, Slist, SessionKnn>;
TYPED_TEST_SUITE(CheckerboardTest, CollaborativeModels);

// 20 users and 10 items: even users have the even items, odd users the odd ones, each but one.
TYPED_TEST(CheckerboardTest, TheMissingItemOfTheSameColourComesFirst) {
  Lists lists(20);
  for (int user = 0; user < 20; ++user) {
    for (int step = 1; step < 5; ++step) {
      lists[static_cast<std::size_t>(user)].push_back((user + 2 * step) % 10);
    }
  }
  const auto model = fit<TypeParam>(interactions_of(10, lists));
  for (int user = 0; user < 20; ++user) {
    const auto scores = scores_of(model, lists[static_cast<std::size_t>(user)]);
    const auto missing = static_cast<std::size_t>(user % 10);
    EXPECT_GT(scores[missing], 0) << user;
    for (std::size_t other = 1; other < 10; other += 2) {
      EXPECT_EQ(scores[(missing + other) % 10], 0) << user;
    }
  }
}

}  // namespace
}  // namespace endcap
