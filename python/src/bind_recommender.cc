#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endcap/serving/recommender.h"
#include "event_rows.h"
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

Recommender open_shop(const std::filesystem::path& folder, std::optional<Catalog> catalog,
                      std::optional<Kinds> kinds, double fold_seconds, int threads) {
  const OpenOptions options{.catalog = std::move(catalog),
                            .kinds = std::move(kinds),
                            .fold_seconds = fold_seconds,
                            .context = {.threads = threads}};
  return Recommender::open(folder, options);
}

void refit(Recommender& shop, const std::string& target, Effort effort,
           std::vector<std::string> models, std::optional<double> time_budget, int threads,
           std::uint64_t seed, py::object progress) {
  PythonProgress reporter(std::move(progress));
  const FitOptions options{.target = target,
                           .effort = effort,
                           .models = std::move(models),
                           .time_budget_seconds = time_budget,
                           .context = {.seed = seed, .threads = threads, .progress = &reporter}};
  const py::gil_scoped_release release;
  shop.refit(options);
}

// The model, and its weights by purpose; None: as it is.
using WeightsRow = std::tuple<std::string, std::optional<float>, std::optional<float>,
                              std::optional<float>, std::optional<float>>;

void set_weights(Recommender& shop, const std::vector<WeightsRow>& rows) {
  std::vector<ModelWeights> weights;
  weights.reserve(rows.size());
  for (const auto& [name, explore, include, explore_first, include_first] : rows) {
    weights.push_back({name, explore, include, explore_first, include_first});
  }
  shop.set_weights(weights);
}

bool observe(Recommender& shop, const Id& user, const Id& item, const std::string& kind,
             std::optional<std::int64_t> time_us, std::string event_id, bool durable,
             bool session_only) {
  return shop.observe(user, item, kind,
                      {.time_us = time_us,
                       .event_id = std::move(event_id),
                       .durable = durable,
                       .session_only = session_only});
}

py::tuple arrays(Picks picks) {
  const auto n = static_cast<py::ssize_t>(picks.n);
  const auto k = static_cast<py::ssize_t>(picks.k);
  return py::make_tuple(to_numpy(std::move(picks.items), {n, k}),
                        to_numpy(std::move(picks.scores), {n, k}),
                        to_numpy(std::move(picks.probabilities), {n, k}),
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
      .def_readonly("weight_include", &ModelReport::weight_include)
      .def_readonly("weight_explore_first_visit", &ModelReport::weight_explore_first_visit)
      .def_readonly("weight_include_first_visit", &ModelReport::weight_include_first_visit);

  py::class_<Preference>(module, "Preference")
      .def(py::init([](Id value, std::string attribute, bool like, std::string source,
                       std::optional<std::int64_t> until_us) {
             return Preference{std::move(value), std::move(attribute), like, std::move(source),
                               until_us};
           }),
           "value"_a, "attribute"_a, "like"_a, "source"_a, "until_us"_a)
      .def_readonly("value", &Preference::value)
      .def_readonly("attribute", &Preference::attribute)
      .def_readonly("like", &Preference::like)
      .def_readonly("source", &Preference::source)
      .def_readonly("until_us", &Preference::until_us);
  py::class_<ForgetReceipt>(module, "ForgetReceipt")
      .def_readonly("ids", &ForgetReceipt::ids)
      .def_readonly("n_events", &ForgetReceipt::n_events)
      .def_readonly("exact", &ForgetReceipt::exact)
      .def_readonly("pending", &ForgetReceipt::pending);
  py::class_<Health>(module, "Health")
      .def_readonly("writable", &Health::writable)
      .def_readonly("problem", &Health::problem)
      .def_readonly("n_waiting", &Health::n_waiting)
      .def_readonly("models_behind", &Health::models_behind);

  using ReleaseGil = py::call_guard<py::gil_scoped_release>;
  py::class_<Recommender>(module, "Recommender")
      .def_static("fit", &fit, "events"_a, "catalog"_a, "target"_a, "effort"_a, "models"_a,
                  "time_budget"_a, "like"_a.none(true), "threads"_a, "seed"_a, "progress"_a)
      .def_static("load", &Recommender::load, "path"_a, ReleaseGil())
      .def_static("open", &open_shop, "folder"_a, "catalog"_a, "kinds"_a, "fold_seconds"_a,
                  "threads"_a, ReleaseGil())
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
              const std::string& filter, const std::string& scenario) {
             return many([&] { return shop.recommend_many(users, k, repeats, filter, scenario); });
           })
      .def("similar_many",
           [](const Recommender& shop, const std::vector<Id>& items, int k,
              const std::string& filter, const std::string& scenario) {
             return many([&] { return shop.similar_many(items, k, filter, scenario); });
           })
      .def("next_many",
           [](const Recommender& shop, const Events& histories, int k, Repeats repeats,
              const std::string& filter, const std::string& scenario) {
             return many([&] { return shop.next_many(histories, k, repeats, filter, scenario); });
           })
      .def("next_many",
           [](const Recommender& shop, const std::vector<std::vector<Id>>& histories, int k,
              Repeats repeats, const std::string& filter, const std::string& scenario) {
             return many([&] { return shop.next_many(histories, k, repeats, filter, scenario); });
           })
      .def("explain", &Recommender::explain, "user"_a, "item"_a, "repeats"_a, ReleaseGil())
      .def("observe", &observe, "user"_a, "item"_a, "kind"_a, "time_us"_a, "event_id"_a,
           "durable"_a, "session_only"_a, ReleaseGil())
      .def(
          "observe_many",
          [](Recommender& shop, const Events& events, bool durable) {
            return shop.observe_many(events, durable);
          },
          "events"_a, "durable"_a, ReleaseGil())
      .def(
          "observe_many",
          [](Recommender& shop, std::vector<EventRow> rows, bool durable) {
            return shop.observe_many(entries_of(std::move(rows)), durable);
          },
          "rows"_a, "durable"_a, ReleaseGil())
      .def("flush", &Recommender::flush, ReleaseGil())
      .def("refresh", &refresh, "threads"_a, "progress"_a)
      .def("refit", &refit, "target"_a, "effort"_a, "models"_a, "time_budget"_a, "threads"_a,
           "seed"_a, "progress"_a)
      .def("set_weights", &set_weights, "weights"_a, ReleaseGil())
      .def("merge", &Recommender::merge, "guest"_a, "user"_a, ReleaseGil())
      .def("unmerge", &Recommender::unmerge, "guest"_a, "user"_a, ReleaseGil())
      .def("ids_of", &Recommender::ids_of, "user"_a, ReleaseGil())
      .def("prefer", &Recommender::prefer, "user"_a, "preference"_a, ReleaseGil())
      .def("withdraw", &Recommender::withdraw, "user"_a, "value"_a, "attribute"_a, ReleaseGil())
      .def("preferences", &Recommender::preferences, "user"_a, ReleaseGil())
      .def("forget", &Recommender::forget, "user"_a, ReleaseGil())
      .def("health", &Recommender::health, ReleaseGil())
      .def("close", &Recommender::close, ReleaseGil())
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
      .def_property_readonly("kinds", &Recommender::kinds)
      .def_property_readonly("n_events", &Recommender::n_events)
      .def_property_readonly("models", &Recommender::models)
      .def_property_readonly("report", &Recommender::report);
}

}  // namespace endcap
