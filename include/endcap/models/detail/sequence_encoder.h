#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/parallel.h"
#include "endcap/models/detail/buffer.h"
#include "endcap/models/detail/event_weight_table.h"
#include "endcap/models/detail/factor_table.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/models/detail/sequence_batch.h"
#include "endcap/models/sequence_factors_options.h"

namespace endcap::detail {

inline constexpr double kNormEpsilon = 1e-5;

// The first half of SequenceFactors in training: from the events before each target of a batch to
// its query, and from the gradients of the queries back to those of the items and event weights.
// Every row is one thread's, so the threads change nothing.
class SequenceEncoder {
 public:
  // What it is given to learn with must outlive it.
  SequenceEncoder(const SequenceFactorsOptions& options, std::int64_t width, const Context& context,
                  const SequenceBatch& batch, const FactorTable& table,
                  const EventWeightTable& weights)
      : options_(options),
        width_(width),
        context_(context),
        batch_(batch),
        table_(table),
        weights_(weights) {}

  // queries: (n_queries, width), rows beyond the batch's become 0. `mask_seed`: what is hidden this
  // time.
  void forward(std::uint64_t mask_seed, Buffer& queries);

  // After forward(). `gradients`, of the queries, is overwritten.
  void backward(Buffer& gradients);

  // After backward(): null where it is 0.
  [[nodiscard]] const float* gradient_of(std::int64_t item) {
    const auto slot = batch_.sources.slot_of(item);
    return slot == kNoIndex ? nullptr : source_gradients_.row(slot).data();
  }
  [[nodiscard]] std::span<const float> weight_gradient() const { return weight_gradient_; }

 private:
  static constexpr std::int64_t kPieces = 8, kSources = 64;  // that a thread takes at a time

  void gather(std::int64_t n_queries);
  void encode(const BatchPiece& piece, Buffer& queries);
  void normalise(std::int64_t q, std::span<float> query);
  void decode(const BatchPiece& piece, Buffer& gradients, std::span<float> weight_gradient);
  void denormalise(std::int64_t q, std::span<float> whole);
  void collect_sources();
  // Calls visit(e, indices) for each event that counts for a query, newest first.
  template <class Visit>
  void for_each_event(const BatchPiece& piece, const BatchQuery& query, Visit&& visit) const;
  [[nodiscard]] const BatchQuery& query_at(std::int64_t q) const {
    return batch_.queries[static_cast<std::size_t>(q)];
  }
  void fill_mask(std::uint64_t stream, std::int64_t i, std::span<float> mask) const;

  template <class Row>
  [[nodiscard]] Row used(Row row) const {
    return row.first(static_cast<std::size_t>(options_.factors));
  }

  SequenceFactorsOptions options_;
  std::int64_t width_;
  Context context_;
  const SequenceBatch& batch_;
  const FactorTable& table_;
  const EventWeightTable& weights_;

  std::uint64_t mask_seed_ = 0;
  Buffer sources_, source_gradients_;  // (n_sources, width)
  Buffer masks_, events_;              // (n_events, width)
  Buffer event_gradients_;             // (n_events, width)
  Buffer query_masks_, normal_;        // (n_queries, width)
  std::vector<float> scales_, weight_gradient_;
};

inline void SequenceEncoder::forward(std::uint64_t mask_seed, Buffer& queries) {
  const auto n = static_cast<std::int64_t>(batch_.queries.size());
  const std::int64_t n_queries = round_up(n, kTileRows);
  mask_seed_ = mask_seed;
  queries.resize(n_queries, width_);
  for (auto q = n; q < n_queries; ++q) std::ranges::fill(queries.row(q), 0.0f);
  gather(n_queries);
  const auto n_pieces = static_cast<std::int64_t>(batch_.pieces.size());
  parallel_for(context_, n_pieces, kPieces, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto i = begin; i < end; ++i) encode(batch_.pieces[static_cast<std::size_t>(i)], queries);
  });
}

inline void SequenceEncoder::backward(Buffer& gradients) {
  const auto n_pieces = static_cast<std::int64_t>(batch_.pieces.size());
  Buffer by_piece;
  by_piece.resize(n_pieces, weights_.size());
  parallel_for(context_, n_pieces, kPieces, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto i = begin; i < end; ++i) {
      decode(batch_.pieces[static_cast<std::size_t>(i)], gradients, by_piece.row(i));
    }
  });
  weight_gradient_.assign(static_cast<std::size_t>(weights_.size()), 0.0f);
  for (std::int64_t i = 0; i < n_pieces; ++i) add_scaled(weight_gradient_, 1, by_piece.row(i));
  collect_sources();
}

// The vectors that the batch needs.
inline void SequenceEncoder::gather(std::int64_t n_queries) {
  const auto n_events = static_cast<std::int64_t>(batch_.events.size());
  for (Buffer* b : {&masks_, &events_, &event_gradients_}) b->resize(n_events, width_);
  for (Buffer* b : {&query_masks_, &normal_}) b->resize(n_queries, width_);
  for (Buffer* b : {&sources_, &source_gradients_}) b->resize(batch_.sources.size(), width_);
  scales_.resize(static_cast<std::size_t>(n_queries));
  parallel_for(context_, batch_.sources.size(), kSources,
               [&](std::int64_t begin, std::int64_t end, int) {
                 for (auto s = begin; s < end; ++s) {
                   table_.vector_of(batch_.sources[s], sources_.row(s));
                 }
               });
}

