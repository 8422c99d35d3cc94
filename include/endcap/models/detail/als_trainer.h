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
#include "endcap/models/detail/als_solver.h"

namespace endcap::detail {

// The factors of users and items while they are fitted. A rotation of both changes no score, so
// before one side is solved both are turned to where the other side's Gram matrix is diagonal.
class AlsTrainer {
 public:
  // matrix: (n_users, n_items) of confidences. block: coordinates solved at once in rows with at
  // least `factors` cells; 0: all.
  AlsTrainer(CsrMatrix matrix, std::int32_t factors, std::int32_t block, AlsPenalties penalties,
             const Context& context)
      : by_user_(std::move(matrix)),
        by_item_(transpose(by_user_)),
        block_(block == 0 ? factors : std::min(block, factors)),
        penalties_(penalties),
        context_(context),
        users_(AlsTable::Zero(by_user_.n_rows(), factors)),
        items_(by_user_.n_columns(), factors) {
    context_.progress = nullptr;
    Random random(context.seed);
    const double deviation = .1 / std::sqrt(factors);
    for (float& value : items_.reshaped<Eigen::RowMajor>()) {
      value = static_cast<float>(deviation * random.normal());
    }
    align(items_, users_);
  }

  void run_epoch() {
    solve(users_, items_, by_user_);
    align(users_, items_);
    solve(items_, users_, by_item_);
    align(items_, users_);
  }

  [[nodiscard]] const AlsTable& users() const { return users_; }  // (n_users, factors)
  [[nodiscard]] const AlsTable& items() const { return items_; }  // (n_items, factors)
  // Of a0 items' items, which is diagonal. (factors,)
  [[nodiscard]] const Eigen::RowVectorXf& spectrum() const { return spectrum_; }

 private:
  static constexpr std::int64_t kRows = 64;  // at once

  // Finds each row of `sought` given `known`, which was aligned.
  void solve(AlsTable& sought, const AlsTable& known, const CsrMatrix& cells) const {
    const Eigen::Map<const AlsTable> vectors(known.data(), known.rows(), known.cols());
    std::vector<AlsSolver> solvers(
        static_cast<std::size_t>(context_.thread_count()),
        AlsSolver(vectors, {spectrum_.data(), static_cast<std::size_t>(spectrum_.size())},
                  penalties_));
    parallel_for(
        context_, sought.rows(), kRows, [&](std::int64_t begin, std::int64_t end, int worker) {
          auto& solver = solvers[static_cast<std::size_t>(worker)];
          for (auto r = begin; r < end; ++r) {
            const SparseRow row = cells.row(static_cast<std::int32_t>(r));
            if (static_cast<std::int64_t>(row.size()) < known.cols() || block_ == known.cols()) {
              solver.solve(row, sought.row(r));
            } else {
              solver.improve(row, block_, sought.row(r));
            }
          }
        });
  }

  // Turns both tables so that table' table is diagonal, which times a0 becomes the spectrum.
  void align(AlsTable& table, AlsTable& other) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram(table));
    spectrum_ = (penalties_.unobserved * eigen.eigenvalues().cwiseMax(0)).cast<float>();
    const Eigen::MatrixXf turn = eigen.eigenvectors().cast<float>();
    rotate(table, turn);
    rotate(other, turn);
  }

  // table' table, lower triangle: sums of a fixed number of parts, whatever the threads.
  [[nodiscard]] Eigen::MatrixXd gram(const AlsTable& table) const {
    constexpr std::int64_t kParts = 32;
    const Eigen::Index d = table.cols();
    std::vector<Eigen::MatrixXf> parts(kParts, Eigen::MatrixXf::Zero(d, d));
    parallel_for(context_, kParts, 1, [&](std::int64_t part, std::int64_t, int) {
      const Eigen::Index begin = table.rows() * part / kParts;
      const Eigen::Index end = table.rows() * (part + 1) / kParts;
      if (begin == end) return;  // Eigen divides by zero in a product of depth 0
      parts[static_cast<std::size_t>(part)].selfadjointView<Eigen::Lower>().rankUpdate(
          table.middleRows(begin, end - begin).transpose());
    });
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(d, d);
    for (const auto& part : parts) sum += part.cast<double>();
    return sum;
  }

  void rotate(AlsTable& table, const Eigen::MatrixXf& turn) const {
    parallel_for(context_, table.rows(), kRows, [&](std::int64_t begin, std::int64_t end, int) {
      table.middleRows(begin, end - begin) *= turn;
    });
  }

  CsrMatrix by_user_, by_item_;
  Eigen::Index block_;
  AlsPenalties penalties_;
  Context context_;
  AlsTable users_, items_;
  Eigen::RowVectorXf spectrum_;
};

}  // namespace endcap::detail
