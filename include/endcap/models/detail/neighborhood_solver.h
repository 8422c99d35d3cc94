#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/dense_block.h"
#include "endcap/matrix/row_stack.h"
#include "endcap/matrix/transpose.h"
#include "endcap/models/detail/cholesky.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/retrieval/keep_best.h"
#include "endcap/retrieval/top_k.h"

namespace endcap::detail {

struct Neighborhoods {
  float regularization = 20;  // lambda; > 0
  int neighbors = 100;        // > 0: items that each item is explained by
  bool with_itself = false;   // whether an item may be among its own neighbors
};

// (G_NN + lambda I)^-1 b for one set N of items after another, with the scratch space of one
// thread.
class RidgeSolver {
 public:
  // gram: symmetric, columns ascending. Must outlive the solver.
  RidgeSolver(const CsrMatrix& gram, float regularization)
      : regularization_(regularization), blocks_(gram) {}

  // right(a) is b's number for items[a]. The result is valid until the next call. Requires
  // ascending items.
  template <class Right>
  std::span<const float> solve(std::span<const ItemIndex> items, Right&& right) {
    const auto n = static_cast<std::int64_t>(items.size());
    const auto stride = cholesky_stride(n);
    rows_.resize(std::max(rows_.size(), static_cast<std::size_t>(n * stride + kPanel)));
    solution_.resize(std::max(solution_.size(), static_cast<std::size_t>(stride)));
    float* const rows = rows_.data() + kPanel;  // DenseBlock wants room before
    blocks_.cut_upper(items, stride, rows);
    for (std::int64_t a = 0; a < n; ++a) {
      rows[a * stride + a] += regularization_;
      rows[a * stride + n] = right(static_cast<std::size_t>(a));
    }
    const CholeskyProblem problem{rows, n, stride, solution_.data()};
    run_simd<Cholesky>(widest_simd(), &problem);
    return std::span(solution_).first(items.size());
  }

 private:
  float regularization_;
  DenseBlock blocks_;
  std::vector<float> rows_, solution_;
};

// Many small ridge regressions that share their Gram matrix, with the scratch space of one thread:
// item j is told from the items N that say most about it, w = (G_NN + lambda I)^-1 t_N, where t is
// row j of the targets.
class NeighborhoodSolver {
 public:
  // scales: (n_items,), what a target is divided by to say how much an item tells.
  NeighborhoodSolver(const CsrMatrix& gram, const CsrMatrix& targets, std::span<const float> scales,
                     const Neighborhoods& options)
      : targets_(targets),
        scales_(scales),
        options_(options),
        solver_(gram, options.regularization) {}

  // Column j of the weights, rows ascending.
  std::vector<ScoredItem> solve(ItemIndex j) {
    choose(j);
    if (neighbors_.empty()) return {};
    const SparseRow targets = targets_.row(j);
    const auto weights =
        solver_.solve(neighbors_, [&](std::size_t a) { return targets.at(neighbors_[a]); });
    std::vector<ScoredItem> column;
    column.reserve(neighbors_.size());
    for (std::size_t a = 0; a < weights.size(); ++a) column.push_back({neighbors_[a], weights[a]});
    return column;
  }

 private:
  // The items whose users say most about j, ascending.
  void choose(ItemIndex j) {
    const SparseRow row = targets_.row(j);
    row_.clear();
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row.columns[k] == j && !options_.with_itself) continue;
      row_.push_back(
          {row.columns[k], row.values[k] / scales_[static_cast<std::size_t>(row.columns[k])]});
    }
    row_.resize(keep_best(row_, static_cast<std::size_t>(options_.neighbors)));
    neighbors_.clear();
    for (const auto& pick : row_) neighbors_.push_back(pick.item);
  }

  const CsrMatrix& targets_;
  std::span<const float> scales_;
  const Neighborhoods& options_;
  RidgeSolver solver_;
  std::vector<ItemIndex> neighbors_;
  std::vector<ScoredItem> row_;
};

// The weights W of all items, (n_items, n_items): column j is what item j is told from.
// O(n_items * neighbors^3) time.
inline CsrMatrix solve_neighborhoods(const CsrMatrix& gram, const CsrMatrix& targets,
                                     const Neighborhoods& options, const Context& context) {
  RowStack columns(gram.n_rows(), gram.n_rows());
  std::vector<float> scales;
  scales.reserve(static_cast<std::size_t>(gram.n_rows()));
  for (ItemIndex i = 0; i < gram.n_rows(); ++i) {
    scales.push_back(std::sqrt(gram.row(i).at(i) + 0.2f * options.regularization));
  }
  std::vector<NeighborhoodSolver> solvers(static_cast<std::size_t>(context.thread_count()),
                                          NeighborhoodSolver(gram, targets, scales, options));
  parallel_for(context, gram.n_rows(), 8, [&](std::int64_t begin, std::int64_t end, int worker) {
    for (auto j = static_cast<ItemIndex>(begin); j < end; ++j) {
      columns.add(j, solvers[static_cast<std::size_t>(worker)].solve(j));
    }
  });
  return transpose(std::move(columns).finish());
}

}  // namespace endcap::detail
