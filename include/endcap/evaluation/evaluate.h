#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/evaluation/bootstrap.h"
#include "endcap/evaluation/jackknife.h"
#include "endcap/evaluation/metrics.h"
#include "endcap/evaluation/reliability.h"
#include "endcap/matrix/index_lists.h"

namespace endcap {

// Lists of many queries, best first; a row ends at its first kNoIndex.
struct ListTable {
  std::size_t width = 0;
  std::span<const ItemIndex> items = {};      // (n_queries, width)
  std::span<const float> scores = {};         // the same, falling; empty: there are no ties
  std::span<const float> probabilities = {};  // the same, of being right; NaN: nothing is said

  [[nodiscard]] std::size_t size() const { return width == 0 ? 0 : items.size() / width; }
  [[nodiscard]] std::size_t length(std::size_t query) const;  // how many places are filled
};

// What is known of the items; what is empty adds no metrics. Listed items must be in it.
struct ItemFacts {
  std::span<const std::int64_t> popularity = {};  // (n_items,): events in training
  std::span<const double> price = {};             // (n_items,): NaN where it is unknown
  IndexLists labels = {};                         // (n_items): categories and tags, rising
};

struct EvaluateOptions {
  std::vector<int> ks = {10, 20};  // > 0
  Denominator denominator = Denominator::kRelevant;
};

// How good lists are. `name@k` is a metric of the first k places.
struct Report {
  // recall, precision, hit_rate, mrr, map, ndcg: (n_queries,). With popularity: novelty (bits), and
  // the recall of the most sold items that make a third of all events (recall_popular), of the next
  // third (recall_middle) and of the rest (recall_rare). With prices: revenue. With labels:
  // diversity. NaN for a query that has nothing to say.
  std::map<std::string, std::vector<double>> values;
  // With popularity: coverage, gini. With probabilities: ece, the calibration error.
  std::map<std::string, Total> totals;
  std::vector<ReliabilityBin> reliability;  // of all places; with probabilities

  // The mean of a metric over the queries, or a total, and where it may lie: by bootstrap, or by
  // jackknife. NaN if no query says anything. Throws std::invalid_argument for an unknown metric.
  [[nodiscard]] Interval interval(const std::string& metric, const BootstrapOptions& options = {},
                                  const Context& context = {}) const;
};

// relevant: for each query the right items, rising, at least one; an item number beyond those of
// the facts is one that no list can hold. Throws std::invalid_argument for tables that do not fit
// each other, a k below 1, no query, or a listed item that the facts do not have.
[[nodiscard]] Report evaluate(const ListTable& lists, const IndexLists& relevant,
                              const ItemFacts& facts = {}, const EvaluateOptions& options = {},
                              const Context& context = {});

// Is `ours` better than `theirs`? Paired: both must be of the same queries.
[[nodiscard]] Difference compare(const Report& ours, const Report& theirs,
                                 const std::string& metric, const BootstrapOptions& options = {},
                                 const Context& context = {});

}  // namespace endcap
