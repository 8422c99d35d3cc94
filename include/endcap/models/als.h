#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/error.h"
#include "endcap/models/detail/als_cells.h"
#include "endcap/models/detail/als_trainer.h"
#include "endcap/models/factor_model.h"
#include "endcap/storage/array.h"

namespace endcap {

struct AlsOptions {
  std::int32_t factors = 64;       // > 0: length of the vectors
  float unobserved = 30;           // > 0: what all cells that a user left empty weigh together, in
                                   // mean histories
  float regularization = 4;        // > 0: ridge of the mean user, in confidence
  float nu = 1;                    // >= 0: the ridge grows as (a row's cells)^nu
  std::int32_t iterations = 8;     // > 0: passes over users and items
  bool use_event_weights = false;  // Interaction::weight is the confidence; else it is 1
  std::int32_t steps = 3;          // > 0: of conjugate gradients for each row and iteration

  void validate() const {
    require(factors > 0, "factors", "be positive", factors);
    require(unobserved > 0, "unobserved", "be positive", unobserved);
    require(regularization > 0, "regularization", "be positive", regularization);
    require(nu >= 0, "nu", "be 0 or more", nu);
    require(iterations > 0, "iterations", "be positive", iterations);
    require(steps > 0, "steps", "be positive", steps);
  }
};

// Matrix factorisation for sets of events, by alternating least squares: score(j) = <x, v_j>,
// where x solves the visitor's ridge regression on item vectors V, so that any history is scored,
// seen in fitting or not. The loss over all cells (u, j), with c the confidence of observed ones:
//   sum observed c (<x_u, v_j> - 1)^2 + a0 sum all <x_u, v_j>^2
//     + lambda (sum_u (n_u + a0 n_items)^nu |x_u|^2 + sum_j (n_j + a0 n_users)^nu |v_j|^2)
// with n the confidence of a row or column, a0 = unobserved * mean cell and lambda =
// regularization / (mean row + a0 n_items)^nu: the defaults suit data of any density.
// Sources: Y. Hu, Y. Koren and C. Volinsky, "Collaborative Filtering for Implicit Feedback
// Datasets", ICDM 2008; S. Rendle, W. Krichene, L. Zhang and Y. Koren, "Revisiting the Performance
// of iALS on Item Recommendation Benchmarks", RecSys 2022, section 3.
// An iteration costs O(d steps) for each cell and O(d^2) for each row; a query its own solve, O(n^2
// d) for n < d events, else O(n d^2 + d^3), and O(n_items d) for all scores. Immutable once fitted,
// so any number of threads may score at once.
class Als final : public FactorModel {
 public:
  // Repeats of an item in a history count once, with its heaviest event. Throws
  // std::invalid_argument for an option out of range.
  [[nodiscard]] static Als fit(const Interactions& interactions, const AlsOptions& options = {},
                               const Context& context = {});

  // items: (n_items, factors), turned so that a0 items' items is diagonal; spectrum: (factors,),
  // that diagonal. Throws std::invalid_argument if shapes disagree or a number is out of range.
  Als(const AlsOptions& options, float unobserved_weight, float ridge, Array<float> items,
      Array<float> spectrum);

  [[nodiscard]] const AlsOptions& options() const { return options_; }
  [[nodiscard]] float unobserved_weight() const { return penalties_.unobserved; }  // a0
  [[nodiscard]] float ridge() const { return penalties_.regularization; }          // lambda
  [[nodiscard]] const Array<float>& spectrum() const { return spectrum_; }

  [[nodiscard]] std::vector<float> vector_of(const History& history) const override;

  // x is linear in the events, given the matrix that it is solved with: Hu et al., section 5. The
  // parts are exact for the history as it is; without an event the others would count more.
  float explain(const History& history, ItemIndex item, std::span<float> parts) const override;

 private:
  [[nodiscard]] Eigen::Map<const detail::AlsTable> vectors() const {
    return {items().data(), n_items(), options_.factors};
  }
  [[nodiscard]] detail::AlsCells cells(const History& history) const {
    return {history.events, n_items(), options_.use_event_weights};
  }

  AlsOptions options_;
  detail::AlsPenalties penalties_;
  Array<float> spectrum_;
};

namespace detail {

// a0 and lambda for a matrix of confidences.
inline AlsPenalties als_penalties(const CsrMatrix& matrix, const AlsOptions& options) {
  double sum = 0;
  for (const float confidence : matrix.values()) sum += confidence;
  if (sum == 0) sum = 1;  // nothing to fit: any positive weight will do
  const double mean_row = sum / std::max(matrix.n_rows(), 1);
  const double of_empty = options.unobserved * mean_row;  // a0 n_items
  return {static_cast<float>(of_empty / std::max(matrix.n_columns(), 1)),
          static_cast<float>(options.regularization / std::pow(mean_row + of_empty, options.nu)),
          options.nu};
}

}  // namespace detail

inline Als::Als(const AlsOptions& options, float unobserved_weight, float ridge, Array<float> items,
                Array<float> spectrum)
    : FactorModel(std::move(items), options.factors),
      options_(options),
      penalties_{unobserved_weight, ridge, options.nu},
      spectrum_(std::move(spectrum)) {
  options_.validate();
  const auto width = static_cast<std::size_t>(options_.factors);
  require(unobserved_weight > 0, "unobserved_weight", "be positive", unobserved_weight);
  require(ridge > 0, "ridge", "be positive", ridge);
  require(spectrum_.size() == width, "spectrum", "have a number per factor", spectrum_.size());
  for (const float value : spectrum_) require(value >= 0, "spectrum", "be 0 or more", value);
}

inline std::vector<float> Als::vector_of(const History& history) const {
  const auto known = cells(history);
  std::vector<float> x(static_cast<std::size_t>(options_.factors));
  detail::AlsSolver(vectors(), spectrum_.span(), penalties_)
      .solve(known.row(), Eigen::Map<Eigen::RowVectorXf>(x.data(), options_.factors));
  return x;
}

inline float Als::explain(const History& history, ItemIndex item, std::span<float> parts) const {
  std::fill(parts.begin(), parts.end(), 0.0f);
  const auto known = cells(history);
  std::vector<float> counted(known.events.size());
  detail::AlsSolver(vectors(), spectrum_.span(), penalties_)
      .explain(known.row(), vectors().row(item), counted);
  for (std::size_t k = 0; k < counted.size(); ++k) parts[known.events[k]] = counted[k];
  return 0;
}

inline Als Als::fit(const Interactions& interactions, const AlsOptions& options,
                    const Context& context) {
  options.validate();
  auto matrix = detail::als_matrix(interactions, options.use_event_weights);
  const auto penalties = detail::als_penalties(matrix, options);
  detail::AlsTrainer trainer(std::move(matrix), options.factors, options.steps, penalties, context);
  context.begin("fit als", options.iterations);
  for (std::int32_t epoch = 1; epoch <= options.iterations; ++epoch) {
    trainer.run_epoch();
    context.step(epoch);
  }
  return {options, penalties.unobserved, penalties.regularization, trainer.items(),
          trainer.spectrum()};
}

}  // namespace endcap
