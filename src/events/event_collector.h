#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/events/event_reader.h"
#include "endcap/ids/id_column.h"

namespace endcap::detail {

// One row of a file, each field as its text; empty where missing.
struct TextRow {
  struct Field {
    std::string_view text = {};
    bool is_text = false;  // the file says so, whatever it looks like
  };
  Field user, item, kind, time, quantity, price, session;
};

// Gathers the rows of a file into the columns of a log.
class EventCollector {
 public:
  EventCollector(const std::filesystem::path& path, const EventReaderOptions& options)
      : bad_rows_(path.string(), options.max_bad_rows, report_),
        kinds_(options.kinds),
        default_kind_(kinds_.at(options.default_kind)) {
    require(options.max_bad_rows >= 0, "max_bad_rows", "be 0 or more", options.max_bad_rows);
  }
  EventCollector(const EventCollector&) = delete;
  EventCollector& operator=(const EventCollector&) = delete;

  // Takes the row, or reports why not.
  void add(std::int64_t line, const TextRow& row);
  void add_bad(std::int64_t line, std::string_view reason, std::string_view value = {}) {
    ++report_.rows;
    bad_rows_.add(line, reason, value);
  }
  [[noreturn]] void fail(const std::string& what) const { bad_rows_.fail(what); }

  [[nodiscard]] ReadEvents finish() &&;

 private:
  struct Values;
  // What is wrong with the row: a reason and the text that it is about; no reason if all is well.
  struct Problem {
    std::string_view reason = {}, value = {};
  };
  Problem parse(const TextRow& row, Values& values) const;
  // False for the rows without a time where others have one; those are reported as bad.
  std::vector<bool> timed_rows();

  ReadReport report_;
  BadRows bad_rows_;
  Kinds kinds_;
  std::optional<std::int16_t> default_kind_;
  IdColumn users_, items_, sessions_;
  std::vector<std::int64_t> lines_, times_;
  std::vector<std::int16_t> kind_;
  std::vector<float> quantity_, price_;
  bool any_time_ = false, any_quantity_ = false, any_price_ = false, any_session_ = false;
};

}  // namespace endcap::detail
