#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/parallel.h"
#include "endcap/matrix/co_counts.h"
#include "endcap/matrix/dense_rows.h"
#include "endcap/matrix/item_sets.h"
#include "endcap/matrix/row_stack.h"
#include "endcap/models/detail/neighborhood_solver.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/score_board.h"
#include "endcap/retrieval/keep_best.h"

namespace endcap {

struct SlistOptions {
  float regularization = 20;  // lambda, in events; > 0
  float alpha = 0.4f;  // in [0, 1]: share of what goes together; the rest is what comes after
  float future_decay = 0.6f;  // in [0, 1): factor per step that a later item is further ahead
  int neighbors = 200;        // > 0: items that each item's row is solved with
  int row_size = 500;         // > 0: weights kept per item
  bool repeats = false;       // keep what an item says of itself: sessions come back
  // Of a user, the newest, for what goes together. The pairs of n items weigh n^-2 each, so those
  // of long histories say next to nothing, and they are what fills G.
  int max_events = 100;
  HistoryWeights history = {.position_decay = 0.6f, .max_events = 50};
};

// A ridge regression from where a session stands to what it holds and what comes after, solved in
// each item's neighbourhood: W = (G + lambda I)^-1 R, where G = alpha * sum of x x' +
// (1 - alpha) * (how often each item has a successor), R = alpha * sum of x y' + (1 - alpha) * sum
// over later items of future_decay^(gap - 1), y a user's set of items and x = y / |y|. Row i is
// (G_NN + lambda I)^-1 e_i times the rows N of R, where N are the items closest to i.
// Source: M. Choi, J. Kim, J. Lee, H. Shim, J. Lee, "Session-aware Linear Item-Item Models for
// Session-based Recommendation", WWW 2021, section 3. Several events with one item on end are one
// here; of a row of R the 500 largest numbers count.
// Fitting takes O(n_items * neighbors^3) time and the memory of G and R.
class Slist final : public ItemItemModel {
 public:
  // Throws std::invalid_argument for an option out of range or interactions without an order.
  [[nodiscard]] static Slist fit(const Interactions& interactions, const SlistOptions& options = {},
                                 const Context& context = {});

 private:
  using ItemItemModel::ItemItemModel;
};

namespace detail {

// What the regression sees (G) and what it is to foretell (R), with the diagonal.
struct SlistSums {
  CsrMatrix gram, future;  // (n_items, n_items)
};

inline SlistSums slist_sums(const Interactions& interactions, const SlistOptions& options,
                            const Context& context) {
  const ItemSets sets(interactions, options.max_events);
  const Occurrences occurrences(interactions);
  const auto seen = sets.user_weights(2, options.alpha);
  const auto told = sets.user_weights(1, options.alpha);
  std::vector<std::int64_t> ahead;  // by gap - 1, as long as it says anything
  double weight = 1.0 - options.alpha;
  for (; to_fixed(weight) > 0; weight *= options.future_decay) ahead.push_back(to_fixed(weight));
  const auto as_float = [](ItemIndex, ItemIndex, std::int64_t count) {
    return static_cast<float>(from_fixed(count));
  };
  // Calls visit(place) for each occurrence of `item`; what its user did after it follows there.
  const auto each_place = [&](ItemIndex item, auto&& visit) {
    for (const auto place : occurrences.of(item)) visit(occurrences.at(place));
  };
  auto gram = count_matrix(
      context, sets.n_items(), 0,
      [&](ItemIndex i, CountRow& row) {
        sets.count_partners(i, seen, row);
        each_place(i, [&](const ItemIndex* place) {
          if (place[1] != kNoIndex) row.add(i, to_fixed(1.0 - options.alpha));
        });
      },
      as_float);
  constexpr int kFutureSize = 500;  // what an item says of others is added up for 200 others each
  auto future = count_matrix(
      context, sets.n_items(), kFutureSize,
      [&](ItemIndex i, CountRow& row) {
        sets.count_partners(i, told, row);
        each_place(i, [&](const ItemIndex* place) {
          for (const auto count : ahead) {
            if (*++place == kNoIndex) break;
            row.add(*place, count);
          }
        });
      },
      as_float);
  return {std::move(gram), std::move(future)};
}

// The rows of the weights, with the scratch space of one thread.
class SlistSolver {
 public:
  SlistSolver(const SlistSums& sums, const SlistOptions& options)
      : sums_(sums),
        options_(options),
        dense_future_(DenseRows::if_faster(sums.future)),
        solver_(sums.gram, options.regularization),
        board_(sums.gram.n_rows()) {}

