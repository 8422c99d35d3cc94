#include "endcap/tuning/fit_report.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "endcap/base/error.h"
#include "endcap/base/parallel.h"
#include "endcap/tuning/blend_problem.h"

namespace endcap {
namespace {

constexpr int kCutoff = 20;

// One figure per query and column, (n_queries, n_columns).
class QueryTable {
 public:
  QueryTable(std::int64_t n_queries, std::size_t n_columns)
      : n_columns_(n_columns), values_(static_cast<std::size_t>(n_queries) * n_columns) {}

  double& at(std::int64_t query, std::size_t column) {
    return values_[static_cast<std::size_t>(query) * n_columns_ + column];
  }
  [[nodiscard]] std::size_t n_queries() const { return values_.size() / n_columns_; }

  // The mean of one column less another, if there is one, and its interval.
  [[nodiscard]] Interval mean(std::size_t column, std::size_t less) const {
    double sum = 0, squares = 0;
    const auto n = static_cast<double>(n_queries());
    for (std::size_t query = 0; query < n_queries(); ++query) {
      const double* row = values_.data() + query * n_columns_;
      const double value = row[column] - (less < n_columns_ ? row[less] : 0);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / n;
    const double reach = 1.96 * std::sqrt(std::max(0.0, squares / n - mean * mean) / n);
    return {mean, mean - reach, mean + reach};
  }
  [[nodiscard]] Interval mean(std::size_t column) const { return mean(column, n_columns_); }

 private:
  std::size_t n_columns_;
  std::vector<double> values_;
};

void put_interval(RecordWriter& record, const Interval& interval) {
  record.put(interval.mean);
  record.put(interval.low);
  record.put(interval.high);
}

Interval get_interval(RecordReader& record) {
  Interval interval;
  for (auto* part : {&interval.mean, &interval.low, &interval.high}) {
    *part = record.get<double>();
    require(std::isfinite(*part), "interval", "be finite", *part);
  }
  return interval;
}

void put_model(RecordWriter& record, const TriedModel& model) {
  record.put(model.name);
  record.put(model.fate);
  record.put(model.fit_seconds);
  record.put(model.n_bytes);
  for (std::size_t p = 0; p < kPurposes; ++p) {
    record.put(model.weights[p]);
    put_interval(record, model.alone[p]);
    put_interval(record, model.gain[p]);
  }
}

TriedModel get_model(RecordReader& record) {
  TriedModel model{.name = record.text()};
  model.fate = record.text();
  model.fit_seconds = record.get<double>();
  model.n_bytes = record.get<std::int64_t>();
  for (std::size_t p = 0; p < kPurposes; ++p) {
    model.weights[p] = record.get<float>();
    model.alone[p] = get_interval(record);
    model.gain[p] = get_interval(record);
  }
  return model;
}

}  // namespace

Examination examine(const BlendProblem& problem, std::span<const float> weights,
                    const Context& context) {
  const auto n_models = static_cast<std::size_t>(problem.n_features);
  const Eigen::Map<const Eigen::VectorXf> w(weights.data(), problem.n_features);
  // The blend, then each model alone, then the blend without each.
  QueryTable table(problem.n_queries(), 1 + 2 * n_models);
  parallel_for(context, problem.n_queries(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto query = begin; query < end; ++query) {
      const auto rows = detail::rows_of(problem, query);
      const Eigen::VectorXf all = rows * w;
      table.at(query, 0) = detail::ndcg_of(problem, query, all, kCutoff);
      for (std::size_t m = 0; m < n_models; ++m) {
        const Eigen::VectorXf own = rows.col(static_cast<Eigen::Index>(m));
        table.at(query, 1 + m) = detail::ndcg_of(problem, query, own, kCutoff);
        table.at(query, 1 + n_models + m) =
            weights[m] == 0 ? table.at(query, 0)
                            : detail::ndcg_of(problem, query, all - weights[m] * own, kCutoff);
      }
    }
  });
  Examination found{.n_queries = problem.n_queries(), .blend = table.mean(0)};
  for (std::size_t m = 0; m < n_models; ++m) {
    found.alone.push_back(table.mean(1 + m));
    found.gain.push_back(table.mean(0, 1 + n_models + m));
    if (m == 0 || found.alone[m].mean > found.alone[static_cast<std::size_t>(found.best)].mean) {
      found.best = static_cast<std::int32_t>(m);
    }
  }
  if (found.best != kNoIndex) {
    found.over_best = table.mean(0, 1 + static_cast<std::size_t>(found.best));
  }
  return found;
}

Interval ndcg_gain(const BlendProblem& problem, std::span<const float> scores,
                   std::span<const float> over, const Context& context) {
  QueryTable table(problem.n_queries(), 2);
  parallel_for(context, problem.n_queries(), 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto query = begin; query < end; ++query) {
      const auto ndcg = [&](std::span<const float> by_row) {
        return detail::ndcg_of(problem, query, detail::scores_of(problem, query, by_row), kCutoff);
      };
      table.at(query, 0) = ndcg(scores);
      table.at(query, 1) = over.empty() ? 0 : ndcg(over);
    }
  });
  return table.mean(0, 1);
}

void FitReport::note(std::size_t purpose, std::span<const float> weights,
                     const Examination& found) {
  n_queries[purpose] = found.n_queries;
  blend[purpose] = found.blend;
  over_best[purpose] = found.over_best;
  if (found.best != kNoIndex) {
    best_model[purpose] = models[static_cast<std::size_t>(found.best)].name;
  }
  for (std::size_t m = 0; m < found.alone.size(); ++m) {
    models[m].weights[purpose] = weights[m];
    models[m].alone[purpose] = found.alone[m];
    models[m].gain[purpose] = found.gain[m];
  }
}

TriedModel* FitReport::find(std::string_view name) {
  const auto model = std::find_if(models.begin(), models.end(),
                                  [&](const auto& tried) { return tried.name == name; });
  return model == models.end() ? nullptr : &*model;
}

void put_report(RecordWriter& record, const FitReport& report) {
  record.put(report.held_out);
  for (const auto number : {report.n_train, report.n_held_out, report.n_hold_outs, report.begin_us,
                            report.cut_us, report.end_us}) {
    record.put(number);
  }
  for (std::size_t p = 0; p < kPurposes; ++p) {
    record.put(report.n_queries[p]);
    put_interval(record, report.blend[p]);
    record.put(report.best_model[p]);
    put_interval(record, report.over_best[p]);
  }
  record.put<std::uint64_t>(report.models.size());
  for (const auto& model : report.models) put_model(record, model);
  record.put<std::uint64_t>(report.warnings.size());
  for (const auto& warning : report.warnings) record.put(warning);
  record.put(report.seconds);
}

FitReport get_report(RecordReader& record) {
  FitReport report{.held_out = record.text()};
  for (auto* number : {&report.n_train, &report.n_held_out, &report.n_hold_outs, &report.begin_us,
                       &report.cut_us, &report.end_us}) {
    *number = record.get<std::int64_t>();
  }
  for (std::size_t p = 0; p < kPurposes; ++p) {
    report.n_queries[p] = record.get<std::int64_t>();
    report.blend[p] = get_interval(record);
    report.best_model[p] = record.text();
    report.over_best[p] = get_interval(record);
  }
  for (auto n = record.get<std::uint64_t>(); report.models.size() < n;) {
    report.models.push_back(get_model(record));
  }
  for (auto n = record.get<std::uint64_t>(); report.warnings.size() < n;) {
    report.warnings.push_back(record.text());
  }
  report.seconds = record.get<double>();
  return report;
}

}  // namespace endcap
