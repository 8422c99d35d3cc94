#include "database.h"

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "endcap/base/error.h"

namespace endcap {
namespace {

// The system's word for an SQLite result.
int errno_of(int code, sqlite3* connection) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return EBUSY;
    case SQLITE_FULL:
      return ENOSPC;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return EACCES;
    default:
      break;
  }
  const int error = connection ? sqlite3_system_errno(connection) : 0;
  return error ? error : EIO;
}

}  // namespace

Database::Database(std::filesystem::path path) : path_(std::move(path)) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path_.c_str(), &connection_, flags, nullptr);
  try {
    check(code, "open");
    sqlite3_extended_result_codes(connection_, 1);
  } catch (...) {
    sqlite3_close(connection_);
    throw;
  }
}

Database::~Database() { sqlite3_close(connection_); }

void Database::run(const char* sql) {
  check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr), sql);
}

void Database::check(int code, std::string_view action) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const int kind = code & 0xff;
  if (kind == SQLITE_NOMEM) throw std::bad_alloc();
  const std::string why = connection_ ? sqlite3_errmsg(connection_) : sqlite3_errstr(code);
  if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) {
    throw CorruptFileError(path_.string(), "sqlite", 0, why);
  }
  throw std::system_error(errno_of(code, connection_), std::generic_category(),
                          path_.string() +
                              (kind == SQLITE_BUSY ? ": is open elsewhere, cannot " : ": cannot ") +
                              std::string(action) + " (" + why + ")");
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  database.check(code, sql);
}

Statement& Statement::bind(int place, std::int64_t value) {
  database_.check(sqlite3_bind_int64(statement_.get(), place, value), "bind");
  return *this;
}

Statement& Statement::bind(int place, std::string_view bytes) {
  database_.check(sqlite3_bind_blob64(statement_.get(), place, bytes.data() ? bytes.data() : "",
                                      bytes.size(), SQLITE_STATIC),
                  "bind");
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  database_.check(code, sqlite3_sql(statement_.get()));
  return code == SQLITE_ROW;
}

void Statement::run() {
  const ResetAtEnd reset(*this);
  while (step()) {
  }
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (!data) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

}  // namespace endcap
