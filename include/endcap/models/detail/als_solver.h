#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/matrix/csr_matrix.h"

namespace endcap::detail {

using AlsTable = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// What the loss charges beside the observed cells.
struct AlsPenalties {
  float unobserved;      // a0: weight of every cell's square
  float regularization;  // lambda
  float nu;              // power of a row's number of cells that lambda is multiplied by

  // lambda (n + a0 N)^nu for a row of N places with n cells, which count as their confidences.
  [[nodiscard]] float ridge(std::span<const float> confidences, std::int64_t n_places) const {
    double n = static_cast<double>(unobserved) * static_cast<double>(n_places);
    for (const float confidence : confidences) n += confidence;
    return static_cast<float>(regularization * std::pow(n, nu));
  }
};

// Finds the vector x of one row of the matrix, given the vectors v of all columns:
//   (a0 V'V + sum c_e v_e v_e' + lambda (n + a0 N)^nu I) x = sum c_e v_e
// over the row's n cells e with confidences c_e > 0; N is the number of columns. V must be turned
// so that a0 V'V is diagonal. Then n < d cells cost O(n^2 d) by the identity of S. Woodbury
// ("Inverting Modified Matrices", 1950), more cells O(n d^2 + d^3).
class AlsSolver {
 public:
  using Row = Eigen::Ref<Eigen::RowVectorXf>;
  using ConstRow = Eigen::Ref<const Eigen::RowVectorXf>;

  // vectors: (N, d), spectrum: (d,), the diagonal of a0 V'V. Both must outlive the solver.
  AlsSolver(const Eigen::Map<const AlsTable>& vectors, std::span<const float> spectrum,
            AlsPenalties penalties)
      : vectors_(vectors),
        spectrum_(spectrum.data(), static_cast<Eigen::Index>(spectrum.size())),
        penalties_(penalties) {}

  // x becomes the solution, (d,).
  void solve(SparseRow row, Row x);

  // parts[e] becomes what cell e adds to <x, target>: c_e <target, A^-1 v_e>, A being the matrix
  // above. Requires parts.size() == row.size().
  void explain(SparseRow row, const ConstRow& target, std::span<float> parts);

 private:
  static constexpr Eigen::Index kBatch = 128;

  [[nodiscard]] Eigen::Index width() const { return vectors_.cols(); }
  [[nodiscard]] bool is_short(SparseRow row) const {
    return static_cast<Eigen::Index>(row.size()) < width();
  }

  void fill_diagonal(SparseRow row);
  // cells_ become the vectors of n cells from `first` times sqrt(confidence), coordinates
  // [begin, begin + width).
  void gather(SparseRow row, Eigen::Index first, Eigen::Index n, Eigen::Index begin,
              Eigen::Index width);
  // cells_ become Z = C^1/2 V D^-1/2, system_ I + Z Z', where D is the diagonal.
  void build_short(SparseRow row);
  // system_ and descent_ become the block's matrix and minus its gradient at x.
  void build_block(SparseRow row, Eigen::Index begin, Eigen::Index width, const ConstRow& x);
  void step(SparseRow row, Eigen::Index begin, Eigen::Index width, Row& x);
  // values = system_^-1 values, by Cholesky in place.
  void divide(Eigen::VectorXf& values) {
    Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>>(system_).solveInPlace(values);
  }

  Eigen::Map<const AlsTable> vectors_;
  Eigen::Map<const Eigen::RowVectorXf> spectrum_;
  AlsPenalties penalties_;
  Eigen::RowVectorXf diagonal_;                    // D, of the matrix without the cells
  Eigen::RowVectorXf scale_;                       // D^-1/2
  AlsTable cells_;                                 // see gather()
  Eigen::MatrixXf system_;                         // lower triangle
  Eigen::VectorXf roots_, predictions_, descent_;  // sqrt(c_e); <x, v_e>; see build_block()
};

inline void AlsSolver::fill_diagonal(SparseRow row) {
  diagonal_ = spectrum_.array() + penalties_.ridge(row.values, vectors_.rows());
}

inline void AlsSolver::gather(SparseRow row, Eigen::Index first, Eigen::Index n, Eigen::Index begin,
                              Eigen::Index width) {
  cells_.resize(n, width);
  roots_.resize(n);
  for (Eigen::Index e = 0; e < n; ++e) {
    const auto place = static_cast<std::size_t>(first + e);
    roots_[e] = std::sqrt(row.values[place]);
    cells_.row(e) = roots_[e] * vectors_.row(row.columns[place]).segment(begin, width);
  }
}

inline void AlsSolver::build_short(SparseRow row) {
  const auto n = static_cast<Eigen::Index>(row.size());
  fill_diagonal(row);
  gather(row, 0, n, 0, width());
  scale_ = diagonal_.array().sqrt().inverse();
  cells_.array().rowwise() *= scale_.array();
  system_.setIdentity(n, n);
  system_.selfadjointView<Eigen::Lower>().rankUpdate(cells_);
}

inline void AlsSolver::build_block(SparseRow row, Eigen::Index begin, Eigen::Index width,
                                   const ConstRow& x) {
  const auto diagonal = diagonal_.segment(begin, width);
  system_ = diagonal.asDiagonal();
  descent_ = -(diagonal.array() * x.segment(begin, width).array()).matrix().transpose();
  const auto n = static_cast<Eigen::Index>(row.size());
  for (Eigen::Index first = 0; first < n; first += kBatch) {
    const Eigen::Index size = std::min(kBatch, n - first);
    gather(row, first, size, begin, width);
    system_.selfadjointView<Eigen::Lower>().rankUpdate(cells_.transpose());
    roots_.array() *= 1 - predictions_.segment(first, size).array();
    descent_.noalias() += cells_.transpose() * roots_;
  }
}

inline void AlsSolver::step(SparseRow row, Eigen::Index begin, Eigen::Index width, Row& x) {
  build_block(row, begin, width, x);
  divide(descent_);
  x.segment(begin, width) += descent_.transpose();
  for (std::size_t e = 0; e < row.size(); ++e) {
    predictions_[static_cast<Eigen::Index>(e)] +=
        vectors_.row(row.columns[e]).segment(begin, width).dot(descent_);
  }
}

inline void AlsSolver::solve(SparseRow row, Row x) {
  x.setZero();
  if (row.size() == 0) return;
  if (is_short(row)) {
    build_short(row);
    divide(roots_);
    x.noalias() = roots_.transpose() * cells_;
    x.array() *= scale_.array();
  } else {
    fill_diagonal(row);
    predictions_.setZero(static_cast<Eigen::Index>(row.size()));
    step(row, 0, width(), x);
  }
}

inline void AlsSolver::explain(SparseRow row, const ConstRow& target, std::span<float> parts) {
  Eigen::Map<Eigen::VectorXf> out(parts.data(), static_cast<Eigen::Index>(parts.size()));
  if (parts.empty()) return;
  if (is_short(row)) {
    build_short(row);
    descent_ = cells_ * target.cwiseProduct(scale_).transpose();
    divide(descent_);
    out = roots_.cwiseProduct(descent_);
  } else {
    fill_diagonal(row);
    predictions_.setZero(out.size());
    build_block(row, 0, width(), Eigen::RowVectorXf::Zero(width()));
    descent_ = target.transpose();
    divide(descent_);
    for (std::size_t e = 0; e < row.size(); ++e) {
      parts[e] = row.values[e] * vectors_.row(row.columns[e]).dot(descent_);
    }
  }
}

}  // namespace endcap::detail
