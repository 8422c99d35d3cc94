#include "endcap/tuning/fit_reranker.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "endcap/tuning/boosting.h"
#include "endcap/tuning/fit_report.h"
#include "endcap/tuning/reranker.h"
#include "endcap/tuning/training_budget.h"

namespace endcap {
namespace {

constexpr std::int64_t kParts = 4;  // of the cross-validation: queries that follow each other

// The best candidates of some queries as the trees see them.
class RerankedRows {
 public:
  RerankedRows(const BlendProblem& problem, std::span<const float> weights,
               const std::vector<bool>& is_prior)
      : problem_(problem), weights_(weights), scores_(blend_scores(problem, weights)) {
    for (std::size_t f = 0; f < weights.size(); ++f) {
      if (weights[f] == 0) continue;
      (is_prior[f] ? of_prior_ : terms_).push_back(static_cast<std::int32_t>(f));
    }
  }

  [[nodiscard]] const std::vector<std::int32_t>& terms() const { return terms_; }
  [[nodiscard]] const std::vector<float>& scores() const { return scores_; }

  // Places of the query's best candidates among all rows.
  [[nodiscard]] std::vector<std::int64_t> best(std::int64_t query) const {
    const auto begin = problem_.offsets[static_cast<std::size_t>(query)];
    const auto end = problem_.offsets[static_cast<std::size_t>(query) + 1];
    std::vector<std::int64_t> places(static_cast<std::size_t>(end - begin));
    std::iota(places.begin(), places.end(), begin);
    const auto n = std::min<std::ptrdiff_t>(std::ssize(places), Reranker::kDepth);
    std::partial_sort(places.begin(), places.begin() + n, places.end(), [&](auto a, auto b) {
      return score(a) != score(b) ? score(a) > score(b) : a < b;
    });
    places.resize(static_cast<std::size_t>(n));
    return places;
  }

  // Calls look(place, features) for each of them.
  template <class Look>
  void for_each_best(std::int64_t query, Look&& look) const {
    const auto rows = detail::rows_of(problem_, query);
    std::vector<float> values(terms_.size() + 1);
    for (const auto place : best(query)) {
      const auto row = place - problem_.offsets[static_cast<std::size_t>(query)];
      const auto weighted = [&](std::int32_t f) {
        return weights_[static_cast<std::size_t>(f)] * rows(row, f);
      };
      std::ranges::transform(terms_, values.begin(), weighted);
      values.back() = 0;
      for (const auto f : of_prior_) values.back() += weighted(f);
      look(place, values);
    }
  }

  // Those of all queries but [begin, end).
  [[nodiscard]] RankedRows without(std::int64_t begin, std::int64_t end) const {
    RankedRows rows{.n_features = static_cast<std::int32_t>(terms_.size() + 1)};
    for (std::int64_t query = 0; query < problem_.n_queries(); ++query) {
      if (begin <= query && query < end) continue;
      std::uint32_t n = 0;
      for_each_best(query, [&](std::int64_t place, const std::vector<float>& values) {
        rows.features.insert(rows.features.end(), values.begin(), values.end());
        rows.scores.push_back(score(place));
        rows.relevant.push_back(problem_.relevant[static_cast<std::size_t>(place)]);
        ++n;
      });
      rows.lengths.push_back(n);
    }
    return rows;
  }

 private:
  [[nodiscard]] float score(std::int64_t place) const {
    return scores_[static_cast<std::size_t>(place)];
  }

  const BlendProblem& problem_;
  std::span<const float> weights_;
  std::vector<float> scores_;  // (n_rows,), by the blend
  std::vector<std::int32_t> terms_, of_prior_;
};

}  // namespace

FittedReranker fit_reranker(const BlendProblem& problem, std::span<const float> weights,
                            const std::vector<bool>& is_prior, const Context& context) {
  const auto start = std::chrono::steady_clock::now();
  const RerankedRows rows(problem, weights, is_prior);
  FittedReranker fitted{.terms = rows.terms(), .trees = {}, .gain = {}, .scores = rows.scores()};
  const auto n = problem.n_queries();
  for (std::int64_t part = 0; part < kParts; ++part) {
    const auto begin = part * n / kParts, end = (part + 1) * n / kParts;
    const auto trees = boost_trees(rows.without(begin, end), {}, context);
    for (auto query = begin; query < end; ++query) {
      rows.for_each_best(query, [&](std::int64_t place, const std::vector<float>& values) {
        fitted.scores[static_cast<std::size_t>(place)] += trees.predict(values);
      });
    }
  }
  fitted.gain = ndcg_gain(problem, fitted.scores, rows.scores(), context);
  if (fitted.wins()) fitted.trees = boost_trees(rows.without(0, 0), {}, context);
  fitted.seconds = seconds_since(start);
  return fitted;
}

}  // namespace endcap
