#include "endcap/models/content.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "endcap/base/random.h"

namespace endcap {
namespace {

CsrMatrix csr(std::int32_t n_columns, const std::vector<std::map<std::int32_t, float>>& rows) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (const auto& row : rows) {
    for (const auto& [column, value] : row) {
      columns.push_back(column);
      values.push_back(value);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {n_columns, std::move(offsets), std::move(columns), std::move(values)};
}

CsrMatrix random_tokens(std::int32_t n_items, std::int32_t n_tokens) {
  Random random(1);
  std::vector<std::map<std::int32_t, float>> rows(static_cast<std::size_t>(n_items));
  for (auto& row : rows) {
    for (int t = 0; t < 6; ++t) ++row[static_cast<std::int32_t>(random.below(n_tokens))];
  }
  return csr(n_tokens, rows);
}

float entry(const CsrMatrix& matrix, std::int32_t i, std::int32_t j) {
  const SparseRow row = matrix.row(i);
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (row.columns[k] == j) return row.values[k];
  }
  return 0;
}

// BM25 and cosine as the books have them, over all pairs; no token is dropped.
std::vector<std::vector<double>> naive_bm25(const CsrMatrix& tokens, double k1, double b) {
  const auto n = static_cast<std::size_t>(tokens.n_rows());
  const auto m = static_cast<std::size_t>(tokens.n_columns());
  std::vector<std::vector<double>> w(n, std::vector<double>(m));
  std::vector<double> length(n), df(m);
  double total = 0;
  const auto n_items = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const SparseRow row = tokens.row(static_cast<std::int32_t>(i));
    for (std::size_t k = 0; k < row.size(); ++k) {
      w[i][row.columns[k]] = row.values[k];
      length[i] += row.values[k];
      ++df[row.columns[k]];
    }
    total += length[i];
  }
  for (std::size_t i = 0; i < n; ++i) {
    double squares = 0;
    for (std::size_t t = 0; t < m; ++t) {
      const double idf = std::log(1 + (n_items - df[t] + 0.5) / (df[t] + 0.5));
      const double tf = w[i][t];
      w[i][t] = idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length[i] / (total / n_items)));
      squares += w[i][t] * w[i][t];
    }
    for (auto& x : w[i]) x /= std::sqrt(squares);
  }
  std::vector<std::vector<double>> cosine(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t t = 0; t < m && i != j; ++t) cosine[i][j] += w[i][t] * w[j][t];
    }
  }
  return cosine;
}

TEST(ContentTest, MatchesTheNaiveCosineOfAllPairs) {
  const auto tokens = random_tokens(70, 40);
  const auto model = Content::fit(tokens, {.max_share = 1});
  const auto expected = naive_bm25(tokens, 1.2, 0.75);
  for (std::int32_t i = 0; i < 70; ++i) {
    for (std::int32_t j = 0; j < 70; ++j) {
      EXPECT_NEAR(entry(model.matrix(), i, j), expected[i][j], 1e-6) << i << ", " << j;
    }
  }
}

TEST(ContentTest, MatchesTheCosineWorkedByHand) {
  // Items {a}, {a, b}, {c}: b = 0 and each token stands once, so a weight is its idf:
  // a: ln(1 + 1.5 / 2.5) = ln 1.6, b: ln(1 + 2.5 / 1.5) = ln 8/3.
  const auto tokens = csr(3, {{{0, 1}}, {{0, 1}, {1, 1}}, {{2, 1}}});
  const auto model = Content::fit(tokens, {.b = 0, .max_share = 1});
  const double a = std::log(1.6), b = std::log(8.0 / 3);
  EXPECT_NEAR(entry(model.matrix(), 0, 1), a / std::hypot(a, b), 1e-6);
  EXPECT_NEAR(entry(model.matrix(), 1, 0), a / std::hypot(a, b), 1e-6);
  EXPECT_EQ(model.matrix().nnz(), 2);  // nothing is like item 2, and no item like itself
}

