#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/rp3beta.h"

namespace endcap {

struct EaseOptions {
  float regularization = 20;  // lambda, in weighted users; > 0
  float user_power = 0.5f;    // >= 0: a user of n items counts n^-this
  int neighbors = 100;        // > 0: items that each item is explained by
  int max_events = 500;       // of a user, the newest
  HistoryWeights history = {};
};

// EASE, a linear item-item model in closed form, solved in each item's neighbourhood: for item j
// and the items N that it shares most users with, column j is w = (G_NN + lambda I)^-1 G_Nj, where
// G = X' D X and D holds the users' weights. Negative weights are kept.
// Source: H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, section 3.1,
// and "Markov Random Fields for Collaborative Filtering", NeurIPS 2019, section 3 (the sparse
// form). Fitting takes O(n_items * neighbors^3) time and the memory of G.
class Ease final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range.
  [[nodiscard]] static Ease fit(const Interactions& interactions, const EaseOptions& options = {},
                                const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

namespace detail {

// G = X' D X with each user's distinct items as X: symmetric, diagonal included.
inline CsrMatrix weighted_gram(const Interactions& interactions, const EaseOptions& options,
                               const Context& context) {
  const auto items = distinct_items(interactions, options.max_events);
  const auto users = users_of_items(items, interactions.n_items());
  std::vector<std::int64_t> weight(items.size());
  for (std::size_t u = 0; u < items.size(); ++u) {
    const auto size = static_cast<double>(std::max<std::size_t>(items[u].size(), 1));
    weight[u] = to_fixed(std::pow(size, -options.user_power));
  }
  return count_matrix(
      context, interactions.n_items(), 0,
      [&](ItemIndex i, CountRow& row) {
        for (const auto user : users[static_cast<std::size_t>(i)]) {
          const auto u = static_cast<std::size_t>(user);
          for (const auto j : items[u]) row.add(j, weight[u]);
        }
      },
      [](ItemIndex, ItemIndex, std::int64_t count) {
        return static_cast<float>(from_fixed(count));
      });
}

// The neighbourhood solves, with the scratch space of one thread.
class NeighborhoodSolver {
 public:
  NeighborhoodSolver(const CsrMatrix& gram, const EaseOptions& options)
      : gram_(gram), options_(options), place_(static_cast<std::size_t>(gram.n_rows()), -1) {}

  // Column j of the weights as (row, weight), rows ascending.
  std::vector<std::pair<ItemIndex, float>> solve(ItemIndex j) {
    const auto neighbors = choose(j);
    const auto n = static_cast<Eigen::Index>(neighbors.size());
    if (n == 0) return {};
    for (Eigen::Index a = 0; a < n; ++a) place_[index(neighbors, a)] = static_cast<int>(a);
    Eigen::MatrixXf block = Eigen::MatrixXf::Zero(n, n);
    Eigen::VectorXf target = Eigen::VectorXf::Zero(n);
    for (Eigen::Index a = 0; a < n; ++a) {
      const SparseRow row = gram_.row(neighbors[static_cast<std::size_t>(a)]);
      for (std::size_t k = 0; k < row.size(); ++k) {
        if (row.columns[k] == j) target[a] = row.values[k];
        const int b = place_[static_cast<std::size_t>(row.columns[k])];
        if (b >= 0) block(b, a) = row.values[k];
      }
      block(a, a) += options_.regularization;
    }
    for (Eigen::Index a = 0; a < n; ++a) place_[index(neighbors, a)] = -1;
    const Eigen::VectorXf weights = block.llt().solve(target);
    std::vector<std::pair<ItemIndex, float>> column;
    for (Eigen::Index a = 0; a < n; ++a) {
      column.emplace_back(neighbors[static_cast<std::size_t>(a)], weights[a]);
    }
    return column;
  }

 private:
  static std::size_t index(const std::vector<ItemIndex>& items, Eigen::Index a) {
    return static_cast<std::size_t>(items[static_cast<std::size_t>(a)]);
  }

  // The items whose users say most about j, ascending.
  [[nodiscard]] std::vector<ItemIndex> choose(ItemIndex j) const {
    const SparseRow row = gram_.row(j);
    TopK best(options_.neighbors);
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row.columns[k] == j) continue;
      const float own = diagonal(row.columns[k]);
      const float scale = std::sqrt(own + 0.2f * options_.regularization);
      best.offer({row.columns[k], row.values[k] / scale});
    }
    std::vector<ItemIndex> chosen;
    for (const auto& pick : best.take()) chosen.push_back(pick.item);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  [[nodiscard]] float diagonal(ItemIndex i) const {
    const SparseRow row = gram_.row(i);
    const auto found = std::lower_bound(row.columns.begin(), row.columns.end(), i);
    return row.values[static_cast<std::size_t>(found - row.columns.begin())];
  }

  const CsrMatrix& gram_;
  const EaseOptions& options_;
  std::vector<int> place_;  // of each item in the neighbourhood at work, else -1
};

}  // namespace detail

inline Ease Ease::fit(const Interactions& interactions, const EaseOptions& options,
                      const Context& context) {
  require(options.regularization > 0, "regularization", "be positive", options.regularization);
  require(options.user_power >= 0, "user_power", "be 0 or more", options.user_power);
  require(options.neighbors > 0, "neighbors", "be positive", options.neighbors);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const CsrMatrix gram = detail::weighted_gram(interactions, options, context);
  const auto n = static_cast<std::size_t>(interactions.n_items());
  std::vector<std::vector<std::pair<ItemIndex, float>>> columns(n);
  std::vector<detail::NeighborhoodSolver> solvers(static_cast<std::size_t>(context.thread_count()),
                                                  detail::NeighborhoodSolver(gram, options));
  parallel_for(context, interactions.n_items(), 8,
               [&](std::int64_t begin, std::int64_t end, int worker) {
                 for (auto j = begin; j < end; ++j) {
                   columns[static_cast<std::size_t>(j)] =
                       solvers[static_cast<std::size_t>(worker)].solve(static_cast<ItemIndex>(j));
                 }
               });
  std::vector<std::int64_t> offsets(n + 1);
  for (const auto& column : columns) {
    for (const auto& [row, weight] : column) ++offsets[static_cast<std::size_t>(row) + 1];
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  std::vector<std::int32_t> targets(static_cast<std::size_t>(offsets.back()));
  std::vector<float> weights(targets.size());
  auto next = offsets;
  for (std::size_t j = 0; j < n; ++j) {
    for (const auto& [row, weight] : columns[j]) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(row)]++);
      targets[place] = static_cast<std::int32_t>(j);
      weights[place] = weight;
    }
  }
  return {
      CsrMatrix(interactions.n_items(), std::move(offsets), std::move(targets), std::move(weights)),
      options.history};
}

}  // namespace endcap
