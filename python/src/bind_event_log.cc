#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endcap/events/event_log.h"
#include "endcap/events/memory_event_log.h"
#include "endcap/events/sqlite_event_log.h"
#include "event_rows.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

EventRow row_of(const LoggedEvent& entry) {
  const Event& event = entry.event;
  const auto price = std::isnan(event.price) ? std::nullopt : std::optional(event.price);
  return {event.user,     event.item, event.kind,    event.time_us,
          event.quantity, price,      event.session, entry.event_id};
}

std::int64_t append(EventLog& log, std::vector<EventRow> rows, bool durable) {
  const py::gil_scoped_release release;
  return log.append(entries_of(std::move(rows)), durable);
}

std::int64_t append_events(EventLog& log, const Events& events, bool durable) {
  const py::gil_scoped_release release;
  std::vector<LoggedEvent> entries;
  entries.reserve(static_cast<std::size_t>(events.size()));
  for (std::int64_t e = 0; e < events.size(); ++e) entries.push_back({events.event(e), ""});
  return log.append(entries, durable);
}

std::vector<EventRow> rows_of(const std::vector<LoggedEvent>& entries) {
  std::vector<EventRow> rows;
  rows.reserve(entries.size());
  for (const auto& entry : entries) rows.push_back(row_of(entry));
  return rows;
}

std::vector<EventRow> replay(const EventLog& log) {
  std::vector<EventRow> rows;
  log.replay([&rows](const LoggedEvent& entry) { rows.push_back(row_of(entry)); });
  return rows;
}

std::unique_ptr<EventLog> open(const std::filesystem::path& path) {
  return SqliteEventLog::open(path);
}

}  // namespace

void bind_event_log(py::module_& module) {
  py::class_<LogHealth>(module, "LogHealth")
      .def_readonly("writable", &LogHealth::writable)
      .def_readonly("n_events", &LogHealth::n_events)
      .def_readonly("problem", &LogHealth::problem);

  using ReleaseGil = py::call_guard<py::gil_scoped_release>;
  py::class_<EventLog>(module, "EventLog")
      .def(py::init(
          []() -> std::unique_ptr<EventLog> { return std::make_unique<MemoryEventLog>(); }))
      .def_static("open", &open, "path"_a, ReleaseGil())
      .def("append", &append, "rows"_a, "durable"_a)
      .def("append_events", &append_events, "events"_a, "durable"_a)
      .def("flush", &EventLog::flush, ReleaseGil())
      .def("replay", &replay, ReleaseGil())
      .def(
          "events_of",
          [](const EventLog& log, const Id& user) { return rows_of(log.events_of(user)); },
          "user"_a, ReleaseGil())
      .def("erase_user", &EventLog::erase_user, "user"_a, ReleaseGil())
      .def("set_note", &EventLog::set_note, "name"_a, "text"_a, ReleaseGil())
      .def("note", &EventLog::note, "name"_a, ReleaseGil())
      .def("note_names", &EventLog::note_names, ReleaseGil())
      .def("health", &EventLog::health, ReleaseGil())
      .def("verify", &EventLog::verify, ReleaseGil())
      .def("compact", &EventLog::compact, ReleaseGil())
      .def("close", &EventLog::close, ReleaseGil());
}

}  // namespace endcap
