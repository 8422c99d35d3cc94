#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/parallel.h"
#include "endcap/models/detail/adam.h"
#include "endcap/models/detail/buffer.h"
#include "endcap/models/detail/factor_table.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/models/detail/sequence_batch.h"
#include "endcap/models/detail/softmax.h"
#include "endcap/models/sequence_factors_options.h"

namespace endcap::detail {

inline constexpr double kNormEpsilon = 1e-5;

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
        positions_(1, round_up(options.max_history, 16)),
        clock_{options.learning_rate},
        batches_(interactions, options.max_history, options.batch_targets, options.negatives),
        batch_(n_items_) {
    for (std::int32_t k = 0; k < options.max_history; ++k) {
      positions_.row(0)[static_cast<std::size_t>(k)] =
          static_cast<float>(std::pow(.6, k) * std::sqrt(.4));
    }
    positions_.average = positions_.values;
  }
  SequenceTrainer(const SequenceTrainer&) = delete;
  SequenceTrainer& operator=(const SequenceTrainer&) = delete;

  [[nodiscard]] std::int64_t steps_per_epoch() const { return batches_.size(); }

  // Epochs count from 1; the moving average starts with the second.
  void run_epoch(int epoch) {
    clock_.average_keep = epoch > 1 ? options_.averaging : 0;
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
  [[nodiscard]] std::vector<float> position_weights() const {
    const auto weights = positions_.average_row(0);
    return {weights.begin(), weights.begin() + options_.max_history};
  }

  // Of the mean loss over one batch of all histories, for tests.
  double loss_and_gradients() {
    batches_.shuffle(random_);
    batches_.fill(0, random_, batch_);
    return compute_gradients();
  }
  [[nodiscard]] std::vector<float> query_gradient(ItemIndex item) {
    return gradient_copy(query_gradient_of(item));
  }
  [[nodiscard]] std::vector<float> item_gradient(ItemIndex item) {
    return gradient_copy(item_gradient_of(item));
  }
  [[nodiscard]] std::span<const float> position_gradient() const { return position_gradient_; }

 private:
  double compute_gradients();
  void apply_gradients();

  void gather();
  void forward(const Piece& piece);
  void normalise(std::int64_t target);
  double score_rows(std::int64_t begin, std::int64_t end);
  void backward(const Piece& piece, std::span<float> position_gradient);
  void denormalise(std::int64_t target);
  void collect_sources();
  void fill_mask(std::uint64_t stream, std::int64_t i, std::span<float> mask) const;

  [[nodiscard]] std::span<const float> used(std::span<const float> row) const {
    return row.first(static_cast<std::size_t>(options_.factors));
  }
  [[nodiscard]] std::span<float> used(std::span<float> row) const {
    return row.first(static_cast<std::size_t>(options_.factors));
  }
  [[nodiscard]] const float* query_gradient_of(std::int64_t item) {
    const auto slot = batch_.sources.slot_of(item);
    return slot == kNoIndex ? nullptr : source_gradients_.row(slot).data();
  }
  [[nodiscard]] const float* item_gradient_of(std::int64_t item) {
    const auto slot = batch_.columns.slot_of(item);
    return slot == kNoIndex ? nullptr : column_gradients_.row(slot).data();
  }
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
  Parameter positions_;                   // (1, max_history)
  AdamClock clock_;
  SequenceBatches batches_;
  SequenceBatch batch_;

  std::uint64_t mask_seed_ = 0;
  std::int64_t n_targets_ = 0, n_columns_ = 0;  // rounded up
  Buffer sources_, source_gradients_;           // (n_sources, width)
  Buffer masks_, events_;                       // (n_events, width); gradients overwrite events
  Buffer query_masks_, normal_, queries_;       // (n_targets, width); gradients overwrite queries
  Buffer logits_;                               // (n_targets, n_columns)
  Buffer columns_;                              // panels of (width, n_columns)
  Buffer column_rows_;                          // panels of (n_columns, width)
  Buffer query_rows_;                           // panels of (n_targets, width)
  Buffer column_gradients_;                     // (n_columns, width)
  Buffer event_gradients_;                      // (n_events, width)
  std::vector<float> scales_, offsets_, position_gradient_;
};

inline double SequenceTrainer::compute_gradients() {
  const auto n_pieces = static_cast<std::int64_t>(batch_.pieces.size());
  constexpr std::int64_t kPieces = 8, kRows = 64, kColumns = 32;
  mask_seed_ = random_.next();
  gather();
  parallel_for(inner_, n_pieces, kPieces, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto i = begin; i < end; ++i) forward(batch_.pieces[static_cast<std::size_t>(i)]);
  });
  for (std::int64_t t = 0; t < n_targets_; ++t) {
    pack_row(queries_.row(t), t, n_targets_, query_rows_.data());
  }
  const std::int64_t n_blocks = (n_targets_ + kRows - 1) / kRows;
  std::vector<double> losses(static_cast<std::size_t>(n_blocks));
  parallel_for(inner_, n_blocks, 1, [&](std::int64_t block, std::int64_t, int) {
    losses[static_cast<std::size_t>(block)] =
        score_rows(block * kRows, std::min(n_targets_, (block + 1) * kRows));
  });
  parallel_for(inner_, n_columns_, kColumns, [&](std::int64_t begin, std::int64_t end, int) {
    const GemmProblem problem{logits_.data() + begin,
                              1,
                              n_columns_,
                              query_rows_.data(),
                              n_targets_,
                              column_gradients_.row(begin).data(),
                              width_,
                              end - begin,
                              width_};
    run_simd<Gemm>(widest_simd(), &problem);
  });
  Buffer by_piece;
  by_piece.resize(n_pieces, positions_.width);
  parallel_for(inner_, n_pieces, kPieces, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto i = begin; i < end; ++i) {
      backward(batch_.pieces[static_cast<std::size_t>(i)], by_piece.row(i));
    }
  });
  position_gradient_.assign(static_cast<std::size_t>(positions_.width), 0.0f);
  for (std::int64_t i = 0; i < n_pieces; ++i) add_scaled(position_gradient_, 1, by_piece.row(i));
  collect_sources();
  double loss = 0;
  for (const double part : losses) loss += part;
  return loss / static_cast<double>(batch_.targets.size());
}

