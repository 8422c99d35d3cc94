#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/base/random.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/transpose.h"
#include "endcap/models/detail/als_row.h"
#include "endcap/models/detail/als_solver.h"
#include "endcap/models/detail/gemm.h"

namespace endcap::detail {

// Rows of `width` floats, filled up with zeros to what the kernels want.
class AlsRows {
 public:
  AlsRows(std::int64_t n_rows, std::int64_t width)
      : n_rows_(n_rows),
        stride_(round_up(width, kPanel)),
        values_(static_cast<std::size_t>(round_up(n_rows, kTileRows) * stride_)) {}

  [[nodiscard]] std::int64_t n_rows() const { return n_rows_; }
  [[nodiscard]] std::int64_t stride() const { return stride_; }
  [[nodiscard]] float* row(std::int64_t r) { return values_.data() + r * stride_; }
  [[nodiscard]] const float* row(std::int64_t r) const { return values_.data() + r * stride_; }
  // The first `width` places of each row, (n_rows, width).
  [[nodiscard]] std::vector<float> without_fill(std::int64_t width) const {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(n_rows_ * width));
    for (std::int64_t r = 0; r < n_rows_; ++r) values.insert(values.end(), row(r), row(r) + width);
    return values;
  }

 private:
  std::int64_t n_rows_, stride_;
  std::vector<float> values_;
};

// The factors of users and items while they are fitted. A rotation of both changes no score, so
// each side, once solved, is turned to where its Gram matrix is diagonal: the other side's rows
// then cost what their cells cost.
class AlsTrainer {
 public:
  // matrix: (n_users, n_items) of confidences. steps: of AlsRow.
  AlsTrainer(CsrMatrix matrix, std::int32_t factors, std::int32_t steps, AlsPenalties penalties,
             const Context& context)
      : by_user_(std::move(matrix)),
        by_item_(transpose(by_user_)),
        factors_(factors),
        steps_(steps),
        penalties_(penalties),
        context_(context),
        users_(by_user_.n_rows(), factors),
        items_(by_user_.n_columns(), factors),
        spectrum_(static_cast<std::size_t>(items_.stride())) {
    context_.progress = nullptr;
    Random random(context.seed);
    const double deviation = .1 / std::sqrt(factors);
    for (std::int64_t i = 0; i < items_.n_rows(); ++i) {
      for (std::int32_t k = 0; k < factors; ++k) {
        items_.row(i)[k] = static_cast<float>(deviation * random.normal());
      }
    }
    align(items_);
  }

  void run_epoch() {
    solve(users_, items_, by_user_);
    align(users_);
    solve(items_, users_, by_item_);
    align(items_);
  }

  // (n_users, factors) and (n_items, factors); the users in the basis before the last turn.
  [[nodiscard]] std::vector<float> users() const { return users_.without_fill(factors_); }
  [[nodiscard]] std::vector<float> items() const { return items_.without_fill(factors_); }
  // The diagonal of a0 items' items, which is diagonal. (factors,)
  [[nodiscard]] std::vector<float> spectrum() const {
    return {spectrum_.begin(), spectrum_.begin() + factors_};
  }

 private:
  static constexpr std::int64_t kRows = 64;  // at once; a multiple of kTileRows

  // Finds each row of `sought` given `known`, which was aligned.
  void solve(AlsRows& sought, const AlsRows& known, const CsrMatrix& cells) const {
    const auto stride = known.stride();
    parallel_for(context_, sought.n_rows(), kRows, [&](std::int64_t begin, std::int64_t end, int) {
      std::vector<float> scratch(static_cast<std::size_t>(kAlsRowScratch * stride));
      for (auto r = begin; r < end; ++r) {
        const SparseRow row = cells.row(static_cast<std::int32_t>(r));
        const AlsRowProblem problem{known.row(0),
                                    stride,
                                    row.columns.data(),
                                    row.values.data(),
                                    static_cast<std::int64_t>(row.size()),
                                    spectrum_.data(),
                                    penalties_.ridge(row.values, known.n_rows()),
                                    steps_,
                                    sought.row(r),
                                    scratch.data()};
        run_simd<AlsRow>(widest_simd(), &problem);
      }
    });
  }

  // Turns the rows to where rows' rows is diagonal, which times a0 becomes the spectrum.
  void align(AlsRows& rows) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(
        gram(rows).topLeftCorner(factors_, factors_));
    for (std::int32_t k = 0; k < factors_; ++k) {
      spectrum_[static_cast<std::size_t>(k)] =
          static_cast<float>(penalties_.unobserved * std::max(eigen.eigenvalues()[k], 0.0));
    }
    const auto stride = rows.stride();
    std::vector<float> panels(static_cast<std::size_t>(stride * stride)),
        row(static_cast<std::size_t>(stride));
    for (std::int32_t k = 0; k < factors_; ++k) {
      for (std::int32_t j = 0; j < factors_; ++j) {
        row[static_cast<std::size_t>(j)] = static_cast<float>(eigen.eigenvectors()(k, j));
      }
      pack_row(row, k, stride, panels.data());
    }
    parallel_for(context_, round_up(rows.n_rows(), kTileRows), kRows,
                 [&](std::int64_t begin, std::int64_t end, int) {
                   std::vector<float> turned(static_cast<std::size_t>((end - begin) * stride));
                   const GemmProblem product{rows.row(begin), stride,      1,
                                             panels.data(),   stride,      turned.data(),
                                             stride,          end - begin, stride};
                   run_simd<Gemm>(widest_simd(), &product);
                   std::copy(turned.begin(), turned.end(), rows.row(begin));
                 });
  }

  // rows' rows, lower triangle: sums of a fixed number of parts, whatever the threads.
  [[nodiscard]] Eigen::MatrixXd gram(const AlsRows& rows) const {
    constexpr std::int64_t kParts = 32;
    const auto d = rows.stride();
    std::vector<std::vector<float>> parts(kParts);
    parallel_for(context_, kParts, 1, [&](std::int64_t part, std::int64_t, int) {
      const auto begin = rows.n_rows() * part / kParts;
      parts[static_cast<std::size_t>(part)] =
          gram(rows, begin, rows.n_rows() * (part + 1) / kParts - begin);
    });
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(d, d);
    using Part = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    for (const auto& part : parts) {
      sum += Eigen::Map<const Part>(part.data(), d, d).cast<double>();
    }
    return sum;
  }

  [[nodiscard]] static std::vector<float> gram(const AlsRows& rows, std::int64_t begin,
                                               std::int64_t n) {
    const auto d = rows.stride();
    std::vector<float> out(static_cast<std::size_t>(d * d)),
        panels(static_cast<std::size_t>(n * d));
    for (std::int64_t r = 0; r < n; ++r) {
      pack_row({rows.row(begin + r), static_cast<std::size_t>(d)}, r, n, panels.data());
    }
    for (std::int64_t j = 0; j < d;
         j += kPanel) {  // rows j and on of the panel: the lower triangle
      const GemmProblem product{rows.row(begin) + j,
                                1,
                                d,
                                panels.data() + j * n,
                                n,
                                out.data() + j * d + j,
                                d,
                                d - j,
                                kPanel};
      run_simd<Gemm>(widest_simd(), &product);
    }
    return out;
  }

  CsrMatrix by_user_, by_item_;
  std::int32_t factors_, steps_;
  AlsPenalties penalties_;
  Context context_;
  AlsRows users_, items_;
  std::vector<float> spectrum_;  // filled up with zeros
};

}  // namespace endcap::detail
