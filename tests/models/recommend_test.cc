#include "endcap/models/recommend.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "endcap/models/als.h"
#include "endcap/models/item_knn.h"
#include "models/fixtures.h"

namespace endcap {
namespace {

using Found = std::vector<std::vector<ScoredItem>>;

constexpr auto kAll = [](ItemIndex) { return true; };

// Every score is computed and every item looked at.
template <class Allows>
Found naive_lists(const Scorer& model, const Interactions& rows, const ListOptions& options,
                  Allows&& allows) {
  Found lists;
  for (UserIndex user = 0; user < rows.n_users(); ++user) {
    const auto events = rows.events_of(user);
    std::set<ItemIndex> own;
    for (const auto& event : events) own.insert(event.item);
    ScoreBoard board(model.n_items());
    model.score({events}, board);
    TopK best(options.k);
    for (ItemIndex i = 0; i < model.n_items(); ++i) {
      if (!board.is_touched(i) || !allows(i)) continue;
      if (options.exclude_history && own.contains(i)) continue;
      best.offer({i, board[i]});
    }
    lists.push_back(best.take());
  }
  return lists;
}

template <class Model>
class RecommendTest : public testing::Test {};
using Models = testing::Types<Als, ItemKnn>;
TYPED_TEST_SUITE(RecommendTest, Models);

TYPED_TEST(RecommendTest, FindsTheBestOfAllScores) {
  const auto rows = interactions_of(200, random_lists(150, 200, 30), Order::kNone);
  const auto model = TypeParam::fit(rows);
  const auto third = [](ItemIndex item) { return item % 3 == 0; };
  for (const bool exclude : {true, false}) {
    const ListOptions options{.k = 7, .exclude_history = exclude};
    EXPECT_EQ(recommend(model, rows, options, kAll), naive_lists(model, rows, options, kAll));
    EXPECT_EQ(recommend(model, rows, options, third), naive_lists(model, rows, options, third));
  }
}

TYPED_TEST(RecommendTest, AnswersOneHistoryAsItsRow) {
  for (const int longest : {3, 30, 150}) {  // few or nearly all items are touched
    const auto rows = interactions_of(200, random_lists(50, 200, longest), Order::kNone);
    const auto model = TypeParam::fit(rows);
    const auto lists = naive_lists(model, rows, {.k = 7}, kAll);
    for (UserIndex user = 0; user < rows.n_users(); ++user) {
      EXPECT_EQ(recommend(model, rows.history(user), {.k = 7}, kAll), lists[user]);
    }
  }
}

TYPED_TEST(RecommendTest, GivesTheSameListsForAnyNumberOfThreads) {
  const auto rows = interactions_of(200, random_lists(150, 200, 30), Order::kNone);
  const auto model = TypeParam::fit(rows);
  const auto alone = recommend(model, rows, {}, kAll, {.threads = 1});
  for (const int threads : {2, 4, 8}) {
    EXPECT_EQ(recommend(model, rows, {}, kAll, {.threads = threads}), alone);
  }
}

TYPED_TEST(RecommendTest, ListsAreShortWhereLittleIsAllowed) {
  const auto rows = interactions_of(4, {{0, 1, 2, 3}, {0, 1}, {}}, Order::kNone);
  const auto model = TypeParam::fit(rows);
  const auto lists = recommend(model, rows, {.k = 1'000'000'000}, kAll);
  EXPECT_TRUE(lists[0].empty());  // has all that there is
  EXPECT_EQ(lists[1].size(), 2u);
  EXPECT_TRUE(lists[2].empty());  // nothing is known of the visitor
  EXPECT_THROW((void)recommend(model, rows, {.k = 0}, kAll), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
