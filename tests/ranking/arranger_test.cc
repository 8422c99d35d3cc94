#include "endcap/ranking/arranger.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace endcap {
namespace {

// Items 0 to 4; 0, 1 and 2 are of brand x, 3 of y, 4 of none.
class ArrangerTest : public testing::Test {
 protected:
  static Catalog brands() {
    CatalogColumns columns;
    for (std::int64_t id = 0; id < 5; ++id) columns.ids.emplace_back(id);
    columns.columns.push_back(
        {"brand", ColumnType::kCategory, Texts{"x", "x", "x", "y", std::nullopt}});
    return Catalog(std::move(columns));
  }

  std::vector<Placed> arrange(const Plan& plan, int k, std::uint64_t seed = 0) {
    const Arranger::Setting setting{
        .k = k,
        .plan = plan,
        .catalog = catalog_,
        .catalog_row = rows_,
        .diversity = plan.rules.diversity,
        .seed = seed,
        .likeness = [](ItemIndex a, ItemIndex b) { return a <= 2 && b <= 2 ? 1.0f : 0.0f; }};
    Arranger arranger(setting, {});
    arranger.fill({{0, 10}, {1, 9}, {2, 8}, {3, 4}, {4, 0}});
    return arranger.take();
  }
  static std::string items(const std::vector<Placed>& list) {
    std::string text;
    for (const auto& place : list) text += std::to_string(place.item);
    return text;
  }

  const Catalog catalog_ = brands();
  const std::vector<std::int32_t> rows_ = {0, 1, 2, 3, 4};
};

TEST_F(ArrangerTest, CapsPassOverWhatIsFull) {
  Plan plan;
  plan.keeps = {{0, 2}};
  EXPECT_EQ(items(arrange(plan, 4)), "0134");
  EXPECT_EQ(items(arrange(plan, 9)), "0134");
}

// With diversity 0.5 and scores scaled to 1, .9, .8, .4, 0: after 0, item 1 is worth .45 - .5, item
// 3 is worth .2; then 4 is worth 0, 1 still -.05.
TEST_F(ArrangerTest, DiversityWeighsScoreAgainstLikeness) {
  Plan plan;
  plan.rules.diversity = 0.5f;
  EXPECT_EQ(items(arrange(plan, 5)), "03412");
  plan.rules.diversity = 0.05f;
  EXPECT_EQ(items(arrange(plan, 3)), "012");
}

// Five candidates and a share of .5: the best stands first with .5 + .5 / 5, each other with .1.
TEST_F(ArrangerTest, ExplorationComesAsOftenAsItsPropensitySays) {
  Plan plan;
  plan.rules.exploration = 0.5f;
  std::map<ItemIndex, int> first;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    const auto place = arrange(plan, 1, seed)[0];
    EXPECT_FLOAT_EQ(place.propensity, place.item == 0 ? 0.6f : 0.1f);
    ++first[place.item];
  }
  EXPECT_NEAR(first[0], 6000, 200);
  for (ItemIndex item = 1; item < 5; ++item) EXPECT_NEAR(first[item], 1000, 150);
}

}  // namespace
}  // namespace endcap
