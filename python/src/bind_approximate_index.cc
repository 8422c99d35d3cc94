#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endcap/retrieval/approximate_index.h"
#include "python_progress.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

using Matrix = Vector<float>;

std::span<const float> rows_of(const Matrix& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

std::shared_ptr<const ApproximateIndex> build(const Matrix& vectors, std::int32_t width, int links,
                                              int build_breadth, int breadth, std::uint64_t seed) {
  PythonProgress progress;
  const auto rows = rows_of(vectors);
  const py::gil_scoped_release release;
  return ApproximateIndex::build(
      rows, width, {.links = links, .build_breadth = build_breadth, .breadth = breadth},
      {.seed = seed, .progress = &progress});
}

// Arrays (n, N) of items (-1: none) and scores (NaN).
py::tuple search(const ApproximateIndex& index, const Matrix& queries, int n_best) {
  const auto rows = rows_of(queries);
  std::vector<ItemIndex> items;
  std::vector<float> scores;
  std::size_t n_queries = 0;
  {
    const py::gil_scoped_release release;
    const auto lists = index.search(rows, n_best);
    n_queries = lists.size();
    const auto n = static_cast<std::size_t>(n_best);
    items.assign(n_queries * n, kNoIndex);
    scores.assign(items.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t q = 0; q < n_queries; ++q) {
      for (std::size_t place = q * n; const auto& [item, score] : lists[q]) {
        items[place] = item;
        scores[place++] = score;
      }
    }
  }
  const auto n = static_cast<py::ssize_t>(n_queries);
  return py::make_tuple(to_numpy(std::move(items), {n, n_best}),
                        to_numpy(std::move(scores), {n, n_best}));
}

double recall(const ApproximateIndex& index, const Matrix& queries, int n_best) {
  const auto rows = rows_of(queries);
  const py::gil_scoped_release release;
  return index.recall(rows, n_best);
}

}  // namespace

void bind_approximate_index(py::module_& module) {
  py::class_<ApproximateIndex, std::shared_ptr<ApproximateIndex>>(module, "ApproximateIndex")
      .def_static("build", &build, "vectors"_a, "width"_a, "links"_a, "build_breadth"_a,
                  "breadth"_a, "seed"_a)
      .def_property_readonly("n_items", &ApproximateIndex::n_items)
      .def("search", &search, "queries"_a, "N"_a)
      .def("recall", &recall, "queries"_a, "N"_a);
}

}  // namespace endcap
