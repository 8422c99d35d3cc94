#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/models/detail/adam.h"
#include "endcap/models/detail/buffer.h"
#include "endcap/models/detail/event_weight_table.h"
#include "endcap/models/detail/factor_table.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/models/detail/sequence_batch.h"
#include "endcap/models/detail/sequence_encoder.h"
#include "endcap/models/detail/sequence_loss.h"
#include "endcap/models/sequence_factors_options.h"

namespace endcap::detail {

// Trains the weights of SequenceFactors. All work is cut by rows, whose sums are taken in a fixed
// order, so the threads change nothing. Rows are padded with zeros to `width_`.
class SequenceTrainer {
 public:
  SequenceTrainer(const Interactions& interactions, const CsrMatrix& attributes,
                  const SequenceFactorsOptions& options, const Context& context)
      : options_(options),
        context_(context),
        inner_{context.seed, context.thread_count(), nullptr},
        random_(context.seed),
        n_items_(interactions.n_items()),
        width_(round_up(options.factors, kPanel)),
        attributes_(attributes),
        query_table_(n_items_, attributes_, options.factors, width_, Random(random_.next())),
        item_table_(n_items_, attributes_, options.factors, width_, Random(random_.next())),
        weights_(interactions, options.max_history),
        clock_{options.learning_rate},
        batches_(interactions, weights_.steps(), options.max_history, options.batch_targets,
                 options.negatives),
        batch_(n_items_),
        encoder_(options, width_, inner_, batch_, query_table_, weights_),
        loss_(width_, inner_, batch_, item_table_) {}
  SequenceTrainer(const SequenceTrainer&) = delete;
  SequenceTrainer& operator=(const SequenceTrainer&) = delete;

  [[nodiscard]] bool can_follow(const EventWeights& weights) const {
    return weights_.can_follow(weights);
  }
  // Goes on from weights as scoring needs them, (n_items, factors) twice. Requires
  // can_follow(event_weights).
  void start_from(std::span<const float> queries, std::span<const float> items,
                  const EventWeights& event_weights) {
    query_table_.assign(queries, options_.factors);
    item_table_.assign(items, options_.factors);
    weights_.assign(event_weights);
    averages_from_ = 1;
  }

  [[nodiscard]] std::int64_t steps_per_epoch() const { return batches_.size(); }

  // Epochs count from 1. The moving average starts with the second, unless there was a start.
  void run_epoch(int epoch) {
    clock_.average_keep = epoch >= averages_from_ ? options_.averaging : 0;
    batches_.shuffle(random_);
    for (std::int64_t k = 0; k < batches_.size(); ++k) {
      batches_.fill(k, random_, batch_);
      compute_gradients();
      apply_gradients();
      context_.step((epoch - 1) * batches_.size() + k + 1);
    }
  }

  // What scoring needs, from the averaged weights; the rows of queries with mean 0.
  [[nodiscard]] std::vector<float> queries() const { return export_table(query_table_, true); }
  [[nodiscard]] std::vector<float> items() const { return export_table(item_table_, false); }
  [[nodiscard]] EventWeights event_weights() const { return weights_.average(); }

  // Of the mean loss over one batch of all histories, for tests.
  double loss_and_gradients() {
    batches_.shuffle(random_);
    batches_.fill(0, random_, batch_);
    return compute_gradients();
  }
  [[nodiscard]] std::vector<float> query_gradient(ItemIndex item) {
    return gradient_copy(encoder_.gradient_of(item));
  }
  [[nodiscard]] std::vector<float> item_gradient(ItemIndex item) {
    return gradient_copy(loss_.gradient_of(item));
  }
  [[nodiscard]] std::span<const float> weight_gradient() const {
    return encoder_.weight_gradient();
  }

 private:
  double compute_gradients() {
    encoder_.forward(random_.next(), queries_);
    const double loss = loss_.run(queries_);
    encoder_.backward(queries_);
    return loss;
  }
  void apply_gradients();
  [[nodiscard]] std::vector<float> gradient_copy(const float* from) const {
    if (from == nullptr) return std::vector<float>(static_cast<std::size_t>(options_.factors));
    return {from, from + options_.factors};
  }
  [[nodiscard]] std::vector<float> export_table(const FactorTable& table, bool centred) const;

  SequenceFactorsOptions options_;
  Context context_, inner_;
  Random random_;
  std::int32_t n_items_;
  std::int64_t width_;
  AttributeIndex attributes_;
  FactorTable query_table_, item_table_;  // Q and R
  EventWeightTable weights_;
  AdamClock clock_;
  int averages_from_ = 2;  // epoch
  SequenceBatches batches_;
  SequenceBatch batch_;
  SequenceEncoder encoder_;
  SequenceLoss loss_;
  Buffer queries_;  // (n_queries, width), then their gradients
};

inline void SequenceTrainer::apply_gradients() {
  clock_.advance();
  query_table_.update(inner_, clock_, [&](std::int64_t i) { return encoder_.gradient_of(i); });
  item_table_.update(inner_, clock_, [&](std::int64_t i) { return loss_.gradient_of(i); });
  weights_.update(inner_, clock_, encoder_.weight_gradient());
}

inline std::vector<float> SequenceTrainer::export_table(const FactorTable& table,
                                                        bool centred) const {
  const auto factors = static_cast<std::size_t>(options_.factors);
  std::vector<float> all(static_cast<std::size_t>(n_items_) * factors);
  std::vector<float> row(static_cast<std::size_t>(width_));
  for (std::int32_t i = 0; i < n_items_; ++i) {
    table.average_vector_of(i, row);
    double mean = 0;
    if (centred) {
      for (const float x : std::span<const float>(row).first(factors)) mean += x;
      mean /= static_cast<double>(factors);
    }
    float* const to = all.data() + static_cast<std::size_t>(i) * factors;
    for (std::size_t k = 0; k < factors; ++k) to[k] = static_cast<float>(row[k] - mean);
  }
  return all;
}

}  // namespace endcap::detail