TEST(ContentTest, FrequentTokensCountOnlyWhereThereIsNothingElse) {
  // Token 0 is in all five items. Items 0 and 1 have nothing else.
  const auto tokens =
      csr(3, {{{0, 1}}, {{0, 1}}, {{0, 1}, {1, 1}}, {{0, 1}, {1, 1}}, {{0, 1}, {2, 1}}});
  const auto model = Content::fit(tokens, {.max_share = 0.4f, .neighbors = 2});
  EXPECT_NEAR(entry(model.matrix(), 0, 1), 1, 1e-6);
  EXPECT_NEAR(entry(model.matrix(), 2, 3), 1, 1e-6);
  EXPECT_EQ(model.matrix().nnz(), 4);
  const auto bounded = Content::fit(tokens, {.max_share = 0.4f, .max_items = 4, .neighbors = 2});
  EXPECT_EQ(bounded.matrix().nnz(), 2);
}

TEST(ContentTest, KeepsTheMostSimilarAndPrefersLowerIndices) {
  const auto tokens = csr(2, {{{0, 1}}, {{0, 1}}, {{0, 1}}, {{0, 1}, {1, 1}}});
  const auto model = Content::fit(tokens, {.max_share = 1, .neighbors = 1});
  EXPECT_GT(entry(model.matrix(), 2, 0), 0);
  EXPECT_GT(entry(model.matrix(), 0, 1), 0);
  EXPECT_EQ(model.matrix().nnz(), 4);
}

TEST(ContentTest, IsTheSameForAnyNumberOfThreads) {
  const auto tokens = random_tokens(500, 300);
  const auto one = Content::fit(tokens, {.neighbors = 20}, {.threads = 1});
  const auto many = Content::fit(tokens, {.neighbors = 20}, {.threads = 5});
  const auto list = [](const auto& array) { return std::vector(array.begin(), array.end()); };
  EXPECT_EQ(list(one.matrix().columns()), list(many.matrix().columns()));
  EXPECT_EQ(list(one.matrix().values()), list(many.matrix().values()));
}

TEST(ContentTest, ExplanationsAddUpToTheScore) {
  const auto model = Content::fit(random_tokens(50, 30), {.max_share = 1});
  const std::vector<Interaction> events = {{.item = 3}, {.item = 8}, {.item = 3}, {.item = 99}};
  const History history{.events = events};
  ScoreBoard board(50);
  model.score(history, board);
  std::vector<float> parts(events.size());
  for (ItemIndex item = 0; item < 50; ++item) {
    float sum = model.explain(history, item, parts);
    for (const float part : parts) sum += part;
    EXPECT_NEAR(sum, board[item], 1e-6);
  }
}

TEST(ContentTest, ReadsACatalogue) {
  const Catalog catalog({.ids = {Id("a"), Id("b"), Id("c"), Id("d")},
                         .columns = {{"title", ColumnType::kText,
                                      Texts{"Red shoe", "Blue shoe", "Green tea", "tea"}}}});
  const auto model = Content::fit(catalog, {.max_share = 0.5f});
  EXPECT_GT(entry(model.matrix(), 0, 1), 0);
  EXPECT_GT(entry(model.matrix(), 2, 3), 0);
  EXPECT_EQ(model.matrix().nnz(), 4);
  EXPECT_EQ(Content::fit(Catalog()).n_items(), 0);
}

TEST(ContentTest, RefusesWrongOptions) {
  const auto tokens = random_tokens(5, 5);
  EXPECT_THROW((void)Content::fit(tokens, {.k1 = -1}), std::invalid_argument);
  EXPECT_THROW((void)Content::fit(tokens, {.b = 1.5f}), std::invalid_argument);
  EXPECT_THROW((void)Content::fit(tokens, {.max_share = 0}), std::invalid_argument);
  EXPECT_THROW((void)Content::fit(tokens, {.max_items = 0}), std::invalid_argument);
  EXPECT_THROW((void)Content::fit(tokens, {.neighbors = 0}), std::invalid_argument);
  EXPECT_THROW((void)Content::fit(csr(1, {{{0, -1.0f}}})), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
