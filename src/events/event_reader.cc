#include "endcap/events/event_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "endcap/storage/csv_reader.h"
#include "endcap/storage/file.h"
#include "endcap/storage/text_file.h"
#include "event_collector.h"

#ifdef ENDCAP_HAS_JSON
#include <nlohmann/json.hpp>
#endif

namespace endcap {
namespace {

using detail::EventCollector;
using detail::TextRow;

// A field of a row and the option that names its column.
struct Column {
  TextRow::Field TextRow::*field;
  std::string EventReaderOptions::*name;
  bool is_needed;
};

constexpr std::array<Column, 7> kColumns = {{
    {&TextRow::user, &EventReaderOptions::user, true},
    {&TextRow::item, &EventReaderOptions::item, true},
    {&TextRow::kind, &EventReaderOptions::kind, false},
    {&TextRow::time, &EventReaderOptions::time, false},
    {&TextRow::quantity, &EventReaderOptions::quantity, false},
    {&TextRow::price, &EventReaderOptions::price, false},
    {&TextRow::session, &EventReaderOptions::session, false},
}};

// Whether the caller counts on this column.
bool is_expected(const Column& column, const EventReaderOptions& options) {
  return column.is_needed || options.*column.name != EventReaderOptions().*column.name;
}

std::string joined(std::span<const std::string> names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Where each of kColumns stands in the header.
std::array<std::optional<std::size_t>, kColumns.size()> places_of(
    std::span<const std::string> header, const EventReaderOptions& options,
    const EventCollector& collector) {
  std::array<std::optional<std::size_t>, kColumns.size()> places;
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const std::string& name = options.*kColumns[c].name;
    const auto found = std::find(header.begin(), header.end(), name);
    if (found != header.end()) {
      places[c] = static_cast<std::size_t>(found - header.begin());
      if (std::find(found + 1, header.end(), name) != header.end()) {
        collector.fail("column '" + name + "' stands twice in the header");
      }
    } else if (is_expected(kColumns[c], options)) {
      collector.fail("there is no column '" + name + "'; the columns are: " + joined(header));
    }
  }
  return places;
}

}  // namespace

ReadEvents read_events_csv(const std::filesystem::path& path, const EventReaderOptions& options) {
  EventCollector collector(path, options);
  const auto file = MappedFile::open(path);
  CsvReader csv(detail::text_of(*file, [&](const char* what) { collector.fail(what); }),
                options.separator);
  if (!csv.next()) collector.fail("the file is empty");
  if (csv.problem() != nullptr) collector.fail(std::string("the header: ") + csv.problem());
  const auto places = places_of(csv.fields(), options, collector);
  const std::size_t n_fields = csv.fields().size();
  while (csv.next()) {
    const auto fields = csv.fields();
    if (csv.problem() != nullptr) {
      collector.add_bad(csv.line(), csv.problem());
    } else if (fields.size() != n_fields) {
      collector.add_bad(csv.line(), "row has not as many fields as the header",
                        std::to_string(fields.size()));
    } else {
      TextRow row;
      for (std::size_t c = 0; c < kColumns.size(); ++c) {
        if (places[c]) (row.*kColumns[c].field).text = fields[*places[c]];
      }
      collector.add(csv.line(), row);
    }
  }
  return std::move(collector).finish();
}

#ifdef ENDCAP_HAS_JSON
namespace {

constexpr std::size_t kMaxLineBytes = 1 << 20;

// Puts the fields of one line into `row`, their texts into `texts`. Returns what is wrong, or null.
const char* parse_object(std::string_view line, const EventReaderOptions& options,
                         std::array<std::string, kColumns.size()>& texts, TextRow& row) {
  if (line.size() > kMaxLineBytes) return "line is longer than 1 MiB";
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (object.is_discarded()) return "line is not JSON in UTF-8";
  if (!object.is_object()) return "line is not a JSON object";
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto found = object.find(options.*kColumns[c].name);
    if (found == object.end() || found->is_null()) continue;
    if (!found->is_string() && !found->is_number()) return "field is neither text nor number";
    const bool is_id = kColumns[c].is_needed || kColumns[c].field == &TextRow::session;
    if (is_id && found->is_number_float()) return "id is a number with a fraction";
    texts[c] = found->is_string() ? found->get<std::string>() : found->dump();
    row.*kColumns[c].field = {texts[c], found->is_string()};
  }
  return nullptr;
}

}  // namespace

ReadEvents read_events_json_lines(const std::filesystem::path& path,
                                  const EventReaderOptions& options) {
  EventCollector collector(path, options);
  const auto file = MappedFile::open(path);
  auto rest = detail::text_of(*file, [&](const char* what) { collector.fail(what); });
  std::array<std::string, kColumns.size()> texts;
  std::array<bool, kColumns.size()> seen = {};
  for (std::int64_t number = 1; !rest.empty(); ++number) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    TextRow row;
    if (const char* problem = parse_object(line, options, texts, row)) {
      collector.add_bad(number, problem);
      continue;
    }
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      seen[c] = seen[c] || !(row.*kColumns[c].field).text.empty();
    }
    collector.add(number, row);
  }
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (!seen[c] && is_expected(kColumns[c], options)) {
      collector.fail("no line has a key '" + options.*kColumns[c].name + "'");
    }
  }
  return std::move(collector).finish();
}
#else
ReadEvents read_events_json_lines(const std::filesystem::path&, const EventReaderOptions&) {
  throw std::runtime_error(
      "this endcap was built without nlohmann/json (Debian: nlohmann-json3-dev): it reads no JSON "
      "Lines");
}
#endif

}  // namespace endcap
