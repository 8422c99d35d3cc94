#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "endcap/evaluation/beyond_accuracy.h"
#include "endcap/evaluation/bootstrap.h"
#include "endcap/evaluation/metrics.h"

namespace py = pybind11;

namespace endcap {
namespace {

template <class T>
using Numbers = py::array_t<T, py::array::c_style | py::array::forcecast>;
using Columns = std::map<std::string, std::vector<double>>;

template <class T>
std::span<const T> view(const Numbers<T>& numbers) {
  return {numbers.data(), static_cast<std::size_t>(numbers.size())};
}

// The lists of all queries as one matrix: a row ends at its first kNoIndex.
struct Lists {
  std::span<const ItemIndex> items;  // (n_queries, width)
  std::size_t width = 0;

  explicit Lists(const Numbers<ItemIndex>& matrix) : items(view(matrix)) {
    require(matrix.ndim() == 2, "items", "have two dimensions", matrix.ndim());
    width = static_cast<std::size_t>(matrix.shape(1));
  }
  [[nodiscard]] std::size_t size() const { return width == 0 ? 0 : items.size() / width; }
  [[nodiscard]] std::span<const ItemIndex> row(std::size_t query, std::size_t k) const {
    const auto whole = items.subspan(query * width, std::min(k, width));
    return whole.first(
        static_cast<std::size_t>(std::find(whole.begin(), whole.end(), kNoIndex) - whole.begin()));
  }
};

Columns query_metrics(const Numbers<ItemIndex>& items, const std::optional<Numbers<float>>& scores,
                      const Numbers<std::int64_t>& relevant_offsets,
                      const Numbers<ItemIndex>& relevant, const std::vector<std::size_t>& ks,
                      bool divide_by_min) {
  const Lists lists(items);
  const auto offsets = view(relevant_offsets);
  const auto right = view(relevant);
  const auto score = scores ? view(*scores) : std::span<const float>();
  require(offsets.size() == lists.size() + 1 && offsets.back() == relevant.size(),
          "relevant_offsets", "be (n_queries + 1,) and span relevant", offsets.size());
  require(!scores || score.size() == lists.items.size(), "scores", "have the shape of items",
          score.size());
  const auto denominator = divide_by_min ? Denominator::kMinOfKAndRelevant : Denominator::kRelevant;
  const py::gil_scoped_release release;
  Columns columns;
  for (std::size_t q = 0; q < lists.size(); ++q) {
    const auto ranked = lists.row(q, lists.width);
    const auto begin = static_cast<std::size_t>(offsets[q]);
    const auto end = static_cast<std::size_t>(offsets[q + 1]);
    const auto judged =
        judge(ranked, right.subspan(begin, end - begin),
              scores ? score.subspan(q * lists.width, ranked.size()) : std::span<const float>());
    for (const auto k : ks) {
      const auto put = [&](const char* name, double value) {
        columns[name + ("@" + std::to_string(k))].push_back(value);
      };
      put("recall", recall(judged, k, denominator));
      put("precision", precision(judged, k));
      put("hit_rate", hit_rate(judged, k));
      put("mrr", reciprocal_rank(judged, k));
      put("map", average_precision(judged, k, denominator));
      put("ndcg", ndcg(judged, k));
    }
  }
  return columns;
}

py::dict list_metrics(const Numbers<ItemIndex>& items, const Numbers<std::int64_t>& popularity,
                      std::size_t k) {
  const Lists lists(items);
  const auto events = view(popularity);
  std::int64_t total = 0;
  for (const auto n : events) total += n;
  std::vector<std::int64_t> counts(events.size());
  std::vector<double> surprise;
  for (std::size_t q = 0; q < lists.size(); ++q) {
    const auto ranked = lists.row(q, k);
    for (const auto item : ranked) {
      require(0 <= item && static_cast<std::size_t>(item) < counts.size(), "items",
              "be in [0, n_items)", item);
      ++counts[static_cast<std::size_t>(item)];
    }
    surprise.push_back(novelty(ranked, events, total));
  }
  py::dict metrics;
  metrics["novelty"] = surprise;
  metrics["coverage"] = coverage(counts);
  metrics["gini"] = gini(counts);
  return metrics;
}

py::tuple as_tuple(const Interval& interval) {
  return py::make_tuple(interval.mean, interval.low, interval.high);
}

}  // namespace

void bind_evaluation(py::module_& module) {
  module.def("query_metrics", &query_metrics, py::arg("items"), py::arg("scores"),
             py::arg("relevant_offsets"), py::arg("relevant"), py::arg("ks"),
             py::arg("divide_by_min"),
             "Metric name to one value a query; items (n, width), a row ends at its first -1.");
  module.def("list_metrics", &list_metrics, py::arg("items"), py::arg("popularity"), py::arg("k"),
             "Novelty of each query; coverage and Gini index of all lists together.");
  module.def(
      "bootstrap_mean",
      [](const Numbers<double>& values, double confidence, std::uint64_t seed) {
        return as_tuple(bootstrap_mean(view(values), {.confidence = confidence}, {.seed = seed}));
      },
      py::arg("values"), py::arg("confidence"), py::arg("seed"), "Mean, low and high end.");
  module.def(
      "bootstrap_difference",
      [](const Numbers<double>& ours, const Numbers<double>& theirs, double confidence,
         std::uint64_t seed) {
        const auto difference = bootstrap_difference(view(ours), view(theirs),
                                                     {.confidence = confidence}, {.seed = seed});
        return py::make_tuple(as_tuple(difference.interval), difference.p_value);
      },
      py::arg("ours"), py::arg("theirs"), py::arg("confidence"), py::arg("seed"),
      "((mean, low, high) of ours - theirs, two-sided p-value).");
}

}  // namespace endcap
