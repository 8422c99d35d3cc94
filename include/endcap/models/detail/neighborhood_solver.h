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
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/dense_block.h"
#include "endcap/matrix/stack_rows.h"
#include "endcap/matrix/transpose.h"
#include "endcap/retrieval/top_k.h"

namespace endcap::detail {

struct Neighborhoods {
  float regularization = 20;  // lambda; > 0
  int neighbors = 100;        // > 0: items that each item is explained by
  bool with_itself = false;   // whether an item may be among its own neighbors
};

// Many small ridge regressions that share their Gram matrix, with the scratch space of one thread:
// item j is told from the items N that say most about it, w = (G_NN + lambda I)^-1 t_N, where t is
// row j of the targets.
class NeighborhoodSolver {
 public:
  NeighborhoodSolver(const CsrMatrix& gram, const CsrMatrix& targets, const Neighborhoods& options)
      : gram_(gram), targets_(targets), options_(options), blocks_(gram) {}

  // Column j of the weights, rows ascending.
  std::vector<ScoredItem> solve(ItemIndex j) {
    const auto neighbors = choose(j);
    if (neighbors.empty()) return {};
    Eigen::MatrixXf block = blocks_.cut(neighbors);
    block.diagonal().array() += options_.regularization;
    Eigen::VectorXf target(block.rows());
    for (Eigen::Index a = 0; a < target.size(); ++a) {
      target[a] = targets_.row(j).at(neighbors[static_cast<std::size_t>(a)]);
    }
    const Eigen::VectorXf weights = block.llt().solve(target);
    std::vector<ScoredItem> column;
    column.reserve(neighbors.size());
    for (Eigen::Index a = 0; a < weights.size(); ++a) {
      column.push_back({neighbors[static_cast<std::size_t>(a)], weights[a]});
    }
    return column;
  }

 private:
  // The items whose users say most about j, ascending.
  [[nodiscard]] std::vector<ItemIndex> choose(ItemIndex j) const {
    const SparseRow row = targets_.row(j);
    TopK best(options_.neighbors);
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row.columns[k] == j && !options_.with_itself) continue;
      const float own = gram_.row(row.columns[k]).at(row.columns[k]);
      const float scale = std::sqrt(own + 0.2f * options_.regularization);
      best.offer({row.columns[k], row.values[k] / scale});
    }
    std::vector<ItemIndex> chosen;
    for (const auto& pick : best.take()) chosen.push_back(pick.item);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  const CsrMatrix& gram_;
  const CsrMatrix& targets_;
  const Neighborhoods& options_;
  DenseBlock blocks_;
};

// The weights W of all items, (n_items, n_items): column j is what item j is told from.
// O(n_items * neighbors^3) time.
inline CsrMatrix solve_neighborhoods(const CsrMatrix& gram, const CsrMatrix& targets,
                                     const Neighborhoods& options, const Context& context) {
  std::vector<std::vector<ScoredItem>> columns(static_cast<std::size_t>(gram.n_rows()));
  std::vector<NeighborhoodSolver> solvers(static_cast<std::size_t>(context.thread_count()),
                                          NeighborhoodSolver(gram, targets, options));
  parallel_for(context, gram.n_rows(), 8, [&](std::int64_t begin, std::int64_t end, int worker) {
    for (auto j = begin; j < end; ++j) {
      columns[static_cast<std::size_t>(j)] =
          solvers[static_cast<std::size_t>(worker)].solve(static_cast<ItemIndex>(j));
    }
  });
  return transpose(stack_rows(gram.n_rows(), std::move(columns)));
}

}  // namespace endcap::detail
