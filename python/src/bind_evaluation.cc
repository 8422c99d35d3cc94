#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endcap/evaluation/evaluate.h"
#include "endcap/evaluation/split.h"
#include "endcap/serving/evaluate_shop.h"
#include "endcap/serving/recommender.h"
#include "interval_tuple.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

template <class T>
std::span<const T> view(const Vector<T>& numbers) {
  return {numbers.data(), static_cast<std::size_t>(numbers.size())};
}

template <class T>
std::span<const T> view(const std::optional<Vector<T>>& numbers) {
  return numbers ? view(*numbers) : std::span<const T>();
}

IndexLists lists_of(const Vector<std::int64_t>& offsets, const Vector<std::int32_t>& values,
                    std::int32_t n_values) {
  return {n_values, to_vector(offsets), to_vector(values)};
}

std::vector<int> checked(std::vector<int> ks) {
  require(!ks.empty(), "k", "name a number of places", ks.size());
  return ks;
}

EvaluateOptions options_of(std::vector<int> ks, bool divide_by_min) {
  return {.ks = checked(std::move(ks)),
          .denominator = divide_by_min ? Denominator::kMinOfKAndRelevant : Denominator::kRelevant};
}

Report evaluate_lists(const Vector<ItemIndex>& items, const std::optional<Vector<float>>& scores,
                      const std::optional<Vector<float>>& probabilities,
                      const Vector<std::int64_t>& relevant_offsets,
                      const Vector<ItemIndex>& relevant, std::int32_t n_items,
                      const std::optional<Vector<std::int64_t>>& popularity,
                      const std::optional<Vector<double>>& price, std::optional<IndexLists> labels,
                      std::vector<int> ks, bool divide_by_min) {
  require(items.ndim() == 2, "items", "have two dimensions", items.ndim());
  const auto options = options_of(std::move(ks), divide_by_min);
  const ListTable lists{.width = static_cast<std::size_t>(items.shape(1)),
                        .items = view(items),
                        .scores = view(scores),
                        .probabilities = view(probabilities)};
  const auto right = lists_of(relevant_offsets, relevant, n_items);
  const ItemFacts facts{.popularity = view(popularity),
                        .price = view(price),
                        .labels = labels ? std::move(*labels) : IndexLists()};
  const py::gil_scoped_release release;
  return evaluate(lists, right, facts, options);
}

Report evaluate_shop(const Recommender& shop, const Split& split, std::vector<int> ks,
                     Repeats repeats, bool divide_by_min, int threads) {
  const auto options = options_of(std::move(ks), divide_by_min);
  const py::gil_scoped_release release;
  return evaluate(shop, split,
                  {.ks = options.ks, .repeats = repeats, .denominator = options.denominator},
                  {.threads = threads});
}

py::dict columns_of(const Report& report) {
  py::dict columns;
  for (const auto& [name, values] : report.values) {
    columns[py::str(name)] = to_numpy(values, {static_cast<py::ssize_t>(values.size())});
  }
  return columns;
}

py::dict totals_of(const Report& report) {
  py::dict totals;
  for (const auto& [name, total] : report.totals) totals[py::str(name)] = total.value;
  return totals;
}

void bind_splits(py::module_& module) {
  py::class_<Split>(module, "Split")
      .def_readonly("train", &Split::train)
      .def_readonly("histories", &Split::histories)
      .def_readonly("relevant", &Split::relevant)
      .def_readonly("known", &Split::known);
  const auto options = [](const std::string& target, std::uint64_t seed) {
    return SplitOptions{.target = target, .seed = seed};
  };
  module.def("split_by_time",
             [=](const Events& events, std::int64_t cut_us, const std::string& target) {
               return split_by_time(events, cut_us, options(target, 0));
             });
  module.def("split_last", [=](const Events& events, int n, const std::string& target) {
    return split_last(events, n, options(target, 0));
  });
  module.def("split_baskets", [=](const Events& events, int n, const std::string& target) {
    return split_baskets(events, n, options(target, 0));
  });
  module.def("split_sessions", [=](const Events& events, double share, const std::string& target,
                                   std::uint64_t seed) {
    return split_sessions(events, share, options(target, seed));
  });
  module.def("split_cold_items",
             [=](const Events& events, double share, std::optional<std::int64_t> cut_us,
                 const std::string& target, std::uint64_t seed) {
               return split_cold_items(events, share, cut_us, options(target, seed));
             });
  module.def("split_users", [=](const Events& events, int fold, int folds, double share,
                                const std::string& target, std::uint64_t seed) {
    return split_users(events, fold, folds, share, options(target, seed));
  });
  module.def("split_at_random", [=](const Events& events, double share, const std::string& target,
                                    std::uint64_t seed) {
    return split_at_random(events, share, options(target, seed));
  });
}

}  // namespace

void bind_evaluation(py::module_& module) {
  bind_splits(module);
  py::class_<ReliabilityBin>(module, "ReliabilityBin")
      .def_readonly("low", &ReliabilityBin::low)
      .def_readonly("high", &ReliabilityBin::high)
      .def_readonly("count", &ReliabilityBin::count)
      .def_readonly("predicted", &ReliabilityBin::predicted)
      .def_readonly("observed", &ReliabilityBin::observed);
  py::class_<Report>(module, "Evaluation")
      .def_property_readonly("values", &columns_of)
      .def_property_readonly("totals", &totals_of)
      .def_readonly("reliability", &Report::reliability)
      .def("interval",
           [](const Report& report, const std::string& metric, double confidence,
              std::uint64_t seed) {
             return as_tuple(report.interval(metric, {.confidence = confidence}, {.seed = seed}));
           })
      .def("compare", [](const Report& ours, const Report& theirs, const std::string& metric,
                         double confidence, std::uint64_t seed) {
        const auto gain = compare(ours, theirs, metric, {.confidence = confidence}, {.seed = seed});
        return py::make_tuple(as_tuple(gain.interval), gain.p_value);
      });
  py::class_<IndexLists>(module, "IndexLists").def(py::init(&lists_of));
  module.def("evaluate_lists", &evaluate_lists, "items"_a, "scores"_a, "probabilities"_a,
             "relevant_offsets"_a, "relevant"_a, "n_items"_a, "popularity"_a, "price"_a, "labels"_a,
             "ks"_a, "divide_by_min"_a);
  module.def("evaluate_shop", &evaluate_shop, "shop"_a, "split"_a, "ks"_a, "repeats"_a,
             "divide_by_min"_a, "threads"_a);
}

}  // namespace endcap
