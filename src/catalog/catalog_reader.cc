#include "endcap/catalog/catalog_reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/number_text.h"
#include "endcap/base/utf8.h"
#include "endcap/events/time_text.h"
#include "endcap/ids/id_column.h"
#include "endcap/storage/csv_reader.h"
#include "endcap/storage/file.h"
#include "endcap/storage/text_file.h"

namespace endcap {
namespace {

using Row = std::vector<std::string>;

// The rows of the file as texts, and where each began.
struct Table {
  Row header;
  std::size_t item = 0;  // the column of the ids
  std::vector<Row> rows;
  std::vector<std::int64_t> lines;
};

std::optional<bool> boolean_from_text(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

bool fits(ColumnType type, const std::string& text) {
  if (text.empty()) return true;
  switch (type) {
    case ColumnType::kNumber:
      return number_from_text<double>(text).has_value();
    case ColumnType::kBoolean:
      return boolean_from_text(text).has_value() || text == "0" || text == "1";
    case ColumnType::kTime:
      return time_from_text(text).has_value();
    default:
      return true;
  }
}

void check_header(const Table& table, const CatalogReaderOptions& options,
                  const detail::BadRows& bad_rows) {
  std::string known;
  for (const auto& name : table.header) known += (known.empty() ? "" : ", ") + name;
  const auto check = [&](const std::string& name) {
    const auto n = std::count(table.header.begin(), table.header.end(), name);
    if (n == 0) bad_rows.fail("there is no column '" + name + "'; the columns are: " + known);
  };
  check(options.item);
  for (const auto& [name, type] : options.types) check(name);
  for (const auto& name : table.header) {
    if (std::count(table.header.begin(), table.header.end(), name) > 1) {
      bad_rows.fail("column '" + name + "' stands twice in the header");
    }
  }
}

Table read_table(CsvReader& csv, const CatalogReaderOptions& options, ReadReport& report,
                 detail::BadRows& bad_rows) {
  Table table;
  if (!csv.next()) bad_rows.fail("the file is empty");
  if (csv.problem() != nullptr) bad_rows.fail(std::string("the header: ") + csv.problem());
  table.header.assign(csv.fields().begin(), csv.fields().end());
  check_header(table, options, bad_rows);
  table.item = static_cast<std::size_t>(
      std::find(table.header.begin(), table.header.end(), options.item) - table.header.begin());
  for (; csv.next(); ++report.rows) {
    const auto fields = csv.fields();
    if (csv.problem() != nullptr) {
      bad_rows.add(csv.line(), csv.problem());
    } else if (fields.size() != table.header.size()) {
      bad_rows.add(csv.line(), "row has not as many fields as the header",
                   std::to_string(fields.size()));
    } else if (fields[table.item].empty()) {
      bad_rows.add(csv.line(), "item is missing");
    } else if (!std::all_of(fields.begin(), fields.end(), is_utf8)) {
      bad_rows.add(csv.line(), "row is not UTF-8");
    } else {
      table.rows.emplace_back(fields.begin(), fields.end());
      table.lines.push_back(csv.line());
    }
  }
  return table;
}

ColumnType guess_type(const Table& table, std::size_t column) {
  const std::string& name = table.header[column];
  if (name == "title" || name == "name" || name == "description") return ColumnType::kText;
  const auto all = [&](auto&& holds) {
    return std::all_of(table.rows.begin(), table.rows.end(),
                       [&](const Row& row) { return row[column].empty() || holds(row[column]); });
  };
  std::set<std::string_view> texts;
  std::size_t n_texts = 0;
  for (const auto& row : table.rows) {
    if (row[column].empty()) continue;
    texts.insert(row[column]);
    ++n_texts;
  }
  if (texts.empty()) return ColumnType::kText;
  if (all([](const auto& text) { return boolean_from_text(text).has_value(); })) {
    return ColumnType::kBoolean;
  }
  if (all([](const auto& text) { return number_from_text<double>(text).has_value(); })) {
    return ColumnType::kNumber;
  }
  if (all([](const auto& text) { return date_from_text(text).has_value(); })) {
    return ColumnType::kTime;
  }
  return 2 * texts.size() <= n_texts ? ColumnType::kCategory : ColumnType::kText;
}

// Leaves out the rows with a value that is not of its column's type.
void drop_misfits(Table& table, std::span<const ColumnType> types, detail::BadRows& bad_rows) {
  std::size_t n = 0;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    Row& row = table.rows[r];
    std::size_t c = 0;
    while (c < row.size() && (c == table.item || fits(types[c], row[c]))) ++c;
    if (c < row.size()) {
      bad_rows.add(table.lines[r], "column " + table.header[c] + " is not of its type", row[c]);
    } else if (n++ != r) {
      table.rows[n - 1] = std::move(row);
    }
  }
  table.rows.resize(n);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(separator));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

double number_of(const std::string& text) {
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (const auto boolean = boolean_from_text(text)) return *boolean ? 1 : 0;
  return *number_from_text<double>(text);
}

CatalogColumn column_of(const Table& table, std::size_t column, ColumnType type,
                        char tag_separator) {
  const auto values = [&](auto&& convert) {
    std::vector<decltype(convert(std::string()))> result;
    for (const auto& row : table.rows) result.push_back(convert(row[column]));
    return result;
  };
  CatalogColumn result{table.header[column], type, {}};
  switch (type) {
    case ColumnType::kNumber:
    case ColumnType::kBoolean:
      result.values = values(number_of);
      break;
    case ColumnType::kTime:
      result.values =
          values([](const std::string& text) { return time_from_text(text).value_or(kNoTime); });
      break;
    case ColumnType::kText:
    case ColumnType::kCategory:
      result.values = values([](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional(text);
      });
      break;
    case ColumnType::kTags:
      result.values = values([&](const std::string& text) { return split(text, tag_separator); });
      break;
  }
  return result;
}

std::vector<Id> ids_of(const Table& table) {
  IdColumn ids;
  for (const auto& row : table.rows) ids.add(row[table.item]);
  const auto [vocabulary, indices] = std::move(ids).finish();
  std::vector<Id> result;
  for (const auto index : indices) result.push_back(vocabulary.id(index));
  return result;
}

}  // namespace

ReadCatalog read_catalog_csv(const std::filesystem::path& path,
                             const CatalogReaderOptions& options) {
  require(options.max_bad_rows >= 0, "max_bad_rows", "be 0 or more", options.max_bad_rows);
  ReadReport report;
  detail::BadRows bad_rows(path.string(), options.max_bad_rows, report);
  const auto file = MappedFile::open(path);
  CsvReader csv(detail::text_of(*file, [&](const char* what) { bad_rows.fail(what); }),
                options.separator);
  Table table = read_table(csv, options, report, bad_rows);
  std::vector<ColumnType> types;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    const auto given = options.types.find(table.header[c]);
    types.push_back(given == options.types.end() ? guess_type(table, c) : given->second);
  }
  drop_misfits(table, types, bad_rows);
  if (table.rows.empty()) bad_rows.fail("no row can be read of " + std::to_string(report.rows));
  CatalogColumns columns{.ids = ids_of(table), .columns = {}};
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    if (c != table.item) {
      columns.columns.push_back(column_of(table, c, types[c], options.tag_separator));
    }
  }
  report.kept = static_cast<std::int64_t>(table.rows.size());
  return {Catalog(std::move(columns)), std::move(report)};
}

}  // namespace endcap