inline void SequenceTrainer::apply_gradients() {
  clock_.advance();
  query_table_.update(inner_, clock_, [&](std::int64_t i) { return query_gradient_of(i); });
  item_table_.update(inner_, clock_, [&](std::int64_t i) { return item_gradient_of(i); });
  positions_.update(inner_, clock_, [&](std::int64_t) { return position_gradient_.data(); });
}

// The vectors that the batch needs.
inline void SequenceTrainer::gather() {
  const auto n_events = static_cast<std::int64_t>(batch_.events.size());
  n_targets_ = round_up(static_cast<std::int64_t>(batch_.targets.size()), kTileRows);
  n_columns_ = round_up(batch_.columns.size(), kPanel);
  for (Buffer* b : {&masks_, &events_, &event_gradients_}) b->resize(n_events, width_);
  for (Buffer* b : {&query_masks_, &normal_, &queries_, &query_rows_})
    b->resize(n_targets_, width_);
  for (Buffer* b : {&columns_, &column_rows_, &column_gradients_}) b->resize(n_columns_, width_);
  sources_.resize(batch_.sources.size(), width_);
  source_gradients_.resize(batch_.sources.size(), width_);
  logits_.resize(n_targets_, n_columns_);
  scales_.resize(static_cast<std::size_t>(n_targets_));
  offsets_ = batch_.offsets;
  offsets_.resize(static_cast<std::size_t>(n_columns_), -1e30f);  // padding is never likely
  for (auto t = static_cast<std::int64_t>(batch_.targets.size()); t < n_targets_; ++t) {
    std::ranges::fill(queries_.row(t), 0.0f);
  }
  parallel_for(inner_, batch_.sources.size(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto s = begin; s < end; ++s) query_table_.vector_of(batch_.sources[s], sources_.row(s));
  });
  parallel_for(inner_, n_columns_, kPanel, [&](std::int64_t begin, std::int64_t end, int) {
    std::vector<float> row(static_cast<std::size_t>(width_));
    for (auto c = begin; c < end; ++c) {
      std::ranges::fill(row, 0.0f);
      if (c < batch_.columns.size()) item_table_.vector_of(batch_.columns[c], row);
      pack_row(row, c, n_columns_, column_rows_.data());
      float* const panel = columns_.data() + begin * width_;
      for (std::int64_t k = 0; k < width_; ++k) {
        panel[k * kPanel + c - begin] = row[static_cast<std::size_t>(k)];
      }
    }
  });
}

