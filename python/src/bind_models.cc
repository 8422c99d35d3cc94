#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings.h"
#include "csr_row.h"
#include "endcap/base/parallel.h"
#include "endcap/events/events.h"
#include "endcap/models/als.h"
#include "endcap/models/ease.h"
#include "endcap/models/item_knn.h"
#include "endcap/models/popularity.h"
#include "endcap/models/recommend.h"
#include "endcap/models/rp3beta.h"
#include "endcap/models/sequential_rules.h"
#include "endcap/models/session_knn.h"
#include "endcap/models/slist.h"
#include "endcap/models/turbo_cf.h"
#include "endcap/ranking/item_mask.h"
#include "list_arrays.h"
#include "python_progress.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

// A CSR matrix as scipy keeps it.
Interactions interactions_of(std::int32_t n_columns, const Vector<std::int64_t>& indptr,
                             const Vector<std::int32_t>& indices, const Vector<float>& data) {
  auto offsets = to_vector(indptr);
  auto columns = to_vector(indices);
  auto values = to_vector(data);
  const py::gil_scoped_release release;
  return Interactions::from_csr(
      CsrMatrix(n_columns, std::move(offsets), std::move(columns), std::move(values)));
}

using Items = std::vector<ItemIndex>;

// What a list may hold.
ItemMask mask_of(std::int32_t n_items, const Items& filter_items,
                 const std::optional<Items>& items) {
  ItemMask mask;  // of all
  if (items || !filter_items.empty()) mask = ItemMask(n_items, !items.has_value());
  const auto set = [&](const char* name, ItemIndex item, bool allowed) {
    require_in_range(0 <= item && item < n_items, name, "hold items of the model", item);
    mask.set(item, allowed);
  };
  if (items) {
    for (const auto item : *items) set("items", item, true);
  }
  for (const auto item : filter_items) set("filter_items", item, false);
  return mask;
}

// The N best items of each row's history: arrays (n, N) of items (-1: none) and scores (NaN).
py::tuple recommend_rows(const Scorer& model, const Interactions& rows, int n_best,
                         bool filter_liked, const Items& filter_items,
                         const std::optional<Items>& items, int threads) {
  const auto mask = mask_of(model.n_items(), filter_items, items);
  PythonProgress progress;
  const Context context{.threads = threads, .progress = &progress};
  auto arrays = [&] {
    const py::gil_scoped_release release;
    const auto lists = recommend(
        model, rows, {.k = n_best, .exclude_history = filter_liked},
        [&](ItemIndex item) { return mask.allows(item); }, context);
    return ListArrays(lists, n_best);
  }();
  return std::move(arrays).to_python();
}

// The at most N best items of one history, and their scores.
py::tuple recommend_one(const Scorer& model, std::span<const Interaction> events, int n_best,
                        bool filter_liked, const ItemMask& mask) {
  std::vector<ScoredItem> list;
  {
    const py::gil_scoped_release release;
    list = recommend(model, History{events}, {.k = n_best, .exclude_history = filter_liked},
                     [&](ItemIndex item) { return mask.allows(item); });
  }
  py::array_t<ItemIndex> items(static_cast<py::ssize_t>(list.size()));
  py::array_t<float> scores(items.size());
  std::transform(list.begin(), list.end(), items.mutable_data(), [](auto& a) { return a.item; });
  std::transform(list.begin(), list.end(), scores.mutable_data(), [](auto& a) { return a.score; });
  return py::make_tuple(std::move(items), std::move(scores));
}

// The list of one row of a CSR matrix; None if the row is not a usual one.
py::object recommend_row(const Scorer& model, const py::array& indptr, const py::array& indices,
                         const py::array& data, std::int64_t row, int n_best, bool filter_liked,
                         const Items& filter_items, const std::optional<Items>& items) {
  const CsrRow known(model.n_items(), indptr, indices, data, row);
  if (!known.is_usual()) return py::none();
  return recommend_one(model, known.events(), n_best, filter_liked,
                       mask_of(model.n_items(), filter_items, items));
}

