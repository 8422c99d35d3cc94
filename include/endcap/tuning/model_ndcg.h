#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/models/score_board.h"
#include "endcap/models/scorer.h"
#include "endcap/ranking/item_mask.h"
#include "endcap/tuning/validation.h"

namespace endcap {

namespace detail {

// The gain of the wanted item that stands highest among those that the visitor has not had.
inline double best_gain(const ScoreBoard& board, const ValidationQuery& query, const ItemSet& had,
                        std::int64_t cutoff) {
  bool any = false;
  float best = 0;
  for (const auto item : query.wanted) {
    if (had.has(item)) continue;
    best = any ? std::max(best, board[item]) : board[item];
    any = true;
  }
  if (!any) return 0;
  const auto scores = board.scores();
  const auto no_lower = [&](float score) { return score >= best; };
  auto rank = std::count_if(scores.begin(), scores.end(), no_lower);  // 1 for the best
  for (const auto item : had.items()) rank -= no_lower(board[item]) ? 1 : 0;
  return rank <= cutoff ? 1 / std::log2(static_cast<double>(rank) + 1) : 0;
}

}  // namespace detail

// How high a model puts what visitors did next, among what they have not had: the mean over the
// first `max_queries` queries of 1 / log2(1 + rank) for the best placed wanted item, 0 below the
// cutoff. Ties count against it. Costs O(n_items) a query.
[[nodiscard]] inline double model_ndcg(const Scorer& model, const Validation& validation,
                                       const Context& context = {}, std::int64_t cutoff = 20,
                                       std::size_t max_queries = 2000) {
  const auto n = static_cast<std::int64_t>(std::min(max_queries, validation.queries.size()));
  if (n == 0) return 0;
  std::vector<double> gains(static_cast<std::size_t>(n));
  parallel_for(context, n, 32, [&](std::int64_t begin, std::int64_t end, int) {
    ScoreBoard board(model.n_items());
    ItemSet had(model.n_items());
    for (auto q = begin; q < end; ++q) {
      const auto& query = validation.queries[static_cast<std::size_t>(q)];
      board.clear();
      had.clear();
      for (const auto& event : query.history) had.add(event.item);
      model.score({query.history, query.now_us, query.user}, board);
      gains[static_cast<std::size_t>(q)] = detail::best_gain(board, query, had, cutoff);
    }
  });
  return std::accumulate(gains.begin(), gains.end(), 0.0) / static_cast<double>(n);
}

}  // namespace endcap
