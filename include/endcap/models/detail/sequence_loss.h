#pragma once

#include <algorithm>
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

  // The mean loss. `queries` (n_targets, width) becomes its gradients.
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

  std::int64_t n_targets_ = 0, n_columns_ = 0;  // rounded up
  Buffer logits_;                               // (n_targets, n_columns)
  Buffer columns_;                              // panels of (width, n_columns)
  Buffer column_rows_;                          // panels of (n_columns, width)
  Buffer query_rows_;                           // panels of (n_targets, width)
  Buffer column_gradients_;                     // (n_columns, width)
  std::vector<float> offsets_;
};

inline double SequenceLoss::run(Buffer& queries) {
  constexpr std::int64_t kRows = 64;
  gather();
  for (std::int64_t t = 0; t < n_targets_; ++t) {
    pack_row(queries.row(t), t, n_targets_, query_rows_.data());
  }
  const std::int64_t n_blocks = (n_targets_ + kRows - 1) / kRows;
  std::vector<double> losses(static_cast<std::size_t>(n_blocks));
  parallel_for(context_, n_blocks, 1, [&](std::int64_t block, std::int64_t, int) {
    losses[static_cast<std::size_t>(block)] =
        score_rows(block * kRows, std::min(n_targets_, (block + 1) * kRows), queries);
  });
  collect_columns();
  const double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
  return loss / static_cast<double>(batch_.targets.size());
}

// The vectors that the batch needs.
inline void SequenceLoss::gather() {
  n_targets_ = round_up(static_cast<std::int64_t>(batch_.targets.size()), kTileRows);
  n_columns_ = round_up(batch_.columns.size(), kPanel);
  query_rows_.resize(n_targets_, width_);
  for (Buffer* b : {&columns_, &column_rows_, &column_gradients_}) b->resize(n_columns_, width_);
  logits_.resize(n_targets_, n_columns_);
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

// Of the targets [begin, end): logits, then their gradients, then those of the queries. Returns the
// sum of the losses.
inline double SequenceLoss::score_rows(std::int64_t begin, std::int64_t end, Buffer& queries) {
  const int simd = widest_simd();
  const GemmProblem logits{
      queries.row(begin).data(), width_,     1,           columns_.data(), width_,
      logits_.row(begin).data(), n_columns_, end - begin, n_columns_};
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
  const GemmProblem gradients{logits_.row(begin).data(),
                              n_columns_,
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
                              n_columns_,
                              query_rows_.data(),
                              n_targets_,
                              column_gradients_.row(begin).data(),
                              width_,
                              end - begin,
                              width_};
    run_simd<Gemm>(widest_simd(), &problem);
  });
}

}  // namespace endcap::detail