// The list of what comes after these items, oldest first.
py::tuple next_items(const Scorer& model, const Items& history, int n_best, bool repeats) {
  std::vector<Interaction> events;
  for (const auto item : history) {
    require_in_range(0 <= item && item < model.n_items(), "history", "hold items of the model",
                     item);
    events.push_back({.time_us = std::ssize(events), .item = item});
  }
  return recommend_one(model, events, n_best, !repeats, {});
}

// The vectors of the rows' histories: (n, factors).
py::array user_factors(const Als& model, const Interactions& rows, int threads) {
  PythonProgress progress;
  const Context context{.threads = threads, .progress = &progress};
  const auto width = static_cast<std::size_t>(model.width());
  std::vector<float> vectors(static_cast<std::size_t>(rows.n_users()) * width);
  {
    const py::gil_scoped_release release;
    parallel_for(context, rows.n_users(), 16, [&](std::int64_t begin, std::int64_t end, int) {
      for (auto row = begin; row < end; ++row) {
        const auto x = model.vector_of(rows.history(static_cast<UserIndex>(row)));
        std::copy(x.begin(), x.end(), &vectors[static_cast<std::size_t>(row) * width]);
      }
    });
  }
  return to_numpy(std::move(vectors), {rows.n_users(), model.width()});
}

// Fits a model without the GIL; Ctrl-C ends it.
template <class Fit>
auto fitted(int threads, Fit&& fit) {
  PythonProgress progress;
  const Context context{.threads = threads, .progress = &progress};
  const py::gil_scoped_release release;
  return fit(context);
}

}  // namespace

