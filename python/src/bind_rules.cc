#include <pybind11/stl.h>

#include "bindings.h"
#include "endcap/ranking/rules.h"
#include "endcap/serving/query.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {

void bind_rules(py::module_& module) {
  py::class_<Boost>(module, "Boost")
      .def(py::init([](std::string when, float factor) {
             return Boost{std::move(when), factor};
           }),
           "when"_a, "factor"_a)
      .def_readonly("when", &Boost::when)
      .def_readonly("factor", &Boost::factor);
  py::class_<Pin>(module, "Pin")
      .def(py::init([](Id item, int position) {
             return Pin{std::move(item), position};
           }),
           "item"_a, "position"_a)
      .def_readonly("item", &Pin::item)
      .def_readonly("position", &Pin::position);
  py::class_<Cap>(module, "Cap")
      .def(py::init([](std::string column, int at_most) {
             return Cap{std::move(column), at_most};
           }),
           "column"_a, "at_most"_a)
      .def_readonly("column", &Cap::column)
      .def_readonly("at_most", &Cap::at_most);
  py::class_<Hide>(module, "Hide")
      .def(py::init([](std::string kind, std::string when, double for_days) {
             return Hide{std::move(kind), std::move(when), for_days};
           }),
           "kind"_a, "when"_a, "for_days"_a)
      .def_readonly("kind", &Hide::kind)
      .def_readonly("when", &Hide::when)
      .def_readonly("for_days", &Hide::for_days);
  py::class_<Rules>(module, "Rules")
      .def(py::init())
      .def_readwrite("filter", &Rules::filter)
      .def_readwrite("allow", &Rules::allow)
      .def_readwrite("block", &Rules::block)
      .def_readwrite("hide", &Rules::hide)
      .def_readwrite("boosts", &Rules::boosts)
      .def_readwrite("pins", &Rules::pins)
      .def_readwrite("caps", &Rules::caps)
      .def_readwrite("variants", &Rules::variants)
      .def_readwrite("diversity", &Rules::diversity)
      .def_readwrite("diversity_by", &Rules::diversity_by)
      .def_readwrite("minimum_relevance", &Rules::minimum_relevance)
      .def_readwrite("rotation", &Rules::rotation)
      .def_readwrite("exploration", &Rules::exploration)
      .def_readwrite("seed", &Rules::seed)
      .def_readwrite("backfill", &Rules::backfill);

  py::enum_<Repeats>(module, "Repeats")
      .value("exclude", Repeats::kExclude)
      .value("include", Repeats::kInclude)
      .value("only", Repeats::kOnly);
  py::class_<Query>(module, "Query")
      .def(py::init())
      .def_readwrite("user", &Query::user)
      .def_readwrite("session", &Query::session)
      .def_readwrite("k", &Query::k)
      .def_readwrite("repeats", &Query::repeats)
      .def_readwrite("filter", &Query::filter)
      .def_readwrite("allow", &Query::allow)
      .def_readwrite("block", &Query::block)
      .def_readwrite("diversity", &Query::diversity)
      .def_readwrite("scenario", &Query::scenario)
      .def_readwrite("rules", &Query::rules)
      .def_readwrite("seed", &Query::seed)
      .def_readwrite("time_us", &Query::time_us);

  py::class_<Reason>(module, "Reason")
      .def_readonly("item", &Reason::item)
      .def_readonly("kind", &Reason::kind)
      .def_readonly("time_us", &Reason::time_us)
      .def_readonly("value", &Reason::value)
      .def_readonly("rule", &Reason::rule)
      .def("__repr__", [](const Reason& reason) {
        const auto text = py::str("Reason(item={!r}, kind={!r}, value={:+.4g}, rule={!r})");
        return text.format(reason.item, reason.kind, reason.value, reason.rule);
      });
  py::class_<Pick>(module, "Pick")
      .def_readonly("probability", &Pick::probability)
      .def_readonly("item", &Pick::item)
      .def_readonly("score", &Pick::score)
      .def_readonly("reasons", &Pick::reasons)
      .def_readonly("source", &Pick::source)
      .def_readonly("rule", &Pick::rule)
      .def_readonly("position", &Pick::position)
      .def_readonly("propensity", &Pick::propensity)
      .def("__repr__", [](const Pick& pick) {
        const auto text = py::str("Pick(item={!r}, score={:.4g}, reasons={!r})");
        return text.format(pick.item, pick.score, pick.reasons);
      });
  py::class_<Recommendation>(module, "Recommendation")
      .def_readonly("id", &Recommendation::id)
      .def_readonly("model_version", &Recommendation::model_version)
      .def_readonly("rules_version", &Recommendation::rules_version)
      .def_readonly("user", &Recommendation::user)
      .def_readonly("scenario", &Recommendation::scenario)
      .def_readonly("picks", &Recommendation::picks);
  py::class_<WhyNot>(module, "WhyNot")
      .def_readonly("reason", &WhyNot::reason)
      .def_readonly("detail", &WhyNot::detail)
      .def_readonly("position", &WhyNot::position)
      .def_readonly("rank", &WhyNot::rank)
      .def_readonly("score", &WhyNot::score);
}

}  // namespace endcap
