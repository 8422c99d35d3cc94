#include "endcap/evaluation/evaluate.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "endcap/base/parallel.h"
#include "endcap/evaluation/beyond_accuracy.h"

namespace endcap {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// How much an item sells; one that the facts do not know is rare.
enum class Shelf { kPopular, kMiddle, kRare };
constexpr const char* kShelfNames[] = {"popular", "middle", "rare"};

std::string at(const char* metric, int k) { return std::string(metric) + "@" + std::to_string(k); }

// The shelf of each item: those that sell alike stand on the same.
std::vector<Shelf> shelves_of(std::span<const std::int64_t> popularity) {
  std::vector<std::int64_t> falling(popularity.begin(), popularity.end());
  std::sort(falling.rbegin(), falling.rend());
  const double total = std::accumulate(falling.begin(), falling.end(), 0.0);
  std::int64_t least_popular = 0, least_middle = 0;
  double sum = 0;
  for (const auto events : falling) {
    if (sum < total / 3) least_popular = events;
    if (sum < total * 2 / 3) least_middle = events;
    sum += static_cast<double>(events);
  }
  std::vector<Shelf> shelves;
  for (const auto events : popularity) {
    shelves.push_back(events >= least_popular && events > 0  ? Shelf::kPopular
                      : events >= least_middle && events > 0 ? Shelf::kMiddle
                                                             : Shelf::kRare);
  }
  return shelves;
}

double share_of_labels(const IndexLists& labels, ItemIndex a, ItemIndex b) {
  const auto of_a = labels[a], of_b = labels[b];
  std::vector<std::int32_t> both;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                        std::back_inserter(both));
  const auto all = of_a.size() + of_b.size() - both.size();
  return all == 0 ? 0 : static_cast<double>(both.size()) / static_cast<double>(all);
}

// One evaluation under way.
class Examiner {
 public:
  Examiner(const ListTable& lists, const IndexLists& relevant, const ItemFacts& facts,
           const EvaluateOptions& options, const Context& context)
      : lists_(lists), relevant_(relevant), facts_(facts), options_(options), context_(context) {
    check();
    promises_ = std::ranges::any_of(lists.probabilities, [](float p) { return !std::isnan(p); });
    if (!facts.popularity.empty()) shelves_ = shelves_of(facts.popularity);
    total_events_ =
        std::accumulate(facts.popularity.begin(), facts.popularity.end(), std::int64_t{0});
  }

  Report report() {
    make_columns();
    parallel_for(context_, static_cast<std::int64_t>(lists_.size()), 256,
                 [&](std::int64_t begin, std::int64_t end, int) {
                   for (auto q = begin; q < end; ++q) measure(static_cast<std::size_t>(q));
                 });
    for (const int k : options_.ks) {
      if (!facts_.popularity.empty()) add_spread(static_cast<std::size_t>(k));
      if (promises_) add_calibration(static_cast<std::size_t>(k));
    }
    if (promises_) {
      report_.reliability = bins(lists_.width, [](std::size_t) { return true; });
    }
    return std::move(report_);
  }

 private:
  void check() const {
    const auto n = lists_.size();
    require(n > 0 && static_cast<std::size_t>(relevant_.size()) == n, "relevant",
            "have one entry for each list (1 or more)", relevant_.size());
    require(lists_.scores.empty() || lists_.scores.size() == lists_.items.size(), "scores",
            "have the shape of items", lists_.scores.size());
    require(lists_.probabilities.empty() || lists_.probabilities.size() == lists_.items.size(),
            "probabilities", "have the shape of items", lists_.probabilities.size());
    require(!options_.ks.empty(), "k", "name a number of places", options_.ks.size());
    for (const int k : options_.ks) require(k > 0, "k", "be 1 or more", k);
    std::int64_t known = std::numeric_limits<std::int32_t>::max();
    const auto limit = [&](std::size_t size) {
      if (size > 0) known = std::min(known, static_cast<std::int64_t>(size));
    };
    limit(facts_.popularity.size());
    limit(facts_.price.size());
    limit(static_cast<std::size_t>(facts_.labels.size()));
    for (const auto item : lists_.items) {
      require(kNoIndex <= item && item < known, "items", "be known to the facts", item);
    }
  }

