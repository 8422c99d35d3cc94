#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <optional>

#include "bindings.h"
#include "endcap/serving/recommender.h"
#include "python_progress.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

Recommender fit(const Events& events, const Catalog& catalog, const std::string& target,
                Effort effort, std::vector<std::string> models, std::optional<double> time_budget,
                const Recommender* like, int threads, std::uint64_t seed, py::object progress) {
  PythonProgress reporter(std::move(progress));
  const FitOptions options{.target = target,
                           .effort = effort,
                           .models = std::move(models),
                           .time_budget_seconds = time_budget,
                           .like = like,
                           .context = {.seed = seed, .threads = threads, .progress = &reporter}};
  const py::gil_scoped_release release;
  return Recommender::fit(events, catalog, options);
}

void refresh(Recommender& shop, int threads, py::object progress) {
  PythonProgress reporter(std::move(progress));
  const py::gil_scoped_release release;
  shop.refresh({.threads = threads, .progress = &reporter});
}

py::tuple arrays(Picks picks) {
  const auto n = static_cast<py::ssize_t>(picks.n);
  const auto k = static_cast<py::ssize_t>(picks.k);
  return py::make_tuple(to_numpy(std::move(picks.items), {n, k}),
                        to_numpy(std::move(picks.scores), {n, k}),
                        to_numpy(std::move(picks.counts), {n}), std::move(picks.vocabulary));
}

// Runs a question without the GIL; its result as arrays.
template <class Ask>
py::tuple many(Ask&& ask) {
  auto picks = [&] {
    const py::gil_scoped_release release;
    return ask();
  }();
  return arrays(std::move(picks));
}

}  // namespace

void bind_recommender(py::module_& module) {
  py::enum_<Effort>(module, "Effort")
      .value("fast", Effort::kFast)
      .value("balanced", Effort::kBalanced)
      .value("best", Effort::kBest);
  py::class_<Explanation>(module, "Explanation")
      .def_readonly("item", &Explanation::item)
      .def_readonly("score", &Explanation::score)
      .def_readonly("base", &Explanation::base)
      .def_readonly("reasons", &Explanation::reasons);
  py::class_<ModelReport>(module, "ModelReport")
      .def_readonly("name", &ModelReport::name)
      .def_readonly("fit_seconds", &ModelReport::fit_seconds)
      .def_readonly("ndcg_alone", &ModelReport::ndcg_alone)
      .def_readonly("weight_explore", &ModelReport::weight_explore)
      .def_readonly("weight_include", &ModelReport::weight_include);

  using ReleaseGil = py::call_guard<py::gil_scoped_release>;
  py::class_<Recommender>(module, "Recommender")
      .def_static("fit", &fit, "events"_a, "catalog"_a, "target"_a, "effort"_a, "models"_a,
                  "time_budget"_a, "like"_a.none(true), "threads"_a, "seed"_a, "progress"_a)
      .def_static("load", &Recommender::load, "path"_a, ReleaseGil())
      .def("save", &Recommender::save, "path"_a, ReleaseGil())
      .def("recommend", &Recommender::recommend, "query"_a, ReleaseGil())
      .def("recommend_page", &Recommender::recommend_page, "queries"_a, ReleaseGil())
      .def("why_not", &Recommender::why_not, "query"_a, "item"_a, ReleaseGil())
      .def("replay", &Recommender::replay, "recommendation_id"_a, ReleaseGil())
      .def("set_rules", &Recommender::set_rules, "scenario"_a, "rules"_a, ReleaseGil())
      .def("remove_rules", &Recommender::remove_rules, "scenario"_a, ReleaseGil())
      .def("rules", &Recommender::rules, "scenario"_a, ReleaseGil())
      .def_property_readonly("scenarios", &Recommender::scenarios)
      .def("similar", &Recommender::similar, "item"_a, "k"_a, ReleaseGil())
      .def("bought_together", &Recommender::bought_together, "items"_a, "k"_a, ReleaseGil())
      .def("buy_again", &Recommender::buy_again, "user"_a, "k"_a, ReleaseGil())
      .def("recommend_many",
           [](const Recommender& shop, const std::vector<Id>& users, int k, Repeats repeats,
              const std::string& filter) {
             return many([&] { return shop.recommend_many(users, k, repeats, filter); });
           })
      .def("similar_many",
           [](const Recommender& shop, const std::vector<Id>& items, int k,
              const std::string& filter) {
             return many([&] { return shop.similar_many(items, k, filter); });
           })
      .def("next_many",
           [](const Recommender& shop, const Events& histories, int k, Repeats repeats,
              const std::string& filter) {
             return many([&] { return shop.next_many(histories, k, repeats, filter); });
           })
      .def("next_many",
           [](const Recommender& shop, const std::vector<std::vector<Id>>& histories, int k,
              Repeats repeats, const std::string& filter) {
             return many([&] { return shop.next_many(histories, k, repeats, filter); });
           })
      .def("explain", &Recommender::explain, "user"_a, "item"_a, ReleaseGil())
      .def("observe", &Recommender::observe, "user"_a, "item"_a, "kind"_a, "time_us"_a,
           ReleaseGil())
      .def("refresh", &refresh, "threads"_a, "progress"_a)
      .def("history",
           [](const Recommender& shop, const Id& user) {
             py::list events;
             for (const auto& event : shop.history(user)) {
               events.append(py::make_tuple(event.item, event.kind, event.time_us));
             }
             return events;
           })
      .def_property_readonly("users", &Recommender::users)
      .def_property_readonly("items", &Recommender::items)
      .def_property_readonly("catalog", &Recommender::catalog)
      .def_property_readonly("n_events", &Recommender::n_events)
      .def_property_readonly("models", &Recommender::models);
}

}  // namespace endcap
