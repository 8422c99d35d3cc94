#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/error.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/models/detail/sequence_trainer.h"
#include "endcap/models/event_weights.h"
#include "endcap/models/scorer.h"
#include "endcap/models/sequence_factors_options.h"
#include "endcap/storage/array.h"

namespace endcap {

class SequenceFactors;

// Where training begins and when it ends.
struct SequenceTraining {
  // How good a model is, 0 or more. Asked every second epoch; the best model seen is returned, and
  // training ends when it has not been surpassed by a hundredth twice: of two about as good, the
  // one trained for less knows its data less by heart.
  std::function<double(const SequenceFactors&)> validation = {};
  // The weights to go on from, of the same shape; null: random ones.
  const SequenceFactors* start = nullptr;
};

// An additive model of what comes next, trained: each event of a history adds a vector, weighted by
// its place from the newest, by its kind and by its age.
//   score(j) = scale(history) * sum over the events e that count of w[e] * <Q[item_e], R[j]>
//   scale = 1 / sqrt(|sum of w[e] Q[item_e]|^2 / d + 1e-5)
// The rows of a fitted Q have mean 0, so that this is layer normalisation (J. Ba et al., 2016).
// Vectors are an item's own plus those of its attributes, so a new item with attributes has a
// sensible one. Learned by softmax cross-entropy with Adam, dropout and a moving average: what
// comes next at each place of each history; where histories are baskets, the next basket from those
// before it; of sets, which have no order, one half from the other (D. Liang et al., "Variational
// Autoencoders for Collaborative Filtering", WWW 2018, its denoising autoencoder with one layer).
// It cannot forget or learn a single event: refit it.
// Fitting takes O(epochs * steps * negatives * d) time, of which a set is one, and per batch
// steps * (negatives + batch_targets) floats; a query O(n_items * d). Immutable once fitted, so any
// number of threads may score at once.
class SequenceFactors final : public Scorer {
 public:
  // attributes: (n_items, n_attributes), >= 0, or without rows; each item's are scaled to length 1.
  // Throws std::invalid_argument for options out of range, attributes of another number of items
  // or a start of another shape.
  [[nodiscard]] static SequenceFactors fit(const Interactions& interactions,
                                           const CsrMatrix& attributes,
                                           SequenceFactorsOptions options = {},
                                           const Context& context = {},
                                           const SequenceTraining& training = {});

  // queries (Q) and items (R): (n_items, factors).
  // Throws std::invalid_argument if the shapes disagree.
  SequenceFactors(std::int32_t factors, Array<float> queries, Array<float> items,
                  EventWeights event_weights, std::int32_t epochs = 0);

  [[nodiscard]] std::int32_t n_items() const override { return n_items_; }
  [[nodiscard]] std::int32_t factors() const { return factors_; }
  [[nodiscard]] const Array<float>& queries() const { return queries_; }
  [[nodiscard]] const Array<float>& items() const { return items_; }
  [[nodiscard]] const EventWeights& event_weights() const { return event_weights_; }
  // That it was trained for, those of its start included.
  [[nodiscard]] std::int32_t epochs() const { return epochs_; }

  void accumulate(const History& history, float weight, ScoreBoard& board) const override;
  void score_items(const History& history, std::span<const ItemIndex> items, ScoreBoard& board,
                   std::span<float> scores) const override;

  // Each part is exact for the history as it is; the scale they share would be another one without
  // the event.
  float explain(const History& history, ItemIndex item, std::span<float> parts) const override;

 private:
  [[nodiscard]] bool knows(ItemIndex item) const { return 0 <= item && item < n_items_; }
  [[nodiscard]] std::span<const float> row(const Array<float>& table, ItemIndex item) const {
    const auto width = static_cast<std::size_t>(factors_);
    return {table.data() + static_cast<std::size_t>(item) * width, width};
  }
  // Calls visit(e, weight, vector) for each event that counts.
  template <class Visit>
  void for_each_event(const History& history, Visit&& visit) const;
  // sum becomes the unscaled query vector, (factors,). Returns its scale.
  float query(const History& history, std::vector<float>& sum) const;