  // A place for every value, so that queries can be measured in any order.
  void make_columns() {
    std::vector<const char*> names = {"recall", "precision", "hit_rate", "mrr", "map", "ndcg"};
    if (!shelves_.empty()) {
      names.insert(names.end(), {"novelty", "recall_popular", "recall_middle", "recall_rare"});
    }
    if (!facts_.price.empty()) names.push_back("revenue");
    if (facts_.labels.size() > 0) names.push_back("diversity");
    for (const int k : options_.ks) {
      for (const auto* name : names) {
        report_.values[at(name, k)] = std::vector<double>(lists_.size(), kNothing);
      }
    }
  }

  [[nodiscard]] std::span<const ItemIndex> list(std::size_t query, std::size_t k) const {
    return lists_.items.subspan(query * lists_.width, std::min(k, lists_.length(query)));
  }

  [[nodiscard]] Judged judged(std::size_t query, std::span<const ItemIndex> right) const {
    const auto ranked = list(query, lists_.width);
    return judge(ranked, right,
                 lists_.scores.empty()
                     ? std::span<const float>()
                     : lists_.scores.subspan(query * lists_.width, ranked.size()));
  }

  void put(const char* name, int k, std::size_t query, double value) {
    report_.values.find(at(name, k))->second[query] = value;
  }

  void measure(std::size_t query) {
    const auto right = relevant_[static_cast<std::int32_t>(query)];
    const auto whole = judged(query, right);
    for (const int k : options_.ks) {
      const auto cut = static_cast<std::size_t>(k);
      put("recall", k, query, recall(whole, cut, options_.denominator));
      put("precision", k, query, precision(whole, cut));
      put("hit_rate", k, query, hit_rate(whole, cut));
      put("mrr", k, query, reciprocal_rank(whole, cut));
      put("map", k, query, average_precision(whole, cut, options_.denominator));
      put("ndcg", k, query, ndcg(whole, cut));
      if (!facts_.price.empty()) put("revenue", k, query, revenue(whole, cut, facts_.price));
      if (facts_.labels.size() > 0) {
        const auto alike = [&](ItemIndex a, ItemIndex b) {
          return share_of_labels(facts_.labels, a, b);
        };
        put("diversity", k, query, intra_list_diversity(list(query, cut), alike));
      }
      if (!shelves_.empty()) {
        put("novelty", k, query, novelty(list(query, cut), facts_.popularity, total_events_));
      }
    }
    if (!shelves_.empty()) measure_shelves(query, right);
  }

  // Recall among the right items that stand on each shelf.
  void measure_shelves(std::size_t query, std::span<const ItemIndex> right) {
    std::vector<ItemIndex> of_shelf[3];
    for (const auto item : right) {
      const auto i = static_cast<std::size_t>(item);
      of_shelf[static_cast<std::size_t>(i < shelves_.size() ? shelves_[i] : Shelf::kRare)]
          .push_back(item);
    }
    for (std::size_t s = 0; s < 3; ++s) {
      if (of_shelf[s].empty()) continue;
      const auto part = judged(query, of_shelf[s]);
      const auto name = std::string("recall_") + kShelfNames[s];
      for (const int k : options_.ks) {
        put(name.c_str(), k, query,
            recall(part, static_cast<std::size_t>(k), options_.denominator));
      }
    }
  }

  // Coverage and Gini index of the first k places.
  void add_spread(std::size_t k) {
    const auto n_groups = group_count(lists_.size());
    std::vector<std::int64_t> all(facts_.popularity.size());
    for (std::size_t q = 0; q < lists_.size(); ++q) {
      for (const auto item : list(q, k)) ++all[static_cast<std::size_t>(item)];
    }
    const auto is_empty = [](const std::vector<std::int64_t>& counts) {
      return std::all_of(counts.begin(), counts.end(), [](auto count) { return count == 0; });
    };
    const auto gini_of = [&](const auto& counts) { return is_empty(counts) ? 0 : gini(counts); };
    auto& covered = report_.totals[at("coverage", static_cast<int>(k))];
    auto& unequal = report_.totals[at("gini", static_cast<int>(k))];
    covered = {coverage(all), std::vector<double>(n_groups)};
    unequal = {gini_of(all), std::vector<double>(n_groups)};
    parallel_for(context_, static_cast<std::int64_t>(n_groups), 1,
                 [&](std::int64_t begin, std::int64_t, int) {
                   const auto group = static_cast<std::size_t>(begin);
                   auto rest = all;
                   for (std::size_t q = group; q < lists_.size(); q += n_groups) {
                     for (const auto item : list(q, k)) --rest[static_cast<std::size_t>(item)];
                   }
                   covered.without[group] = coverage(rest);
                   unequal.without[group] = gini_of(rest);
                 });
  }

