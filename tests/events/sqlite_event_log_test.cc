#ifdef ENDCAP_HAS_SQLITE
#include "endcap/events/sqlite_event_log.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

#include "endcap/base/error.h"
#include "endcap/base/random.h"
#include "events/log_fixtures.h"

namespace endcap {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// How often a text stands in the files of a folder.
int count_in_files(const std::filesystem::path& folder, const std::string& text) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string bytes = content_of(entry.path());
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1))
      ++count;
  }
  return count;
}

class SqliteEventLogTest : public testing::Test {
 protected:
  void open() { log_ = SqliteEventLog::open(file_); }
  void reopen() {
    log_.reset();
    open();
  }
  void append(std::vector<LoggedEvent> events) { log_->append(events, true); }
  // Runs SQL beside the log, as nobody should.
  void meddle(const std::string& sql) {
    log_.reset();
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(connection);
  }

  TestFolder folder_;
  std::filesystem::path file_ = folder_.path() / "events.db";
  std::unique_ptr<EventLog> log_ = SqliteEventLog::open(file_);
};

TEST_F(SqliteEventLogTest, KnowsEverythingAgainAfterReopening) {
  append({seen("an", 1, "a"), seen("bo", "x", "b"), seen("an", 3, "c"), seen(7, 4)});
  log_->set_note("rules", "in_stock");
  log_->erase_user("bo");
  const auto before = lines_of(all_of(*log_));
  reopen();
  EXPECT_EQ(lines_of(all_of(*log_)), before);
  EXPECT_EQ(log_->health().n_events, 3);
  EXPECT_EQ(log_->note("rules"), "in_stock");
  EXPECT_EQ(log_->append(std::vector{seen("an", 1, "a"), seen("bo", "x", "b")}, true), 1);
  EXPECT_EQ(log_->events_of("an").size(), 2u);
  log_->verify();
}

TEST_F(SqliteEventLogTest, FlushAndCloseMakeDurableWhatWasAccepted) {
  log_->append(std::vector{seen("an", 1)}, false);
  log_->flush();
  std::filesystem::create_directory(folder_.path() / "copy");  // as a power cut would leave it
  for (const char* name : {"events.db", "events.db-wal"}) {
    std::filesystem::copy(folder_.path() / name, folder_.path() / "copy" / name);
  }
  EXPECT_EQ(all_of(*SqliteEventLog::open(folder_.path() / "copy" / "events.db")).size(), 1u);
  log_->append(std::vector{seen("an", 2)}, false);
  log_->close();
  open();
  EXPECT_EQ(all_of(*log_).size(), 2u);
}

TEST_F(SqliteEventLogTest, ASecondOpenerIsRefused) {
  try {
    (void)SqliteEventLog::open(file_);
    FAIL() << "opened twice";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::device_or_resource_busy);
    EXPECT_NE(std::string(error.what()).find("events.db: is open elsewhere"), std::string::npos);
  }
  EXPECT_THROW((void)SqliteEventLog::open(folder_.path() / "none" / "log"), std::system_error);
  log_->close();
  EXPECT_EQ(SqliteEventLog::open(file_)->health().n_events, 0);
}

TEST_F(SqliteEventLogTest, RefusesWhatIsNoEventLog) {
  const auto refuses = [this](const char* sql) {
    std::filesystem::remove(file_);
    open();
    meddle(sql);
    EXPECT_THROW(open(), CorruptFileError) << sql;
  };
  refuses("PRAGMA application_id = 1");
  refuses("PRAGMA user_version = 2");
  refuses("DROP TABLE notes");
  refuses("CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END");
  std::ofstream(file_, std::ios::trunc) << std::string(5000, 'x');
  EXPECT_THROW(open(), CorruptFileError);
}

TEST_F(SqliteEventLogTest, FindsEveryChangedByteOfAnEvent) {
  append({seen("customer-42", "sku-1", "event-1"), seen("customer-43", "sku-2", "event-2")});
  log_.reset();
  const std::string clean = content_of(file_);
  const auto begin = clean.find("customer-42") - 7, end = clean.find("event-1") + 16;
  for (auto at = begin; at < end; ++at) {
    std::string damaged = clean;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    std::ofstream(file_, std::ios::trunc | std::ios::binary) << damaged;
    EXPECT_THROW(open(), CorruptFileError) << "byte " << at - begin;
  }
}

TEST_F(SqliteEventLogTest, VerifyFindsLostRowsAndChangedNotes) {
  append({seen("an", 1), seen("an", 2)});
  log_->set_note("rules", "in_stock");
  meddle("UPDATE notes SET text = x'00'");
  EXPECT_THROW(open(), CorruptFileError);
  meddle("UPDATE notes SET text = 'in_stock'; UPDATE events SET row = 3 WHERE row = 2");
  EXPECT_THROW(open(), CorruptFileError);
}

// Ids that stand nowhere else.
std::string name_of(int user) { return "customer-" + std::to_string(1000 + user) + "-name"; }

TEST_F(SqliteEventLogTest, ErasingLeavesNoTraceInAnyFile) {
  Random random(7);
  std::vector<LoggedEvent> events;
  for (int i = 0; i < 20'000; ++i) {
    const int user = static_cast<int>(random.below(100)) * (i % 3 == 0 ? 1 : 0);  // 0 has most
    events.push_back(seen(name_of(user), "sku", "of-" + name_of(user) + std::to_string(i)));
    if (i % 500 == 499) append(std::exchange(events, {}));
  }
  log_->set_note("merges", name_of(5) + "=" + name_of(7));
  for (int user = 0; user < 100; user += 3) {
    ASSERT_GT(count_in_files(folder_.path(), name_of(user)), 0);
    const auto n = static_cast<std::int64_t>(log_->events_of(name_of(user)).size());
    EXPECT_EQ(log_->erase_user(name_of(user)), n);
    EXPECT_EQ(count_in_files(folder_.path(), name_of(user)), 0);
    if (user % 30 == 0) log_->compact();
    append({seen(name_of(1), "sku")});
  }
  log_->set_note("merges", "");
  EXPECT_EQ(count_in_files(folder_.path(), name_of(5) + "="), 0);
  log_->verify();
}

// The same scan, to know that it can find what SQLite leaves behind.
TEST_F(SqliteEventLogTest, WithoutSecureDeleteTracesAreFound) {
  append({seen(name_of(1), "sku"), seen(name_of(2), "sku")});
  meddle("PRAGMA secure_delete = OFF; DELETE FROM events WHERE row = 1");
  EXPECT_GT(count_in_files(folder_.path(), name_of(1)), 0);
}

TEST_F(SqliteEventLogTest, CompactionMakesTheFileSmaller) {
  for (int i = 0; i < 20'000; ++i) log_->append(std::vector{seen(i % 2, i)}, false);
  log_->erase_user(std::int64_t{0});
  const auto before = std::filesystem::file_size(file_);
  log_->compact();
  EXPECT_LT(std::filesystem::file_size(file_), before * 6 / 10);
  reopen();
  EXPECT_EQ(log_->health().n_events, 10'000);
}

}  // namespace
}  // namespace endcap
#endif
