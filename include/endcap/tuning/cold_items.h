#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/transpose.h"
#include "endcap/models/score_board.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// Items that nobody has had yet. Each scores what the few known items score that its description is
// most like, in the mean by how alike they are, and a third less, so that little that is known to
// please is pushed out: a cold item profits from every model, and its score is still a sum over the
// visitor's events. Immutable.
class ColdItems {
 public:
  // None.
  ColdItems() = default;

  // likeness: (n_items, n_items), >= 0, as Content has it; is_known: (n_items,). An item that no
  // known one is like is left to the models. Weights are squares of likeness.
  [[nodiscard]] static ColdItems fit(const CsrMatrix& likeness, const std::vector<bool>& is_known);

  // stand_ins: (n_items, n_items); the row of a cold item has the shares of those that stand in for
  // it, rows of known items are empty. Throws std::invalid_argument unless the matrix is square,
  // shares are above 0 and at most 1, and who stands in is known.
  explicit ColdItems(CsrMatrix stand_ins);

  [[nodiscard]] bool empty() const { return stand_ins_.nnz() == 0; }
  [[nodiscard]] const CsrMatrix& stand_ins() const { return stand_ins_; }

  // Gives cold items the scores of their stand-ins, whatever they had.
  void fill_in(ScoreBoard& board) const;
  void fill_in(std::span<float> scores) const;

  // Whom to ask about several items: items[k], for begin[i] <= k < begin[i + 1], say shares[k] of
  // what the i-th scores.
  struct Spokesmen {
    std::vector<ItemIndex> items;
    std::vector<float> shares;
    std::vector<std::size_t> begin;
  };
  [[nodiscard]] Spokesmen spokesmen(std::span<const ItemIndex> items) const;

 private:
  [[nodiscard]] bool is_cold(ItemIndex item) const {
    return !empty() && stand_ins_.row(item).size() > 0;
  }

  CsrMatrix stand_ins_;
  CsrMatrix stands_in_for_;         // the same by who stands in
  std::vector<bool> is_concerned_;  // (n_items,): cold or a stand-in, as few are
};

inline ColdItems ColdItems::fit(const CsrMatrix& likeness, const std::vector<bool>& is_known) {
  constexpr int kMost = 8;
  constexpr float kShare = 0.65f;  // so that known items' recall loses about .001
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (std::int32_t item = 0; item < likeness.n_rows(); ++item) {
    const auto row = likeness.row(item);
    TopK like(kMost);
    for (std::size_t k = 0; k < row.size() && !is_known[static_cast<std::size_t>(item)]; ++k) {
      const bool counts = is_known[static_cast<std::size_t>(row.columns[k])] && row.values[k] > 0;
      if (counts) like.offer({row.columns[k], row.values[k] * row.values[k]});
    }
    auto stand_ins = like.take();
    float sum = 0;
    for (const auto& [stand_in, weight] : stand_ins) sum += weight;
    std::ranges::sort(stand_ins, {}, &ScoredItem::item);
    for (const auto& [stand_in, weight] : stand_ins) {
      columns.push_back(stand_in);
      values.push_back(kShare * weight / sum);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return ColdItems({likeness.n_rows(), std::move(offsets), std::move(columns), std::move(values)});
}

inline ColdItems::ColdItems(CsrMatrix stand_ins)
    : stand_ins_(std::move(stand_ins)), stands_in_for_(transpose(stand_ins_)) {
  require(stand_ins_.n_rows() == stand_ins_.n_columns(), "stand_ins", "be square",
          stand_ins_.n_rows());
  for (const float share : stand_ins_.values()) {
    require(share > 0 && share <= 1, "stand_ins", "hold shares above 0 and at most 1", share);
  }
  for (const auto item : stand_ins_.columns()) {
    require(!is_cold(item), "stand_ins", "name known items", item);
  }
  if (empty()) return;
  is_concerned_.resize(static_cast<std::size_t>(stand_ins_.n_rows()));
  for (ItemIndex item = 0; item < stand_ins_.n_rows(); ++item) {
    is_concerned_[static_cast<std::size_t>(item)] =
        is_cold(item) || stands_in_for_.row(item).size() > 0;
  }
}

inline void ColdItems::fill_in(ScoreBoard& board) const {
  if (empty()) return;
  thread_local std::vector<ItemIndex> speakers;
  speakers.clear();
  for (const auto item : board.touched()) {
    if (!is_concerned_[static_cast<std::size_t>(item)]) continue;
    if (is_cold(item))
      board.add(item, -board[item]);
    else
      speakers.push_back(item);
  }
  for (const auto item : speakers) board.add(stands_in_for_.row(item), board[item]);
}

inline void ColdItems::fill_in(std::span<float> scores) const {
  if (empty()) return;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto row = stand_ins_.row(static_cast<ItemIndex>(i));
    if (row.size() == 0) continue;
    scores[i] = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      scores[i] += row.values[k] * scores[static_cast<std::size_t>(row.columns[k])];
    }
  }
}

inline ColdItems::Spokesmen ColdItems::spokesmen(std::span<const ItemIndex> items) const {
  Spokesmen asked;
  if (empty()) {  // each speaks for itself
    asked.items.assign(items.begin(), items.end());
    asked.shares.assign(items.size(), 1);
    asked.begin.resize(items.size() + 1);
    std::iota(asked.begin.begin(), asked.begin.end(), std::size_t{0});
    return asked;
  }
  for (const auto item : items) {
    asked.begin.push_back(asked.items.size());
    if (!is_cold(item)) {
      asked.items.push_back(item);
      asked.shares.push_back(1);
      continue;
    }
    const auto row = stand_ins_.row(item);
    asked.items.insert(asked.items.end(), row.columns.begin(), row.columns.end());
    asked.shares.insert(asked.shares.end(), row.values.begin(), row.values.end());
  }
  asked.begin.push_back(asked.items.size());
  return asked;
}

}  // namespace endcap
