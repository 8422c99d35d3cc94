#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/error.h"
#include "endcap/base/parallel.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/factor_model.h"
#include "endcap/models/scorer.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

struct ListOptions {
  int k = 10;                   // > 0: items of a list
  bool exclude_history = true;  // leave out what the history holds
};

namespace detail {

// What a history holds, ascending.
inline std::vector<ItemIndex> items_of(std::span<const Interaction> events) {
  std::vector<ItemIndex> items;
  items.reserve(events.size());
  for (const auto& event : events) items.push_back(event.item);
  if (!std::is_sorted(items.begin(), items.end())) std::sort(items.begin(), items.end());
  return items;
}

inline bool holds(const std::vector<ItemIndex>& items, ItemIndex item) {
  return std::binary_search(items.begin(), items.end(), item);
}

// The k best items that the board was told of, of those for which allows(item) is true.
template <class Allows>
std::vector<ScoredItem> best_of(const ScoreBoard& board, int k, Allows&& allows) {
  TopK best(std::min(k, board.n_items()));
  float bar = best.bar();
  board.for_each_above([&] { return bar; },
                       [&](ItemIndex item, float score) {
                         const ScoredItem candidate{item, score};
                         if (!best.accepts(candidate) || !allows(item)) return;
                         best.offer(candidate);
                         bar = best.bar();
                       });
  return best.take();
}

// A board that is kept for the next query of this thread.
inline ScoreBoard& board_of_thread(std::int32_t n_items) {
  thread_local ScoreBoard board(0);
  if (board.n_items() != n_items) board = ScoreBoard(n_items);
  board.clear();
  return board;
}

// The list of one history by the scores of all items.
template <class Allows>
std::vector<ScoredItem> list_by_scores(const Scorer& model, const History& history,
                                       const ListOptions& options, Allows&& allows) {
  ScoreBoard& board = board_of_thread(model.n_items());
  model.score(history, board);
  if (options.exclude_history) {
    for (const auto& event : history.events) {
      if (0 <= event.item && event.item < board.n_items()) board.leave_out(event.item);
    }
  }
  auto list = best_of(board, options.k, allows);
  board.clear();
  return list;
}

inline bool says_nothing(std::span<const float> vector) {
  return std::all_of(vector.begin(), vector.end(), [](float value) { return value == 0; });
}

// The same by the model's index. A visitor of whom it knows nothing gets an empty list.
template <class Allows>
std::vector<ScoredItem> list_by_index(const FactorModel& model, const History& history,
                                      const ListOptions& options, Allows&& allows) {
  const auto x = model.vector_of(history);
  if (says_nothing(x)) return {};
  const auto own = options.exclude_history ? items_of(history.events) : std::vector<ItemIndex>();
  auto lists = model.index().search(
      x, options.k, [&](std::size_t, ItemIndex item) { return allows(item) && !holds(own, item); });
  return std::move(lists.front());
}

// The lists of rows [begin, end), one by one.
template <class Allows>
void recommend_by_scores(const Scorer& model, const Interactions& rows, const ListOptions& options,
                         std::int64_t begin, std::int64_t end, Allows&& allows,
                         std::vector<std::vector<ScoredItem>>& lists) {
  for (auto row = static_cast<UserIndex>(begin); row < end; ++row) {
    lists[static_cast<std::size_t>(row)] =
        list_by_scores(model, {rows.events_of(row), rows.end_us()}, options, allows);
  }
}

// The same by the model's index, in which rows asked together share the reading.
template <class Allows>
void recommend_by_index(const FactorModel& model, const Interactions& rows,
                        const ListOptions& options, std::int64_t begin, std::int64_t end,
                        Allows&& allows, std::vector<std::vector<ScoredItem>>& lists) {
  std::vector<UserIndex> asked;
  std::vector<float> queries;
  std::vector<std::vector<ItemIndex>> own;
  for (auto row = static_cast<UserIndex>(begin); row < end; ++row) {
    const auto x = model.vector_of({rows.events_of(row), rows.end_us()});
    if (says_nothing(x)) continue;
    asked.push_back(row);
    queries.insert(queries.end(), x.begin(), x.end());
    own.push_back(options.exclude_history ? items_of(rows.events_of(row))
                                          : std::vector<ItemIndex>());
  }
  auto found = model.index().search(queries, options.k, [&](std::size_t q, ItemIndex item) {
    return allows(item) && !holds(own[q], item);
  });
  for (std::size_t q = 0; q < asked.size(); ++q) {
    lists[static_cast<std::size_t>(asked[q])] = std::move(found[q]);
  }
}

}  // namespace detail

// For one history, of nobody the model has seen, the best items that it has an opinion on and for
// which allows(item) is true; the best first, at most k. Throws std::invalid_argument if k is not
// positive.
template <class Allows>
std::vector<ScoredItem> recommend(const Scorer& model, const History& history,
                                  const ListOptions& options, Allows&& allows) {
  require(options.k > 0, "k", "be positive", options.k);
  if (const auto* const factors = dynamic_cast<const FactorModel*>(&model)) {
    return detail::list_by_index(*factors, history, options, allows);
  }
  return detail::list_by_scores(model, history, options, allows);
}

// The same for each row's history, on all threads of the context.
template <class Allows>
std::vector<std::vector<ScoredItem>> recommend(const Scorer& model, const Interactions& rows,
                                               const ListOptions& options, Allows&& allows,
                                               const Context& context = {}) {
  require(options.k > 0, "k", "be positive", options.k);
  std::vector<std::vector<ScoredItem>> lists(static_cast<std::size_t>(rows.n_users()));
  const auto* const factors = dynamic_cast<const FactorModel*>(&model);
  if (factors != nullptr) (void)factors->index();  // made before the threads part
  parallel_for(context, rows.n_users(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    if (factors != nullptr) {
      detail::recommend_by_index(*factors, rows, options, begin, end, allows, lists);
    } else {
      detail::recommend_by_scores(model, rows, options, begin, end, allows, lists);
    }
  });
  return lists;
}

}  // namespace endcap
