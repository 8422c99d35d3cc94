#include "endcap/events/sqlite_event_log.h"

#ifdef ENDCAP_HAS_SQLITE
#include "sqlite/file_event_log.h"
#else
#include <stdexcept>
#endif

namespace endcap {

std::unique_ptr<SqliteEventLog> SqliteEventLog::open(const std::filesystem::path& file) {
#ifdef ENDCAP_HAS_SQLITE
  return std::make_unique<FileEventLog>(file);
#else
  throw std::runtime_error(file.string() +
                           ": this endcap was built without SQLite (Debian: libsqlite3-dev)");
#endif
}

}  // namespace endcap
