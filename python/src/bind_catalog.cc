#include <pybind11/stl.h>

#include "bindings.h"
#include "endcap/catalog/catalog.h"

namespace py = pybind11;
using pybind11::literals::operator""_a;

namespace endcap {
namespace {

CatalogColumn column(std::string name, ColumnType type, const py::object& values) {
  CatalogColumn column{.name = std::move(name), .type = type, .values = {}};
  switch (type) {
    case ColumnType::kNumber:
    case ColumnType::kBoolean:
      column.values = py::cast<Numbers>(values);
      break;
    case ColumnType::kTime:
      column.values = py::cast<Times>(values);
      break;
    case ColumnType::kText:
    case ColumnType::kCategory:
      column.values = py::cast<Texts>(values);
      break;
    case ColumnType::kTags:
      column.values = py::cast<Tags>(values);
      break;
  }
  return column;
}

Catalog catalog_of(std::vector<Id> ids,
                   const std::vector<std::tuple<std::string, ColumnType, py::object>>& columns) {
  CatalogColumns all{.ids = std::move(ids), .columns = {}};
  for (const auto& [name, type, values] : columns) {
    all.columns.push_back(column(name, type, values));
  }
  const py::gil_scoped_release release;
  return Catalog(std::move(all));
}

// The item's value of a column, None where missing or where the item is not in the catalogue.
py::object value(const Catalog& catalog, const Id& item, const std::string& name) {
  const auto row = catalog.items().find(item);
  const auto column = catalog.column(name);
  if (!row) return py::none();
  switch (catalog.type(column)) {
    case ColumnType::kNumber:
    case ColumnType::kBoolean: {
      const double number = catalog.number(*row, column);
      return number != number ? py::none() : py::object(py::float_(number));
    }
    case ColumnType::kTime: {
      const auto time = catalog.time_us(*row, column);
      return time == kNoTime ? py::none() : py::object(py::int_(time));
    }
    case ColumnType::kTags:
      return py::cast(catalog.tags(*row, column));
    default:
      return py::cast(catalog.text(*row, column));
  }
}

}  // namespace

void bind_catalog(py::module_& module) {
  py::enum_<ColumnType>(module, "ColumnType")
      .value("NUMBER", ColumnType::kNumber)
      .value("BOOLEAN", ColumnType::kBoolean)
      .value("TIME", ColumnType::kTime)
      .value("TEXT", ColumnType::kText)
      .value("CATEGORY", ColumnType::kCategory)
      .value("TAGS", ColumnType::kTags);
  module.attr("NO_TIME") = kNoTime;

  py::class_<Catalog>(module, "Catalog")
      .def(py::init<>())
      .def(py::init(&catalog_of), "ids"_a, "columns"_a)
      .def("__len__", [](const Catalog& catalog) { return catalog.items().size(); })
      .def_property_readonly("items", &Catalog::items)
      .def_property_readonly("column_names", &Catalog::column_names)
      .def("type", [](const Catalog& c, const std::string& name) { return c.type(c.column(name)); })
      .def("value", &value, "item"_a, "column"_a)
      .def_property_readonly("title_column",
                             [](const Catalog& catalog) -> std::optional<std::string> {
                               const auto column = catalog.title_column();
                               if (!column) return std::nullopt;
                               return catalog.column_names()[static_cast<std::size_t>(*column)];
                             });
}

}  // namespace endcap
