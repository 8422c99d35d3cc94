#include "event_file.h"

#include "endcap/base/error.h"
#include "endcap/storage/checksum.h"
#include "endcap/storage/file.h"

namespace endcap {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE events (row INTEGER PRIMARY KEY, event BLOB NOT NULL)\n"
    "CREATE TABLE notes (number INTEGER PRIMARY KEY, name BLOB NOT NULL, text BLOB NOT NULL, "
    "checksum INTEGER NOT NULL)";
constexpr std::int64_t kApplicationId = 0x656e6463;  // "endc"
constexpr std::int64_t kSchemaVersion = 1;
constexpr int kCheckpointPages = 1000;

std::int64_t checksum_of(std::string_view name, std::string_view text) {
  return static_cast<std::int64_t>(checksum(name.data(), name.size()) * 3 +
                                   checksum(text.data(), text.size()));
}

bool is_erased(std::string_view bytes) {
  return !bytes.empty() && bytes.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& path) : database_(path) {
  set_up();
  check_header();
  insert_.emplace(database_, "INSERT INTO events (row, event) VALUES (?, ?)");
  scan_.emplace(database_, "SELECT row, event FROM events WHERE row > ? ORDER BY row LIMIT ?");
  read_.emplace(database_, "SELECT event FROM events WHERE row = ?");
  zero_.emplace(database_, "UPDATE events SET event = zeroblob(length(event)) WHERE row = ?");
}

void EventFile::set_up() {
  // locking_mode first: then the index of the WAL lives in memory and there is no -shm file.
  database_.run(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
  sqlite3_wal_hook(
      database_.get(),
      [](void* pages, sqlite3*, const char*, int n) {
        *static_cast<int*>(pages) = n;
        return SQLITE_OK;
      },
      &wal_pages_);
}

void EventFile::check_header() {
  const auto number = [this](const char* sql) {
    Statement statement(database_, sql);
    return statement.step() ? statement.number(0) : 0;
  };
  const auto complain = [this](std::string_view what) {
    throw CorruptFileError(database_.path().string(), "header", 0, what);
  };
  if (number("SELECT count(*) FROM sqlite_schema") == 0) {
    Transaction transaction(database_);
    std::string sql = kSchema;
    sql.replace(sql.find('\n'), 1, ";") +=
        "; PRAGMA application_id = " + std::to_string(kApplicationId) +
        "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
    database_.run(sql.c_str());
    transaction.commit();
    sync_folder_of(database_.path());
  }
  if (number("PRAGMA application_id") != kApplicationId) complain("is not an event log");
  const auto version = number("PRAGMA user_version");
  if (version != kSchemaVersion) complain("is of version " + std::to_string(version) + ", not 1");
  Statement schema(database_, "SELECT group_concat(sql, char(10)) FROM sqlite_schema");
  if (!schema.step() || schema.bytes(0) != kSchema) complain("has other tables than an event log");
}

std::optional<std::int64_t> EventFile::visit(std::int64_t after, std::int64_t limit,
                                             const Visitor& visitor) {
  const ResetAtEnd reset(*scan_);
  std::optional<std::int64_t> last;
  scan_->bind(1, after).bind(2, limit);
  while (scan_->step()) {
    last = scan_->number(0);
    const auto bytes = scan_->bytes(1);
    if (!is_erased(bytes)) visitor(*last, bytes);
  }
  return last;
}

std::optional<std::string> EventFile::read(std::int64_t row) {
  const ResetAtEnd reset(*read_);
  if (!read_->bind(1, row).step() || is_erased(read_->bytes(0))) return std::nullopt;
  return std::string(read_->bytes(0));
}

void EventFile::append(std::span<const EventRow> rows) {
  Transaction transaction(database_);
  for (const auto& row : rows) insert_->bind(1, row.number).bind(2, row.bytes).run();
  transaction.commit();
}

void EventFile::checkpoint_if_due() {
  if (wal_pages_ < kCheckpointPages) return;
  database_.check(sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                            nullptr, nullptr),
                  "checkpoint");
}

void EventFile::scrub_wal() {
  database_.check(sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                            nullptr, nullptr),
                  "checkpoint");
  wal_pages_ = 0;
}

void EventFile::erase(std::span<const std::int64_t> rows) {
  Transaction transaction(database_);
  for (const auto row : rows) zero_->bind(1, row).run();
  transaction.commit();
}

Notes EventFile::read_notes() {
  Notes notes;
  Statement statement(database_, "SELECT name, text, checksum FROM notes ORDER BY number");
  while (statement.step()) {
    const std::string name(statement.bytes(0)), text(statement.bytes(1));
    if (statement.number(2) != checksum_of(name, text)) {
      throw CorruptFileError(database_.path().string(), "note " + name, 0, "its checksum is wrong");
    }
    notes.emplace(name, text);
  }
  return notes;
}

void EventFile::write_notes(const Notes& notes) {
  Transaction transaction(database_);
  database_.run("DELETE FROM notes");  // of all rows: SQLite zeroes whole pages
  Statement insert(database_, "INSERT INTO notes (name, text, checksum) VALUES (?, ?, ?)");
  for (const auto& [name, text] : notes) {
    insert.bind(1, name).bind(2, text).bind(3, checksum_of(name, text)).run();
  }
  transaction.commit();
}

void EventFile::check() {
  Statement statement(database_, "PRAGMA integrity_check(1)");
  if (statement.step() && statement.bytes(0) != "ok") {
    throw CorruptFileError(database_.path().string(), "sqlite", 0, statement.bytes(0));
  }
}

void EventFile::compact() {
  // As with the notes, all rows go and the wanted ones come back, as new rows at the end do. The
  // last one stays, erased or not: its number must not be used again.
  Transaction transaction(database_);
  database_.run(
      "CREATE TEMP TABLE kept AS SELECT row, event FROM events WHERE substr(event, 1, 1) != x'00' "
      "OR row = (SELECT max(row) FROM events) ORDER BY row; DELETE FROM events;"
      "INSERT INTO events SELECT row, event FROM kept ORDER BY row; DROP TABLE kept");
  transaction.commit();
  database_.run("VACUUM");
  scrub_wal();
}

void EventFile::keep_wal_on_close() {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace endcap
