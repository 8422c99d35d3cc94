#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "bindings.h"
#include "endcap/retrieval/approximate_index.h"
#include "list_arrays.h"
#include "python_progress.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

using Floats = Vector<float>;

std::span<const float> floats_of(const Floats& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

std::shared_ptr<const ApproximateIndex> build_index(const Floats& vectors, std::int32_t width,
                                                    int links, int build_breadth, int breadth,
                                                    std::uint64_t seed) {
  PythonProgress progress;
  const auto rows = floats_of(vectors);
  const py::gil_scoped_release release;
  return ApproximateIndex::build(
      rows, width, {.links = links, .build_breadth = build_breadth, .breadth = breadth},
      {.seed = seed, .progress = &progress});
}

py::tuple search_index(const ApproximateIndex& index, const Floats& queries, int n_best) {
  const auto rows = floats_of(queries);
  auto arrays = [&] {
    const py::gil_scoped_release release;
    return ListArrays(index.search(rows, n_best), n_best);
  }();
  return std::move(arrays).to_python();
}

double recall_of(const ApproximateIndex& index, const Floats& queries, int n_best) {
  const auto rows = floats_of(queries);
  const py::gil_scoped_release release;
  return index.recall(rows, n_best);
}

}  // namespace

void bind_approximate_index(py::module_& module) {
  py::class_<ApproximateIndex, std::shared_ptr<ApproximateIndex>>(module, "ApproximateIndex")
      .def_static("build", &build_index, "vectors"_a, "width"_a, "links"_a, "build_breadth"_a,
                  "breadth"_a, "seed"_a)
      .def_property_readonly("n_items", &ApproximateIndex::n_items)
      .def("search", &search_index, "queries"_a, "N"_a)
      .def("recall", &recall_of, "queries"_a, "N"_a);
}

}  // namespace endcap
