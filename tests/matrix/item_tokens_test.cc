#include "endcap/matrix/item_tokens.h"

#include <gtest/gtest.h>

#include <string>

namespace endcap {
namespace {

Catalog three_teas() {
  return Catalog({.ids = {Id(1), Id(2), Id(3)},
                  .columns = {{"title", ColumnType::kText, Texts{"Green tea tea", "Tea", {}}},
                              {"kind", ColumnType::kCategory, Texts{"leaf", {}, "leaf"}},
                              {"price", ColumnType::kNumber, Numbers{1, 2, 3}},
                              {"tags", ColumnType::kTags, Tags{{"warm"}, {"warm"}, {"rare"}}}}});
}

std::vector<float> dense(const CsrMatrix& matrix, std::int32_t row) {
  std::vector<float> values(static_cast<std::size_t>(matrix.n_columns()));
  const SparseRow sparse = matrix.row(row);
  for (std::size_t k = 0; k < sparse.size(); ++k) values[sparse.columns[k]] = sparse.values[k];
  return values;
}

TEST(ItemTokensTest, CountsWordsCategoriesAndTags) {
  const auto tokens = token_matrix(three_teas(), std::vector<ItemIndex>{0, 1, 2}, 3);
  // In the order of their coming: green, tea, kind=leaf, tags=warm, tags=rare.
  EXPECT_EQ(dense(tokens, 0), (std::vector<float>{1, 2, 1, 1, 0}));
  EXPECT_EQ(dense(tokens, 1), (std::vector<float>{0, 1, 0, 1, 0}));
  EXPECT_EQ(dense(tokens, 2), (std::vector<float>{0, 0, 1, 0, 1}));
}

TEST(ItemTokensTest, RowsAreTheCallersItems) {
  const auto tokens = token_matrix(three_teas(), std::vector<ItemIndex>{kNoIndex, 3, 0}, 4);
  EXPECT_EQ(tokens.n_rows(), 4);
  EXPECT_EQ(dense(tokens, 0), (std::vector<float>{0, 0, 1, 1}));  // kind=leaf, tags=rare
  EXPECT_EQ(tokens.row(1).size(), 0u);
  EXPECT_EQ(dense(tokens, 3), (std::vector<float>{1, 1, 0, 0}));  // tea, tags=warm
}

TEST(ItemTokensTest, AttributesOfASingleItemAreLeftOut) {
  const auto attributes = attribute_matrix(three_teas(), std::vector<ItemIndex>{0, 1, 2}, 3);
  EXPECT_EQ(dense(attributes, 0), (std::vector<float>{1, 1}));  // kind=leaf, tags=warm
  EXPECT_EQ(dense(attributes, 1), (std::vector<float>{0, 1}));
  EXPECT_EQ(dense(attributes, 2), (std::vector<float>{1, 0}));
}

TEST(ItemTokensTest, WordsAreTheAttributesWhereThereAreNoOthers) {
  CatalogColumns columns;
  Texts titles;
  std::vector<ItemIndex> item_of;
  for (std::int32_t i = 0; i < 60; ++i) {
    columns.ids.emplace_back(std::int64_t{i});
    titles.emplace_back(std::string("shoe") + (i < 5 ? " red" : i < 9 ? " blue" : ""));
    item_of.push_back(i);
  }
  columns.columns = {{"title", ColumnType::kText, titles}};
  const auto attributes = attribute_matrix(Catalog(std::move(columns)), item_of, 60);
  // 60 items have "shoe" (more than 10 %), 5 "red" and 4 "blue" (fewer than 5).
  EXPECT_EQ(attributes.n_columns(), 1);
  EXPECT_EQ(attributes.nnz(), 5);
}

TEST(ItemTokensTest, RefusesAMappingThatDoesNotFit) {
  EXPECT_THROW((void)token_matrix(three_teas(), std::vector<ItemIndex>{0, 1}, 3),
               std::invalid_argument);
  EXPECT_THROW((void)token_matrix(three_teas(), std::vector<ItemIndex>{0, 1, 3}, 3),
               std::invalid_argument);
}

TEST(ItemTokensTest, AnEmptyCatalogueSaysNothing) {
  EXPECT_EQ(token_matrix(Catalog(), {}, 2).nnz(), 0);
  EXPECT_EQ(attribute_matrix(Catalog(), {}, 2).nnz(), 0);
}

}  // namespace
}  // namespace endcap