  std::vector<ScoredItem> solve(ItemIndex i) {
    if (sums_.gram.row(i).size() == 0) return {};
    choose(i);
    const auto shares =
        solver_.solve(neighbors_, [&](std::size_t a) { return neighbors_[a] == i ? 1.0f : 0.0f; });
    add_futures(shares);
    constexpr float kPositive = std::numeric_limits<float>::denorm_min();
    row_.clear();
    board_.for_each_above([] { return kPositive; },
                          [&](ItemIndex j, float score) {
                            if (j != i || options_.repeats) row_.push_back({j, score});
                          });
    row_.resize(keep_best(row_, static_cast<std::size_t>(options_.row_size)));
    std::sort(row_.begin(), row_.end(),
              [](const auto& a, const auto& b) { return a.item < b.item; });
    return row_;
  }

 private:
  // `i` and the items closest to it, ascending.
  void choose(ItemIndex i) {
    const SparseRow row = sums_.gram.row(i);
    row_.clear();
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row.columns[k] != i) row_.push_back({row.columns[k], row.values[k]});
    }
    row_.resize(keep_best(row_, static_cast<std::size_t>(options_.neighbors) - 1));
    neighbors_.clear();
    for (const auto& pick : row_) neighbors_.push_back(pick.item);
    neighbors_.insert(std::lower_bound(neighbors_.begin(), neighbors_.end(), i), i);
  }

  // What follows the neighbors, by their shares.
  void add_futures(std::span<const float> shares) {
    board_.clear();
    if (dense_future_) return dense_future_->add_rows(neighbors_, shares, board_.all());
    std::size_t n = 0;
    for (const auto neighbor : neighbors_) n += sums_.future.row(neighbor).size();
    if (n >= board_.scores().size()) static_cast<void>(board_.all());  // adds faster from here on
    for (std::size_t a = 0; a < shares.size(); ++a) {
      board_.add(sums_.future.row(neighbors_[a]), shares[a]);
    }
  }

  const SlistSums& sums_;
  const SlistOptions& options_;
  std::shared_ptr<const DenseRows> dense_future_;  // copies share it
  RidgeSolver solver_;
  ScoreBoard board_;
  std::vector<ItemIndex> neighbors_;
  std::vector<ScoredItem> row_;
};

}  // namespace detail

inline Slist Slist::fit(const Interactions& interactions, const SlistOptions& options,
                        const Context& context) {
  require(interactions.order() != Order::kNone, "interactions", "have an order", "sets");
  require(options.regularization > 0, "regularization", "be positive", options.regularization);
  require(options.alpha >= 0 && options.alpha <= 1, "alpha", "be in [0, 1]", options.alpha);
  require(options.future_decay >= 0 && options.future_decay < 1, "future_decay", "be in [0, 1)",
          options.future_decay);
  require(options.neighbors > 0, "neighbors", "be positive", options.neighbors);
  require(options.row_size > 0, "row_size", "be positive", options.row_size);
  require(options.max_events > 0, "max_events", "be positive", options.max_events);
  const auto sums = detail::slist_sums(interactions, options, context);
  const auto n_items = interactions.n_items();
  RowStack rows(n_items, n_items);
  std::vector<detail::SlistSolver> solvers(static_cast<std::size_t>(context.thread_count()),
                                           detail::SlistSolver(sums, options));
  parallel_for(context, n_items, 8, [&](std::int64_t begin, std::int64_t end, int worker) {
    for (auto i = static_cast<ItemIndex>(begin); i < end; ++i) {
      rows.add(i, solvers[static_cast<std::size_t>(worker)].solve(i));
    }
  });
  return {std::move(rows).finish(), options.history};
}

}  // namespace endcap
