#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace endcap {

// One connection to an SQLite database. Every failure throws: CorruptFileError for a damaged file,
// std::bad_alloc, else std::system_error; each names the path. Not thread-safe.
class Database {
 public:
  explicit Database(std::filesystem::path path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);
  // Throws what `code` stands for, unless it is SQLITE_OK, SQLITE_ROW or SQLITE_DONE.
  void check(int code, std::string_view action);

  [[nodiscard]] sqlite3* get() const { return connection_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  sqlite3* connection_ = nullptr;
};

// A prepared statement; bound bytes must live until the next reset().
class Statement {
 public:
  Statement(Database& database, const char* sql);

  Statement& bind(int place, std::int64_t value);
  Statement& bind(int place, std::string_view bytes);
  // True if there is a row to read.
  bool step();
  // Runs to the end, ready to be bound again.
  void run();
  void reset() { sqlite3_reset(statement_.get()); }

  [[nodiscard]] std::int64_t number(int column) const;
  // Valid until the next step() or reset().
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a statement at the end of a scope.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

// A transaction: rolled back at the end of the scope unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {
    database_.run("BEGIN IMMEDIATE");
  }
  ~Transaction() {
    if (sqlite3_get_autocommit(database_.get()) == 0) {
      sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() { database_.run("COMMIT"); }

 private:
  Database& database_;
};

}  // namespace endcap