// Each number is hidden with probability `dropout`, the others are scaled up. 16 random bits each.
inline void SequenceTrainer::fill_mask(std::uint64_t stream, std::int64_t i,
                                       std::span<float> mask) const {
  const auto threshold = static_cast<std::uint64_t>(options_.dropout * 65536);
  if (threshold == 0) {
    std::ranges::fill(mask, 1.0f);
    return;
  }
  const float kept = 65536.0f / static_cast<float>(65536 - threshold);
  Random random(mask_seed_ + stream + static_cast<std::uint64_t>(i) * 0xD1342543DE82EF95u);
  for (std::size_t k = 0; k < mask.size(); k += 4) {
    const std::uint64_t bits = random.next();
    for (std::size_t part = 0; part < 4; ++part) {
      mask[k + part] = ((bits >> (16 * part)) & 0xFFFF) < threshold ? 0 : kept;
    }
  }
}

inline void SequenceTrainer::forward(const Piece& piece) {
  for (std::int64_t e = 0; e < piece.n_events(); ++e) {
    const auto i = piece.first_event + e;
    const auto mask = masks_.row(i), event = events_.row(i);
    const auto source = sources_.row(batch_.events[static_cast<std::size_t>(i)]);
    fill_mask(1, i, mask);
    for (std::size_t k = 0; k < event.size(); ++k) event[k] = source[k] * mask[k];
  }
  const auto weights = positions_.row(0);
  for (std::int64_t t = 0; t < piece.n_targets(); ++t) {
    const auto sum = normal_.row(piece.first_target + t);
    std::ranges::fill(sum, 0.0f);
    const std::int64_t newest = piece.lead() + t;
    for (std::int64_t k = 0; k < options_.max_history && k <= newest; ++k) {
      add_scaled(sum, weights[static_cast<std::size_t>(k)],
                 events_.row(piece.first_event + newest - k));
    }
    normalise(piece.first_target + t);
  }
}

// Layer normalisation without parameters, then dropout.
inline void SequenceTrainer::normalise(std::int64_t target) {
  const auto row = used(normal_.row(target));
  const auto n = static_cast<double>(row.size());
  double mean = 0, variance = 0;
  for (const float x : row) mean += x;
  mean /= n;
  for (const float x : row) variance += (x - mean) * (x - mean);
  const double scale = 1 / std::sqrt(variance / n + kNormEpsilon);
  for (float& x : row) x = static_cast<float>((x - mean) * scale);
  scales_[static_cast<std::size_t>(target)] = static_cast<float>(scale);

  const auto mask = query_masks_.row(target), full = normal_.row(target), to = queries_.row(target);
  fill_mask(2, target, mask);
  for (std::size_t k = 0; k < to.size(); ++k) to[k] = full[k] * mask[k];
}