// Each number is hidden with probability `dropout`, the others are scaled up. 16 random bits each.
inline void SequenceEncoder::fill_mask(std::uint64_t stream, std::int64_t i,
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

template <class Visit>
void SequenceEncoder::for_each_event(const BatchPiece& piece, const BatchQuery& query,
                                     Visit&& visit) const {
  const auto event_at = [&](std::int64_t e) { return batch_.events[static_cast<std::size_t>(e)]; };
  const auto newest = event_at(query.end_event - 1).step;
  for (auto e = query.end_event; e-- > piece.first_event;) {
    const BatchEvent event = event_at(e);
    if (!weights_.counts(event, newest)) return;
    visit(e, weights_.indices(event, newest, query.now_us));
  }
}

inline void SequenceEncoder::encode(const BatchPiece& piece, Buffer& queries) {
  for (auto e = piece.first_event; e < piece.end_event; ++e) {
    const auto mask = masks_.row(e), event = events_.row(e);
    const auto source = sources_.row(batch_.events[static_cast<std::size_t>(e)].source);
    fill_mask(1, e, mask);
    for (std::size_t k = 0; k < event.size(); ++k) event[k] = source[k] * mask[k];
  }
  for (auto q = piece.first_query; q < piece.end_query; ++q) {
    const auto sum = normal_.row(q);
    std::ranges::fill(sum, 0.0f);
    for_each_event(piece, query_at(q), [&](std::int64_t e, const auto& indices) {
      add_scaled(sum, weights_.weight(indices), events_.row(e));
    });
    normalise(q, queries.row(q));
  }
}

// Layer normalisation without parameters, then dropout.
inline void SequenceEncoder::normalise(std::int64_t q, std::span<float> query) {
  const auto row = used(normal_.row(q));
  const auto n = static_cast<double>(row.size());
  double mean = 0, variance = 0;
  for (const float x : row) mean += x;
  mean /= n;
  for (const float x : row) variance += (x - mean) * (x - mean);
  const double scale = 1 / std::sqrt(variance / n + kNormEpsilon);
  for (float& x : row) x = static_cast<float>((x - mean) * scale);
  scales_[static_cast<std::size_t>(q)] = static_cast<float>(scale);

  const auto mask = query_masks_.row(q), full = normal_.row(q);
  fill_mask(2, q, mask);
  for (std::size_t k = 0; k < query.size(); ++k) query[k] = full[k] * mask[k];
}

inline void SequenceEncoder::decode(const BatchPiece& piece, Buffer& gradients,
                                    std::span<float> weight_gradient) {
  for (auto e = piece.first_event; e < piece.end_event; ++e) {
    std::ranges::fill(event_gradients_.row(e), 0.0f);
  }
  std::ranges::fill(weight_gradient, 0.0f);
  for (auto q = piece.first_query; q < piece.end_query; ++q) {
    const auto gradient = gradients.row(q);
    denormalise(q, gradient);
    for_each_event(piece, query_at(q), [&](std::int64_t e, const auto& indices) {
      add_scaled(event_gradients_.row(e), weights_.weight(indices), gradient);
      const float slope =
          Eigen::Map<const Eigen::VectorXf>(gradient.data(), width_)
              .dot(Eigen::Map<const Eigen::VectorXf>(events_.row(e).data(), width_));
      weights_.add_gradient(indices, slope, weight_gradient);
    });
  }
  for (auto e = piece.first_event; e < piece.end_event; ++e) {
    const auto gradient = event_gradients_.row(e), mask = masks_.row(e);
    for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] *= mask[k];
  }
}

// The gradient of a query becomes that of the sum it was normalised from.
inline void SequenceEncoder::denormalise(std::int64_t q, std::span<float> whole) {
  const auto gradient = used(whole), normal = used(normal_.row(q));
  const auto mask = query_masks_.row(q);
  double mean = 0, along = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    gradient[k] *= mask[k];
    mean += gradient[k];
    along += static_cast<double>(gradient[k]) * normal[k];
  }
  mean /= static_cast<double>(gradient.size());
  along /= static_cast<double>(gradient.size());
  const double scale = scales_[static_cast<std::size_t>(q)];
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    gradient[k] = static_cast<float>(scale * (gradient[k] - mean - normal[k] * along));
  }
}

// The gradient of an item is the sum of those of its events, in their order.
inline void SequenceEncoder::collect_sources() {
  std::vector<std::vector<std::int64_t>> places(static_cast<std::size_t>(batch_.sources.size()));
  for (std::size_t e = 0; e < batch_.events.size(); ++e) {
    places[static_cast<std::size_t>(batch_.events[e].source)].push_back(
        static_cast<std::int64_t>(e));
  }
  parallel_for(context_, batch_.sources.size(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto s = begin; s < end; ++s) {
      const auto sum = source_gradients_.row(s);
      std::ranges::fill(sum, 0.0f);
      for (const auto e : places[static_cast<std::size_t>(s)]) {
        add_scaled(sum, 1, event_gradients_.row(e));
      }
    }
  });
}

}  // namespace endcap::detail