  std::int32_t n_items_, factors_;
  Array<float> queries_, items_;
  EventWeights event_weights_;
  std::int32_t epochs_;
};

inline SequenceFactors::SequenceFactors(std::int32_t factors, Array<float> queries,
                                        Array<float> items, EventWeights event_weights,
                                        std::int32_t epochs)
    : n_items_(0),
      factors_(factors),
      queries_(std::move(queries)),
      items_(std::move(items)),
      event_weights_(std::move(event_weights)),
      epochs_(epochs) {
  require(factors > 0, "factors", "be positive", factors);
  const auto width = static_cast<std::size_t>(factors);
  require(queries_.size() % width == 0, "queries", "have whole rows", queries_.size());
  require(items_.size() == queries_.size(), "items", "be as long as queries", items_.size());
  n_items_ = static_cast<std::int32_t>(queries_.size() / width);
}

template <class Visit>
void SequenceFactors::for_each_event(const History& history, Visit&& visit) const {
  event_weights_.for_each(history, [&](std::size_t e, float weight) {
    const ItemIndex item = history.events[e].item;
    if (knows(item)) visit(e, weight, row(queries_, item));
  });
}

inline float SequenceFactors::query(const History& history, std::vector<float>& sum) const {
  sum.assign(static_cast<std::size_t>(factors_), 0.0f);
  for_each_event(history, [&](std::size_t, float weight, std::span<const float> vector) {
    detail::add_scaled(sum, weight, vector);
  });
  const double squares = std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0);
  return static_cast<float>(1 / std::sqrt(squares / factors_ + detail::kNormEpsilon));
}

inline void SequenceFactors::accumulate(const History& history, float weight,
                                        ScoreBoard& board) const {
  if (history.events.empty()) return;
  thread_local std::vector<float> h;
  const float scale = query(history, h) * weight;
  for (float& x : h) x *= scale;
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Matrix> items(items_.data(), n_items_, factors_);
  const Eigen::Map<const Eigen::VectorXf> vector(h.data(), factors_);
  const auto all = board.all();
  Eigen::Map<Eigen::VectorXf>(all.data(), n_items_).noalias() += items * vector;
}

inline void SequenceFactors::score_items(const History& history, std::span<const ItemIndex> items,
                                         ScoreBoard& /*board*/, std::span<float> scores) const {
  std::vector<float> h;
  const float scale = query(history, h);
  for (std::size_t i = 0; i < items.size(); ++i) {
    scores[i] = scale * std::inner_product(h.begin(), h.end(), row(items_, items[i]).begin(), 0.0f);
  }
}

inline float SequenceFactors::explain(const History& history, ItemIndex item,
                                      std::span<float> parts) const {
  std::fill(parts.begin(), parts.end(), 0.0f);
  thread_local std::vector<float> h;
  const float scale = query(history, h);
  const auto target = row(items_, item);
  for_each_event(history, [&](std::size_t e, float weight, std::span<const float> vector) {
    const double dot = std::inner_product(vector.begin(), vector.end(), target.begin(), 0.0);
    parts[e] = static_cast<float>(dot * scale * weight);
  });
  return 0;
}

inline SequenceFactors SequenceFactors::fit(const Interactions& interactions,
                                            const CsrMatrix& attributes,
                                            SequenceFactorsOptions options, const Context& context,
                                            const SequenceTraining& training) {
  constexpr int kLookEvery = 2, kPatience = 2;
  constexpr double kGain = 1.01;
  options.validate();
  require(attributes.n_rows() == 0 || attributes.n_rows() == interactions.n_items(), "attributes",
          "have a row per item or none", attributes.n_rows());
  for (const float value : attributes.values()) {
    require(value >= 0 && value < 1e18f, "attributes", "be finite and not negative", value);
  }
  detail::SequenceTrainer trainer(interactions, attributes, options, context);
  if (const auto* start = training.start) {
    require(start->n_items() == interactions.n_items(), "start", "have as many items",
            start->n_items());
    require(start->factors() == options.factors, "start", "have as many factors", start->factors());
    const auto& weights = start->event_weights();
    require(trainer.can_follow(weights), "start",
            "have the same steps, max_history places, no other kinds and the same ages",
            weights.places.size());
    trainer.start_from(start->queries(), start->items(), weights);
  }
  context.begin("fit sequence factors", trainer.steps_per_epoch() * options.epochs);
  const std::int32_t before = training.start == nullptr ? 0 : training.start->epochs();
  const auto snapshot = [&](int epoch) {
    return SequenceFactors(options.factors, trainer.queries(), trainer.items(),
                           trainer.event_weights(), before + epoch);
  };
  std::optional<SequenceFactors> best;
  double best_value = 0;
  for (int epoch = 1, misses = 0; epoch <= options.epochs && misses < kPatience; ++epoch) {
    trainer.run_epoch(epoch);
    if (!training.validation || (epoch % kLookEvery != 0 && epoch != options.epochs)) continue;
    SequenceFactors model = snapshot(epoch);
    const double value = training.validation(model);
    misses = best && !(value > best_value * kGain) ? misses + 1 : 0;
    if (misses > 0) continue;
    best = std::move(model);
    best_value = value;
  }
  return best ? *std::move(best) : snapshot(options.epochs);
}

}  // namespace endcap
