#include <pybind11/pybind11.h>

#include <exception>
#include <system_error>

#include "bindings.h"
#include "endcap/base/error.h"

namespace py = pybind11;

namespace {

// std::system_error as OSError(errno, text); UnknownIdError and CorruptFileError as the package's.
void translate_errors(py::module_& module) {
  py::register_exception<endcap::CorruptFileError>(module, "CorruptFileError", PyExc_ValueError);
  py::register_exception<endcap::UnknownIdError>(module, "UnknownIdError", PyExc_KeyError);
  // NOLINTNEXTLINE(performance-unnecessary-value-param): the type that pybind11 wants.
  py::register_exception_translator([](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::system_error& failure) {
      const auto arguments = py::make_tuple(failure.code().value(), failure.what());
      PyErr_SetObject(PyExc_OSError, arguments.ptr());
    }
  });
}

}  // namespace

// One module for each instruction level; to Python all are endcap._core.
PYBIND11_MODULE(ENDCAP_MODULE, module) {
  module.attr("__name__") = "endcap._core";
  module.doc() = "The C++ core of endcap; the package endcap is its face.";
  translate_errors(module);
  endcap::bind_build_info(module);
  endcap::bind_events(module);
  endcap::bind_event_log(module);
  endcap::bind_catalog(module);
  endcap::bind_rules(module);
  endcap::bind_report(module);
  endcap::bind_recommender(module);
  endcap::bind_check_files(module);
  endcap::bind_approximate_index(module);
  endcap::bind_models(module);
  endcap::bind_evaluation(module);
}
