#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "endcap/events/events.h"
#include "endcap/storage/read_report.h"

namespace endcap {

struct EventReaderOptions {
  // How the file calls its columns (CSV) or keys (JSON Lines). User and item must be there, and
  // each other one whose name is not the default.
  std::string user = "user";
  std::string item = "item";
  std::string kind = "kind";          // default_kind where missing
  std::string time = "time";          // of all events or of none; none: see order_of_rows
  std::string quantity = "quantity";  // 1 where missing
  std::string price = "price";        // unknown where missing
  std::string session = "session";    // none where missing

  std::string default_kind = "view";  // must be one of kinds
  char separator = ',';               // of CSV
  Kinds kinds = {};                   // the kinds that may stand in the file
  std::int64_t max_bad_rows = 100;    // >= 0: more rows that cannot be read are an error
};

struct ReadEvents {
  Events events;
  ReadReport report;
};

// Reads a log of UTF-8 text. Times are ISO 8601 (no zone: UTC) or seconds since 1970. Ids are
// integers if the whole column is, else texts. A row that cannot be read is left out and reported.
// Takes the memory of the columns; a million rows take a second or two.
// Throws std::invalid_argument if a column is not there, if more than max_bad_rows rows cannot be
// read, naming the first ones, or if none can; std::system_error if the file cannot be opened.
[[nodiscard]] ReadEvents read_events_csv(const std::filesystem::path& path,
                                         const EventReaderOptions& options = {});

// The same for one JSON object a line; ids that are JSON texts stay texts. Throws also
// std::runtime_error if the library was built without nlohmann/json.
[[nodiscard]] ReadEvents read_events_json_lines(const std::filesystem::path& path,
                                                const EventReaderOptions& options = {});

}  // namespace endcap
