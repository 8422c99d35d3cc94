#include <pybind11/stl.h>

#include "bindings.h"
#include "endcap/base/build_info.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {

void bind_build_info(py::module_& module) {
  module.def("build_info", [] {
    const BuildInfo info = build_info();
    return py::dict("version"_a = info.version, "compiler"_a = info.compiler,
                    "instructions"_a = info.instructions, "kernels"_a = info.kernels,
                    "levels"_a = info.levels, "eigen"_a = info.eigen, "sqlite"_a = info.sqlite,
                    "json"_a = info.json, "hnswlib"_a = info.hnswlib, "xgboost"_a = info.xgboost,
                    "threads"_a = info.threads);
  });
}

}  // namespace endcap
