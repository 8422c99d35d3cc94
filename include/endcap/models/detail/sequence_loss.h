#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "endcap/base/parallel.h"
#include "endcap/models/detail/buffer.h"
#include "endcap/models/detail/factor_table.h"
#include "endcap/models/detail/gemm.h"
#include "endcap/models/detail/sequence_batch.h"
#include "endcap/models/detail/softmax.h"

namespace endcap::detail {

// The second half of SequenceFactors in training: scores of a batch's items for its queries, the
// loss and its gradients. Every row is one thread's, so the threads change nothing.
class SequenceLoss {
 public:
  // What it is given to learn with must outlive it.
  SequenceLoss(std::int64_t width, const Context& context, const SequenceBatch& batch,
               const FactorTable& table)
      : width_(width), context_(context), batch_(batch), table_(table) {}

  // The mean loss of a target, of which each of n targets of one query counts 1 / sqrt(n): large
  // baskets say more, but not in proportion. `queries` (n_queries, width) becomes its gradients.
  double run(Buffer& queries);

  // After run(): null where it is 0.
  [[nodiscard]] const float* gradient_of(std::int64_t item) {
    const auto slot = batch_.columns.slot_of(item);
    return slot == kNoIndex ? nullptr : column_gradients_.row(slot).data();
  }

 private:
  void gather();
  double score_rows(std::int64_t begin, std::int64_t end, Buffer& queries);
  void collect_columns();

  std::int64_t width_;
  Context context_;
  const SequenceBatch& batch_;
  const FactorTable& table_;

  std::int64_t n_queries_ = 0, n_columns_ = 0;  // rounded up
  std::int64_t stride_ = 0;                     // of logits
  Buffer logits_;                               // (n_queries, stride)
  Buffer columns_;                              // panels of (width, n_columns)
  Buffer column_rows_;                          // panels of (n_columns, width)
  Buffer query_rows_;                           // panels of (n_queries, width)
  Buffer column_gradients_;                     // (n_columns, width)
  std::vector<float> offsets_;
};

inline double SequenceLoss::run(Buffer& queries) {
  constexpr std::int64_t kRows = 64;
  gather();
  for (std::int64_t q = 0; q < n_queries_; ++q) {
    pack_row(queries.row(q), q, n_queries_, query_rows_.data());
  }
  const std::int64_t n_blocks = (n_queries_ + kRows - 1) / kRows;
  std::vector<double> losses(static_cast<std::size_t>(n_blocks));
  parallel_for(context_, n_blocks, 1, [&](std::int64_t block, std::int64_t, int) {
    losses[static_cast<std::size_t>(block)] =
        score_rows(block * kRows, std::min(n_queries_, (block + 1) * kRows), queries);
  });
  collect_columns();
  const double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
  return loss / static_cast<double>(batch_.targets.size());
}

// The vectors that the batch needs.
inline void SequenceLoss::gather() {
  n_queries_ = round_up(static_cast<std::int64_t>(batch_.queries.size()), kTileRows);
  n_columns_ = round_up(batch_.columns.size(), kPanel);
  stride_ = n_columns_ | kPanel;  // rows a power of two apart meet in few places of a cache
  query_rows_.resize(n_queries_, width_);
  for (Buffer* b : {&columns_, &column_rows_, &column_gradients_}) b->resize(n_columns_, width_);
  logits_.resize(n_queries_, stride_);
  offsets_ = batch_.offsets;
  offsets_.resize(static_cast<std::size_t>(n_columns_), -1e30f);  // padding is never likely
  parallel_for(context_, n_columns_, kPanel, [&](std::int64_t begin, std::int64_t end, int) {
    std::vector<float> row(static_cast<std::size_t>(width_));
    for (auto c = begin; c < end; ++c) {
      std::ranges::fill(row, 0.0f);
      if (c < batch_.columns.size()) table_.vector_of(batch_.columns[c], row);
      pack_row(row, c, n_columns_, column_rows_.data());
      float* const panel = columns_.data() + begin * width_;
      for (std::int64_t k = 0; k < width_; ++k) {
        panel[k * kPanel + c - begin] = row[static_cast<std::size_t>(k)];
      }
    }
  });
}

// Of the queries [begin, end): logits, then their gradients, then those of the queries. Returns the
// sum of the losses.
inline double SequenceLoss::score_rows(std::int64_t begin, std::int64_t end, Buffer& queries) {
  const int simd = widest_simd();
  const GemmProblem logits{queries.row(begin).data(), width_,  1,           columns_.data(), width_,
                           logits_.row(begin).data(), stride_, end - begin, n_columns_};
  run_simd<Gemm>(simd, &logits);
  const auto n = static_cast<std::int64_t>(batch_.queries.size());
  std::vector<float> own;
  double loss = 0;
  for (auto q = begin; q < end; ++q) {
    if (q >= n) {
      std::ranges::fill(logits_.row(q), 0.0f);
      continue;
    }
    const auto& query = batch_.queries[static_cast<std::size_t>(q)];
    own.resize(static_cast<std::size_t>(query.n_targets()));
    const float share = 1 / std::sqrt(static_cast<float>(query.n_targets()));
    SoftmaxRow row{logits_.row(q).data(),
                   offsets_.data(),
                   n_columns_,
                   batch_.targets.data() + query.first_target,
                   query.n_targets(),
                   own.data(),
                   share / static_cast<float>(batch_.targets.size()),
                   0};
    run_simd<Softmax>(simd, &row);
    loss += static_cast<double>(share) * row.loss;
  }
  const GemmProblem gradients{logits_.row(begin).data(),
                              stride_,
                              1,
                              column_rows_.data(),
                              n_columns_,
                              queries.row(begin).data(),
                              width_,
                              end - begin,
                              width_};
  run_simd<Gemm>(simd, &gradients);
  return loss;
}

// The gradients of the items' vectors.
inline void SequenceLoss::collect_columns() {
  constexpr std::int64_t kColumns = 32;
  parallel_for(context_, n_columns_, kColumns, [&](std::int64_t begin, std::int64_t end, int) {
    const GemmProblem problem{logits_.data() + begin,
                              1,
                              stride_,
                              query_rows_.data(),
                              n_queries_,
                              column_gradients_.row(begin).data(),
                              width_,
                              end - begin,
                              width_};
    run_simd<Gemm>(widest_simd(), &problem);
  });
}

}  // namespace endcap::detail
