#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "database.h"

namespace endcap {

// One row of the file: an event as src/events/event_codec.h encodes it, and its place in the log.
struct EventRow {
  std::int64_t number;
  std::string bytes;
};

using Notes = std::map<std::string, std::string>;

// The file of an event log, docs/formats/event_log.md: an SQLite database in WAL mode with one
// exclusive connection. What changes it is one durable transaction each, done wholly or not at all.
// Rows are only ever added behind the last or overwritten in place with zeros, so SQLite never
// moves one and leaves no copy behind. Errors as Database says. Not thread-safe.
class EventFile {
 public:
  // Opens the file, or makes it. Throws CorruptFileError for what is not an event log.
  explicit EventFile(const std::filesystem::path& path);

  // Visits up to `limit` rows behind `after` in order; returns the last one, erased ones included,
  // or none when there was nothing behind `after`.
  using Visitor = std::function<void(std::int64_t row, std::string_view bytes)>;
  std::optional<std::int64_t> visit(std::int64_t after, std::int64_t limit, const Visitor& visitor);
  // One row; none if it is not there or erased.
  [[nodiscard]] std::optional<std::string> read(std::int64_t row);

  void append(std::span<const EventRow> rows);
  // Moves what was committed from the WAL into the database when enough has come together.
  void checkpoint_if_due();
  // Overwrites rows with zeros. What they said may still stand in the WAL.
  void erase(std::span<const std::int64_t> rows);

  [[nodiscard]] Notes read_notes();
  // Replaces all notes. What they said may still stand in the WAL.
  void write_notes(const Notes& notes);

  // Empties the WAL: no byte of what was erased or replaced is left in any file.
  void scrub_wal();

  // Throws CorruptFileError if the database is damaged. Does not look into rows.
  void check();
  // Gives back the room of erased rows.
  void compact();
  // What is in the WAL must stay there: a write has failed.
  void keep_wal_on_close();

 private:
  void set_up();
  void check_header();

  Database database_;
  int wal_pages_ = 0;
  std::optional<Statement> insert_, scan_, read_, zero_;
};

}  // namespace endcap
