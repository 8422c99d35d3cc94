#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bindings.h"
#include "endcap/events/event_reader.h"
#include "endcap/events/events.h"
#include "endcap/events/session_key.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

Vocabulary vocabulary_of_texts(const std::vector<std::string>& sorted) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<char> bytes;
  for (const auto& text : sorted) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  return {std::move(offsets), std::move(bytes)};
}

py::list ids_of(const Vocabulary& vocabulary) {
  py::list ids;
  for (std::int32_t i = 0; i < vocabulary.size(); ++i) ids.append(vocabulary.id(i));
  return ids;
}

Events events_of(Vocabulary users, Vocabulary items, Kinds kinds, Order order,
                 const Vector<std::int32_t>& user, const Vector<std::int32_t>& item,
                 const Vector<std::int16_t>& kind, const Vector<std::int64_t>& time_us,
                 const Vector<float>& quantity, const Vector<float>& price,
                 const Vector<std::int32_t>& session) {
  EventColumns columns;
  columns.users = std::move(users);
  columns.items = std::move(items);
  columns.kinds = std::move(kinds);
  columns.order = order;
  columns.user = to_vector(user);
  columns.item = to_vector(item);
  columns.kind = to_vector(kind);
  columns.time_us = to_vector(time_us);
  columns.quantity = to_vector(quantity);
  columns.price = to_vector(price);
  columns.session = to_vector(session);
  const py::gil_scoped_release release;
  return Events(std::move(columns));
}

template <class Read>
py::tuple read(Read&& reader, const std::filesystem::path& path,
               const EventReaderOptions& options) {
  auto result = [&] {
    const py::gil_scoped_release release;
    return reader(path, options);
  }();
  py::list bad;
  for (const auto& row : result.report.bad) bad.append(py::make_tuple(row.line, row.reason));
  return py::make_tuple(std::move(result.events), result.report.rows, result.report.kept, bad);
}

EventReaderOptions reader_options(const py::dict& columns, Kinds kinds, char separator,
                                  std::int64_t max_bad_rows) {
  EventReaderOptions options;
  const auto take = [&](const char* name, std::string& field) {
    if (columns.contains(name)) field = py::cast<std::string>(columns[name]);
  };
  take("user", options.user);
  take("item", options.item);
  take("kind", options.kind);
  take("time", options.time);
  take("quantity", options.quantity);
  take("price", options.price);
  take("session", options.session);
  options.kinds = std::move(kinds);
  options.separator = separator;
  options.max_bad_rows = max_bad_rows;
  return options;
}

}  // namespace

void bind_events(py::module_& module) {
  py::enum_<Order>(module, "Order")
      .value("NONE", Order::kNone)
      .value("SEQUENCE", Order::kSequence)
      .value("TIME", Order::kTime);

  py::class_<Kinds>(module, "Kinds")
      .def(py::init<>())
      .def("add", &Kinds::add, "name"_a, "weight"_a)
      .def("set_weight", &Kinds::set_weight, "name"_a, "weight"_a)
      .def("at", [](const Kinds& kinds, const std::string& name) { return kinds.at(name); })
      .def("__contains__",
           [](const Kinds& kinds, const std::string& name) { return kinds.find(name).has_value(); })
      .def("items", [](const Kinds& kinds) {
        py::list items;
        for (std::int16_t kind = 0; kind < kinds.size(); ++kind) {
          items.append(py::make_tuple(kinds[kind].name, kinds[kind].weight));
        }
        return items;
      });

  py::class_<Vocabulary>(module, "Vocabulary")
      .def_static("of_numbers",
                  [](const Vector<std::int64_t>& sorted) { return Vocabulary(to_vector(sorted)); })
      .def_static("of_texts", &vocabulary_of_texts)
      .def("__len__", &Vocabulary::size)
      .def("ids", &ids_of)
      .def("is_same", &Vocabulary::is_same);

  py::class_<Events>(module, "Events")
      .def(py::init(&events_of), "users"_a, "items"_a, "kinds"_a, "order"_a, "user"_a, "item"_a,
           "kind"_a, "time_us"_a, "quantity"_a, "price"_a, "session"_a)
      .def("__len__", &Events::size)
      .def_property_readonly("users", &Events::users)
      .def_property_readonly("items", &Events::items)
      .def_property_readonly("kinds", &Events::kinds)
      .def_property_readonly("order", &Events::order)
      .def_property_readonly("begin_us", &Events::begin_us)
      .def_property_readonly("end_us", &Events::end_us)
      .def("kind_counts", [](const Events& events) {
        std::vector<std::int64_t> counts(static_cast<std::size_t>(events.kinds().size()));
        for (const auto kind : events.kind()) ++counts[static_cast<std::size_t>(kind)];
        return counts;
      });

  module.def("session_keys", [](const Vocabulary& ids, const Vector<std::int32_t>& indices) {
    return to_numpy(session_keys(ids, to_vector(indices)), {indices.size()});
  });
  module.def("order_of_rows",
             [](const Vector<std::int32_t>& user, const Vector<std::int32_t>& item) {
               return order_of_rows(to_vector(user), to_vector(item));
             });

  py::class_<EventReaderOptions>(module, "EventReaderOptions")
      .def(py::init(&reader_options), "columns"_a, "kinds"_a, "separator"_a, "max_bad_rows"_a);
  module.def("read_events_csv",
             [](const std::filesystem::path& path, const EventReaderOptions& options) {
               return read(read_events_csv, path, options);
             });
  module.def("read_events_json_lines",
             [](const std::filesystem::path& path, const EventReaderOptions& options) {
               return read(read_events_json_lines, path, options);
             });
}

}  // namespace endcap
