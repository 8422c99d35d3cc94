#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/models/score_board.h"

namespace endcap {

// How alike two items are to those who choose: the cosine of what follows from each, by the rows of
// an item-item matrix. Made to compare many items with one, which it keeps spread out, and to be
// used again; one thread at a time.
class Likeness {
 public:
  // The matrix must outlive this.
  explicit Likeness(const CsrMatrix& matrix)
      : matrix_(matrix),
        spread_(matrix.n_columns()),
        norms_(static_cast<std::size_t>(matrix.n_rows()), kUnknown) {}

  // In [0, 1] where the matrix has no negative values. Fast while `b` stays the same.
  [[nodiscard]] float between(std::int32_t a, std::int32_t b) {
    if (b != spread_row_) {
      spread_.clear();
      spread_.add(matrix_.row(b), 1);
      spread_row_ = b;
    }
    const float norms = norm(a) * norm(b);
    if (norms <= 0) return 0;
    float dot = 0;
    const auto row = matrix_.row(a);
    for (std::size_t i = 0; i < row.size(); ++i) dot += row.values[i] * spread_[row.columns[i]];
    return dot / norms;
  }

 private:
  static constexpr float kUnknown = -1;

  float norm(std::int32_t row) {
    float& norm = norms_[static_cast<std::size_t>(row)];
    if (norm != kUnknown) return norm;
    norm = 0;
    for (const float value : matrix_.row(row).values) norm += value * value;
    return norm = std::sqrt(norm);
  }

  const CsrMatrix& matrix_;
  ScoreBoard spread_;
  std::int32_t spread_row_ = kNoIndex;
  std::vector<float> norms_;
};

}  // namespace endcap