  void add_calibration(std::size_t k) {
    const auto n_groups = group_count(lists_.size());
    auto& error = report_.totals[at("ece", static_cast<int>(k))];
    error = {expected_calibration_error(bins(k, [](std::size_t) { return true; })),
             std::vector<double>(n_groups)};
    parallel_for(context_, static_cast<std::int64_t>(n_groups), 1,
                 [&](std::int64_t begin, std::int64_t, int) {
                   const auto group = static_cast<std::size_t>(begin);
                   error.without[group] = expected_calibration_error(
                       bins(k, [&](std::size_t q) { return q % n_groups != group; }));
                 });
  }

  // Promised and kept, over the first k places of the queries that are asked.
  template <class IsAsked>
  [[nodiscard]] std::vector<ReliabilityBin> bins(std::size_t k, IsAsked&& is_asked) const {
    std::vector<double> probabilities;
    std::vector<std::uint8_t> outcomes;
    for (std::size_t q = 0; q < lists_.size(); ++q) {
      if (!is_asked(q)) continue;
      const auto right = relevant_[static_cast<std::int32_t>(q)];
      const auto ranked = list(q, k);
      for (std::size_t r = 0; r < ranked.size(); ++r) {
        const float promised = lists_.probabilities[q * lists_.width + r];
        if (std::isnan(promised)) continue;
        probabilities.push_back(promised);
        outcomes.push_back(std::binary_search(right.begin(), right.end(), ranked[r]) ? 1 : 0);
      }
    }
    return reliability_bins(probabilities, outcomes);
  }

  const ListTable& lists_;
  const IndexLists& relevant_;
  const ItemFacts& facts_;
  const EvaluateOptions& options_;
  const Context& context_;
  std::vector<Shelf> shelves_;
  std::int64_t total_events_ = 0;
  bool promises_ = false;
  Report report_;
};

std::vector<double> without_nothing(const std::vector<double>& values) {
  std::vector<double> kept;
  for (const double value : values) {
    if (!std::isnan(value)) kept.push_back(value);
  }
  return kept;
}

}  // namespace

std::size_t ListTable::length(std::size_t query) const {
  const auto row = items.subspan(query * width, width);
  return static_cast<std::size_t>(std::find(row.begin(), row.end(), kNoIndex) - row.begin());
}

Report evaluate(const ListTable& lists, const IndexLists& relevant, const ItemFacts& facts,
                const EvaluateOptions& options, const Context& context) {
  return Examiner(lists, relevant, facts, options, context).report();
}

Interval Report::interval(const std::string& metric, const BootstrapOptions& options,
                          const Context& context) const {
  if (const auto total = totals.find(metric); total != totals.end()) {
    return jackknife_interval(total->second, options.confidence);
  }
  const auto column = values.find(metric);
  if (column == values.end()) {
    throw std::invalid_argument("metric must be of the report, got " + metric);
  }
  const auto kept = without_nothing(column->second);
  if (kept.empty()) return {kNothing, kNothing, kNothing};
  return bootstrap_mean(kept, options, context);
}

Difference compare(const Report& ours, const Report& theirs, const std::string& metric,
                   const BootstrapOptions& options, const Context& context) {
  const auto our_total = ours.totals.find(metric), their_total = theirs.totals.find(metric);
  if (our_total != ours.totals.end() && their_total != theirs.totals.end()) {
    return jackknife_difference(our_total->second, their_total->second, options.confidence);
  }
  const auto our_column = ours.values.find(metric), their_column = theirs.values.find(metric);
  if (our_column == ours.values.end() || their_column == theirs.values.end()) {
    throw std::invalid_argument("metric must be of both reports, got " + metric);
  }
  const auto& a = our_column->second;
  const auto& b = their_column->second;
  require(a.size() == b.size(), "theirs", "have one value for each of ours", b.size());
  std::vector<double> kept_a, kept_b;
  for (std::size_t q = 0; q < a.size(); ++q) {
    if (std::isnan(a[q]) || std::isnan(b[q])) continue;
    kept_a.push_back(a[q]);
    kept_b.push_back(b[q]);
  }
  if (kept_a.empty()) return {{kNothing, kNothing, kNothing}, 1};
  return bootstrap_difference(kept_a, kept_b, options, context);
}

}  // namespace endcap