// Of the targets [begin, end): logits, then their gradients, then those of the queries. Returns the
// sum of the losses.
inline double SequenceTrainer::score_rows(std::int64_t begin, std::int64_t end) {
  const int simd = widest_simd();
  const GemmProblem logits{
      queries_.row(begin).data(), width_,     1,           columns_.data(), width_,
      logits_.row(begin).data(),  n_columns_, end - begin, n_columns_};
  run_simd<Gemm>(simd, &logits);
  const auto n = static_cast<std::int64_t>(batch_.targets.size());
  double loss = 0;
  for (auto t = begin; t < end; ++t) {
    if (t >= n) {
      std::ranges::fill(logits_.row(t), 0.0f);
      continue;
    }
    SoftmaxRow row{logits_.row(t).data(),
                   offsets_.data(),
                   n_columns_,
                   batch_.targets[static_cast<std::size_t>(t)],
                   1 / static_cast<float>(n),
                   0};
    run_simd<Softmax>(simd, &row);
    loss += row.loss;
  }
  const GemmProblem queries{logits_.row(begin).data(),
                            n_columns_,
                            1,
                            column_rows_.data(),
                            n_columns_,
                            queries_.row(begin).data(),
                            width_,
                            end - begin,
                            width_};
  run_simd<Gemm>(simd, &queries);
  return loss;
}

inline void SequenceTrainer::backward(const Piece& piece, std::span<float> position_gradient) {
  for (std::int64_t e = 0; e < piece.n_events(); ++e) {
    std::ranges::fill(event_gradients_.row(piece.first_event + e), 0.0f);
  }
  std::ranges::fill(position_gradient, 0.0f);
  const auto weights = positions_.row(0);
  for (std::int64_t t = 0; t < piece.n_targets(); ++t) {
    denormalise(piece.first_target + t);
    const auto gradient = queries_.row(piece.first_target + t);
    const std::int64_t newest = piece.lead() + t;
    for (std::int64_t k = 0; k < options_.max_history && k <= newest; ++k) {
      const auto e = piece.first_event + newest - k;
      const auto place = static_cast<std::size_t>(k);
      add_scaled(event_gradients_.row(e), weights[place], gradient);
      position_gradient[place] +=
          Eigen::Map<const Eigen::VectorXf>(gradient.data(), width_)
              .dot(Eigen::Map<const Eigen::VectorXf>(events_.row(e).data(), width_));
    }
  }
  for (std::int64_t e = 0; e < piece.n_events(); ++e) {
    const auto gradient = event_gradients_.row(piece.first_event + e);
    const auto mask = masks_.row(piece.first_event + e);
    for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] *= mask[k];
  }
}

// The gradient of a query becomes that of the sum it was normalised from.
inline void SequenceTrainer::denormalise(std::int64_t target) {
  const auto gradient = used(queries_.row(target)), normal = used(normal_.row(target));
  const auto mask = query_masks_.row(target);
  double mean = 0, along = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    gradient[k] *= mask[k];
    mean += gradient[k];
    along += static_cast<double>(gradient[k]) * normal[k];
  }
  mean /= static_cast<double>(gradient.size());
  along /= static_cast<double>(gradient.size());
  const double scale = scales_[static_cast<std::size_t>(target)];
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    gradient[k] = static_cast<float>(scale * (gradient[k] - mean - normal[k] * along));
  }
}

// The gradient of an item is the sum of those of its events, in their order.
inline void SequenceTrainer::collect_sources() {
  std::vector<std::vector<std::int64_t>> places(static_cast<std::size_t>(batch_.sources.size()));
  for (std::size_t e = 0; e < batch_.events.size(); ++e) {
    places[static_cast<std::size_t>(batch_.events[e])].push_back(static_cast<std::int64_t>(e));
  }
  parallel_for(inner_, batch_.sources.size(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto s = begin; s < end; ++s) {
      const auto sum = source_gradients_.row(s);
      std::ranges::fill(sum, 0.0f);
      for (const auto e : places[static_cast<std::size_t>(s)]) {
        add_scaled(sum, 1, event_gradients_.row(e));
      }
    }
  });
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
      for (const float x : used(std::span<const float>(row))) mean += x;
      mean /= static_cast<double>(factors);
    }
    float* const to = all.data() + static_cast<std::size_t>(i) * factors;
    for (std::size_t k = 0; k < factors; ++k) to[k] = static_cast<float>(row[k] - mean);
  }
  return all;
}

}  // namespace endcap::detail
