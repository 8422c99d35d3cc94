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
#include "endcap/models/scorer.h"
#include "endcap/storage/array.h"

namespace endcap {

struct AlsOptions {
  std::int32_t factors = 64;       // > 0: length of the vectors
  float unobserved = 30;           // > 0: what all cells that a user left empty weigh together, in
                                   // mean histories
  float regularization = 4;        // > 0: ridge of the mean user, in confidence
  float nu = 1;                    // >= 0: the ridge grows as (a row's cells)^nu
  std::int32_t iterations = 16;    // > 0: passes over users and items
  bool use_event_weights = false;  // Interaction::weight is the confidence; else it is 1
  std::int32_t block = 0;          // >= 0: coordinates solved at once in long rows; 0: all if there
                                   // are up to 128, else 64

  void validate() const {
    require(factors > 0, "factors", "be positive", factors);
    require(unobserved > 0, "unobserved", "be positive", unobserved);
    require(regularization > 0, "regularization", "be positive", regularization);
    require(nu >= 0, "nu", "be 0 or more", nu);
    require(iterations > 0, "iterations", "be positive", iterations);
    require(block >= 0, "block", "be 0 (automatic) or more", block);
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
// An iteration costs O(n^2 d) for each row of n < d cells and O(n d^2 + d^3) for others; a query
// its own solve and O(n_items d). Immutable once fitted, so any number of threads may score at
// once.
class Als final : public Scorer {
 public:
  // Repeats of an item in a history count once, with its heaviest event. Throws
  // std::invalid_argument for an option out of range.
  [[nodiscard]] static Als fit(const Interactions& interactions, const AlsOptions& options = {},
                               const Context& context = {});

  // items: (n_items, factors), turned so that a0 items' items is diagonal; spectrum: (factors,),
  // that diagonal. Throws std::invalid_argument if shapes disagree or a number is out of range.
  Als(const AlsOptions& options, float unobserved_weight, float ridge, Array<float> items,
      Array<float> spectrum);

  [[nodiscard]] std::int32_t n_items() const override { return n_items_; }
  [[nodiscard]] const AlsOptions& options() const { return options_; }
  [[nodiscard]] float unobserved_weight() const { return penalties_.unobserved; }  // a0
  [[nodiscard]] float ridge() const { return penalties_.regularization; }          // lambda
  [[nodiscard]] const Array<float>& items() const { return items_; }
  [[nodiscard]] const Array<float>& spectrum() const { return spectrum_; }

  // The visitor's vector x, (factors,): zero if no event says anything.
  [[nodiscard]] std::vector<float> vector_of(const History& history) const;

  void accumulate(const History& history, float weight, ScoreBoard& board) const override;

  // x is linear in the events, given the matrix that it is solved with: Hu et al., section 5. The
  // parts are exact for the history as it is; without an event the others would count more.
  float explain(const History& history, ItemIndex item, std::span<float> parts) const override;

 private:
  [[nodiscard]] Eigen::Map<const detail::AlsTable> vectors() const {
    return {items_.data(), n_items_, options_.factors};
  }
  [[nodiscard]] detail::AlsCells cells(const History& history) const {
    return {history.events, n_items_, options_.use_event_weights};
  }

  AlsOptions options_;
  detail::AlsPenalties penalties_;
  std::int32_t n_items_;
  Array<float> items_, spectrum_;
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
    : options_(options),
      penalties_{unobserved_weight, ridge, options.nu},
      n_items_(0),
      items_(std::move(items)),
      spectrum_(std::move(spectrum)) {
  options_.validate();
  const auto width = static_cast<std::size_t>(options_.factors);
  require(unobserved_weight > 0, "unobserved_weight", "be positive", unobserved_weight);
  require(ridge > 0, "ridge", "be positive", ridge);
  require(items_.size() % width == 0, "items", "have whole rows", items_.size());
  require(spectrum_.size() == width, "spectrum", "have a number per factor", spectrum_.size());
  for (const float value : spectrum_) require(value >= 0, "spectrum", "be 0 or more", value);
  n_items_ = static_cast<std::int32_t>(items_.size() / width);
}

inline std::vector<float> Als::vector_of(const History& history) const {
  const auto known = cells(history);
  std::vector<float> x(static_cast<std::size_t>(options_.factors));
  detail::AlsSolver(vectors(), spectrum_.span(), penalties_)
      .solve(known.row(), Eigen::Map<Eigen::RowVectorXf>(x.data(), options_.factors));
  return x;
}

inline void Als::accumulate(const History& history, float weight, ScoreBoard& board) const {
  const auto x = vector_of(history);
  if (std::all_of(x.begin(), x.end(), [](float value) { return value == 0; })) return;
  const Eigen::Map<const Eigen::VectorXf> vector(x.data(), options_.factors);
  const auto all = board.all();
  Eigen::Map<Eigen::VectorXf>(all.data(), n_items_).noalias() += weight * (vectors() * vector);
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
  constexpr std::int32_t kWidest = 128, kBlock = 64;
  options.validate();
  auto matrix = detail::als_matrix(interactions, options.use_event_weights);
  const auto penalties = detail::als_penalties(matrix, options);
  const auto block = options.block == 0 && options.factors > kWidest ? kBlock : options.block;
  detail::AlsTrainer trainer(std::move(matrix), options.factors, block, penalties, context);
  context.begin("fit als", options.iterations);
  for (std::int32_t epoch = 1; epoch <= options.iterations; ++epoch) {
    trainer.run_epoch();
    context.step(epoch);
  }
  const auto values = trainer.items().reshaped<Eigen::RowMajor>();
  return {options, penalties.unobserved, penalties.regularization,
          std::vector<float>(values.begin(), values.end()),
          std::vector<float>(trainer.spectrum().begin(), trainer.spectrum().end())};
}

}  // namespace endcap
