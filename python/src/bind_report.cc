#include <pybind11/stl.h>

#include "bindings.h"
#include "endcap/tuning/fit_report.h"
#include "interval_tuple.h"

namespace py = pybind11;

namespace endcap {
namespace {

// A property of one value for each purpose.
template <class Owner, class Value, class Convert>
auto by_purpose(Value (Owner::*member)[kPurposes], Convert&& convert) {
  return [=](const Owner& owner) {
    static_assert(kPurposes == 4);
    const auto& values = owner.*member;
    return py::make_tuple(convert(values[0]), convert(values[1]), convert(values[2]),
                          convert(values[3]));
  };
}

constexpr auto kAsIs = [](const auto& value) { return value; };

}  // namespace

void bind_report(py::module_& module) {
  py::class_<TriedModel>(module, "TriedModel")
      .def_readonly("name", &TriedModel::name)
      .def_readonly("fate", &TriedModel::fate)
      .def_readonly("fit_seconds", &TriedModel::fit_seconds)
      .def_readonly("n_bytes", &TriedModel::n_bytes)
      .def_property_readonly("weights", by_purpose(&TriedModel::weights, kAsIs))
      .def_property_readonly("alone", by_purpose(&TriedModel::alone, as_tuple))
      .def_property_readonly("gain", by_purpose(&TriedModel::gain, as_tuple));
  py::class_<FitReport>(module, "FitReport")
      .def_readonly("held_out", &FitReport::held_out)
      .def_readonly("n_train", &FitReport::n_train)
      .def_readonly("n_held_out", &FitReport::n_held_out)
      .def_readonly("n_hold_outs", &FitReport::n_hold_outs)
      .def_readonly("begin_us", &FitReport::begin_us)
      .def_readonly("cut_us", &FitReport::cut_us)
      .def_readonly("end_us", &FitReport::end_us)
      .def_property_readonly("n_queries", by_purpose(&FitReport::n_queries, kAsIs))
      .def_property_readonly("blend", by_purpose(&FitReport::blend, as_tuple))
      .def_property_readonly("best_model", by_purpose(&FitReport::best_model, kAsIs))
      .def_property_readonly("over_best", by_purpose(&FitReport::over_best, as_tuple))
      .def_readonly("models", &FitReport::models)
      .def_readonly("warnings", &FitReport::warnings)
      .def_readonly("seconds", &FitReport::seconds);
}

}  // namespace endcap
