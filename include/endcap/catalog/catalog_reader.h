#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "endcap/catalog/catalog.h"
#include "endcap/storage/read_report.h"

namespace endcap {

struct CatalogReaderOptions {
  std::string item = "item";  // the column that holds the ids
  // The types of columns by name. The others are kBoolean if all their values are true or false,
  // kNumber if all are numbers, kTime if all are ISO 8601, kCategory if each text stands in two
  // rows on average, else kText; title, name and description are kText.
  std::map<std::string, ColumnType> types = {};
  char separator = ',';
  char tag_separator = '|';         // between the texts of a kTags column
  std::int64_t max_bad_rows = 100;  // >= 0: more rows that cannot be read are an error
};

struct ReadCatalog {
  Catalog catalog;
  ReadReport report;
};

// Reads a catalogue of UTF-8 text with a header. Empty fields are missing values; a row that cannot
// be read, or has a value that is not of its column's type, is left out and reported.
// Throws std::invalid_argument if the item column or one in `types` is not there, if an item stands
// twice, if more than max_bad_rows rows cannot be read, naming the first ones, or if none can;
// std::system_error if the file cannot be opened.
[[nodiscard]] ReadCatalog read_catalog_csv(const std::filesystem::path& path,
                                           const CatalogReaderOptions& options = {});

}  // namespace endcap
