#pragma once

#include <filesystem>
#include <memory>

#include "endcap/events/event_log.h"

namespace endcap {

// An event log in a file, an SQLite database that docs/formats/event_log.md describes. Beside it
// stands FILE-wal, which belongs to it while the log is open or after a crash.
//
// One thread of its own commits what was accepted, when 1,000 events have come together or after
// 2 ms; a commit is one fdatasync. An event accepted and not yet durable lives in memory only.
// Memory: 37 to 59 bytes an event, as much again for its event id, 43 at most a user. Erasing
// overwrites in place; compact() gives the room back and needs as much memory as the log is long.
// The thread does not survive fork(): open a log in the process that uses it.
class SqliteEventLog : public EventLog {
 public:
  // Opens the log, or makes a new one; reads all of it (a million events in under a second). Throws
  // std::system_error if the file cannot be opened or is open already, here or in another process;
  // CorruptFileError if it is damaged or no event log; std::runtime_error if endcap was built
  // without SQLite.
  [[nodiscard]] static std::unique_ptr<SqliteEventLog> open(const std::filesystem::path& file);
};

}  // namespace endcap
