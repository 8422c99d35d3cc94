#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "bindings.h"
#include "endcap/serving/check_files.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

using Row = std::tuple<std::string, std::string, std::vector<std::string>>;

std::vector<Row> rows_of(const std::filesystem::path& path) {
  std::vector<Row> rows;
  for (const auto& [file, kind, problems] : check_files(path)) {
    rows.emplace_back(file.string(), kind, problems);
  }
  return rows;
}

}  // namespace

void bind_check_files(py::module_& module) {
  module.def("check_files", &rows_of, "path"_a, py::call_guard<py::gil_scoped_release>());
}

}  // namespace endcap