void bind_models(py::module_& module) {
  py::class_<Interactions>(module, "Interactions")
      .def(py::init(&interactions_of), "n_columns"_a, "indptr"_a, "indices"_a, "data"_a)
      .def(py::init([](const Events& events) {
             const py::gil_scoped_release release;
             return events.interactions();
           }),
           "events"_a)
      .def_property_readonly("n_users", &Interactions::n_users)
      .def_property_readonly("n_items", &Interactions::n_items);

  py::class_<Scorer, std::shared_ptr<Scorer>>(module, "Scorer")
      .def_property_readonly("n_items", &Scorer::n_items)
      .def("recommend", &recommend_rows, "rows"_a, "N"_a, "filter_liked"_a, "filter_items"_a,
           "items"_a, "threads"_a)
      .def("recommend_row", &recommend_row, "indptr"_a, "indices"_a, "data"_a, "row"_a, "N"_a,
           "filter_liked"_a, "filter_items"_a, "items"_a)
      .def("next", &next_items, "history"_a, "N"_a, "repeats"_a)
      .def("explain", [](const Scorer& model, const Interactions& rows, ItemIndex item) {
        require_in_range(0 <= item && item < model.n_items(), "itemid", "be an item of the model",
                         item);
        const auto history = rows.history(0);
        std::vector<float> parts(history.events.size());
        const float rest = model.explain(history, item, parts);
        return py::make_tuple(rest, parts);
      });

  const auto bind = [&]<class Model, class Fit>(const char* name, std::type_identity<Model>,
                                                Fit&& fit) {
    py::class_<Model, Scorer, std::shared_ptr<Model>> bound(module, name);
    bound.def_static("fit", fit);
    return bound;
  };
  bind("Popularity", std::type_identity<Popularity>(),
       [](const Interactions& x, float half_life_days, float half_life_visitors, int threads) {
         const PopularityOptions options{.half_life_days = half_life_days,
                                         .half_life_visitors = half_life_visitors};
         return fitted(threads, [&](const Context&) { return Popularity::fit(x, options); });
       });
  bind("Rp3Beta", std::type_identity<Rp3Beta>(),
       [](const Interactions& x, float alpha, float beta, int neighbors, int max_events,
          int threads) {
         const Rp3BetaOptions options{
             .alpha = alpha, .beta = beta, .neighbors = neighbors, .max_events = max_events};
         return fitted(threads,
                       [&](const Context& context) { return Rp3Beta::fit(x, options, context); });
       });
  bind("Ease", std::type_identity<Ease>(),
       [](const Interactions& x, float regularization, float user_power, int neighbors,
          int max_events, int threads) {
         const EaseOptions options{.regularization = regularization,
                                   .user_power = user_power,
                                   .neighbors = neighbors,
                                   .max_events = max_events};
         return fitted(threads,
                       [&](const Context& context) { return Ease::fit(x, options, context); });
       });
  bind("SequentialRules", std::type_identity<SequentialRules>(),
       [](const Interactions& x, int window, float gap_power, float backward, float row_power,
          int neighbors, int threads) {
         const SequentialRulesOptions options{.window = window,
                                              .gap_power = gap_power,
                                              .backward = backward,
                                              .row_power = row_power,
                                              .neighbors = neighbors};
         return fitted(threads, [&](const Context& context) {
           return SequentialRules::fit(x, options, context);
         });
       });
  bind("Als", std::type_identity<Als>(),
       [](const Interactions& x, std::int32_t factors, float regularization, float unobserved,
          std::int32_t iterations, bool use_event_weights, std::uint64_t seed, int threads) {
         const AlsOptions options{.factors = factors,
                                  .unobserved = unobserved,
                                  .regularization = regularization,
                                  .iterations = iterations,
                                  .use_event_weights = use_event_weights};
         return fitted(threads, [&](Context context) {
           context.seed = seed;
           return Als::fit(x, options, context);
         });
       })
      .def("item_factors",
           [](const Als& model) {
             const auto& items = model.items();
             return to_numpy(std::vector<float>(items.begin(), items.end()),
                             {model.n_items(), model.width()});
           })
      .def("user_factors", &user_factors, "rows"_a, "threads"_a);
  bind("Slist", std::type_identity<Slist>(),
       [](const Interactions& x, float regularization, float alpha, float future_decay,
          int neighbors, int row_size, bool repeats, int max_events, int threads) {
         const SlistOptions options{.regularization = regularization,
                                    .alpha = alpha,
                                    .future_decay = future_decay,
                                    .neighbors = neighbors,
                                    .row_size = row_size,
                                    .repeats = repeats,
                                    .max_events = max_events};
         return fitted(threads,
                       [&](const Context& context) { return Slist::fit(x, options, context); });
       });
  bind("SessionKnn", std::type_identity<SessionKnn>(),
       [](const Interactions& x, int neighbors, int sessions, int max_events, float history_span,
          float neighbor_span, float match_span, float idf_weight, float age_share, int threads) {
         const SessionKnnOptions options{.neighbors = neighbors,
                                         .sessions = sessions,
                                         .max_events = max_events,
                                         .history_span = history_span,
                                         .neighbor_span = neighbor_span,
                                         .match_span = match_span,
                                         .idf_weight = idf_weight,
                                         .age_share = age_share};
         return fitted(
             threads, [&](const Context& context) { return SessionKnn::fit(x, options, context); });
       });
  bind("ItemKnn", std::type_identity<ItemKnn>(),
       [](const Interactions& x, float shrinkage, int neighbors, int max_events, int threads) {
         const ItemKnnOptions options{
             .shrinkage = shrinkage, .neighbors = neighbors, .max_events = max_events};
         return fitted(threads,
                       [&](const Context& context) { return ItemKnn::fit(x, options, context); });
       });
  bind("TurboCf", std::type_identity<TurboCf>(),
       [](const Interactions& x, float alpha, float power, int neighbors, int max_events,
          int threads) {
         const TurboCfOptions options{
             .alpha = alpha, .power = power, .neighbors = neighbors, .max_events = max_events};
         return fitted(threads,
                       [&](const Context& context) { return TurboCf::fit(x, options, context); });
       });
}

}  // namespace endcap
