#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/matrix/csr_matrix.h"

namespace endcap::detail {

// B[i, j] = -P[i, j] / P[j, j] off the diagonal, with P = (gram + lambda I)^-1, all of it kept.
// O(n_items^3) time; 12 * n_items^2 bytes. Requires a symmetric gram and lambda > 0.
inline CsrMatrix whole_ease(const CsrMatrix& gram, float lambda, const Context& context) {
  const auto n = static_cast<Eigen::Index>(gram.n_rows());
  Eigen::MatrixXf dense = Eigen::MatrixXf::Zero(n, n);
  for (std::int32_t i = 0; i < gram.n_rows(); ++i) {
    const SparseRow row = gram.row(i);
    for (std::size_t k = 0; k < row.size(); ++k) dense(row.columns[k], i) = row.values[k];
  }
  dense.diagonal().array() += lambda;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>> cholesky(dense);

  const Eigen::Index others = std::max<Eigen::Index>(n - 1, 0), at_once = 64;
  std::vector<std::int32_t> columns(static_cast<std::size_t>(n * others));
  std::vector<float> values(columns.size()), diagonal(static_cast<std::size_t>(n));
  parallel_for(context, n, at_once, [&](std::int64_t begin, std::int64_t end, int) {
    Eigen::MatrixXf part = Eigen::MatrixXf::Zero(n, end - begin);  // of P, which is symmetric
    for (auto i = begin; i < end; ++i) part(i, i - begin) = 1;
    cholesky.solveInPlace(part);
    for (auto i = begin; i < end; ++i) {
      auto place = static_cast<std::size_t>(i * others);
      diagonal[static_cast<std::size_t>(i)] = part(i, i - begin);
      for (Eigen::Index j = 0; j < n; ++j) {
        if (j == i) continue;
        columns[place] = static_cast<std::int32_t>(j);
        values[place++] = -part(j, i - begin);
      }
    }
  });
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] /= diagonal[static_cast<std::size_t>(columns[k])];
  }
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(n) + 1);
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] = offsets[i - 1] + others;
  return {gram.n_rows(), std::move(offsets), std::move(columns), std::move(values)};
}

}  // namespace endcap::detail
