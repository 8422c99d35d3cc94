#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "../event_codec.h"
#include "../event_index.h"
#include "endcap/events/sqlite_event_log.h"
#include "event_file.h"

namespace endcap {

// The event log over an EventFile. An accepted event waits in queue_, is being committed in
// writing_, and is in the file once its row is at most saved_row_; rows have no gaps.
class FileEventLog final : public SqliteEventLog {
 public:
  explicit FileEventLog(const std::filesystem::path& path);
  ~FileEventLog() override;

  std::int64_t append(std::span<const LoggedEvent> events, bool durable) override;
  void flush() override;
  using EventLog::replay;
  void replay(const std::function<void(const LoggedEvent&)>& visit,
              std::int64_t after) const override;
  [[nodiscard]] std::int64_t last_row() const override;
  [[nodiscard]] std::vector<LoggedEvent> events_of(const Id& user) const override;
  std::int64_t erase(const Id& user, const std::function<bool(const LoggedEvent&)>& which) override;
  void set_note(const std::string& name, const std::string& text) override;
  [[nodiscard]] std::optional<std::string> note(const std::string& name) const override;
  [[nodiscard]] std::vector<std::string> note_names() const override;
  [[nodiscard]] LogHealth health() const override;
  void verify() const override;
  void compact() override;
  void close() override;

 private:
  struct Draft {
    EventKeys keys;
    std::string bytes;
  };
  struct Found {
    std::int64_t row;
    LoggedEvent entry;
  };
  using Lock = std::unique_lock<std::mutex>;

  void load();
  void write_loop();

  // Lock a mutex. Throw if the log is closed; to write also if it is read-only.
  [[nodiscard]] Lock use(std::mutex& mutex) const;
  [[nodiscard]] Lock use_to_write(std::mutex& mutex) const;
  void check_process() const;
  void check_open() const;
  void check_writable() const;
  [[nodiscard]] std::system_error read_only_error() const;

  // Require mutex_; a row that is in the file is looked up there, which requires file_mutex_ too.
  [[nodiscard]] std::string_view unsaved(std::int64_t row) const;
  [[nodiscard]] bool repeats(const Draft& draft, std::int64_t first_row);
  [[nodiscard]] bool may_repeat_saved(std::span<const Draft> drafts);
  std::int64_t accept(std::vector<Draft> drafts);
  void wait_until_saved(Lock& lock, std::int64_t row);

  // Require file_mutex_, not mutex_.
  void save_queue();
  [[nodiscard]] std::vector<Found> find(const Id& user) const;
  void forget(std::span<const Found> events);
  [[nodiscard]] std::vector<EventRow> chunk_behind(std::int64_t row, std::int64_t end) const;
  // Changes the file; if that throws, the log is read-only from then on.
  template <class Work>
  void change(Work&& work);

  [[nodiscard]] LoggedEvent decode(std::int64_t row, std::string_view bytes) const;
  [[noreturn]] void complain(const std::string& section, std::string_view what) const;

  // A child of fork() has the log's memory, but neither its thread nor a right to its file.
  [[nodiscard]] bool is_forked() const;
  void abandon();

  const std::filesystem::path path_;
  const int process_;

  // Taken before mutex_ where both are. What is only changed under both may be read under either.
  mutable std::mutex file_mutex_;
  mutable std::mutex mutex_;

  mutable std::unique_ptr<EventFile> file_;  // file_mutex_; until close()

  bool closed_ = false;         // changed under both
  std::string problem_;         // changed under both
  std::int64_t saved_row_ = 0;  // changed under both
  Notes notes_;                 // changed under both

  struct Signals {
    std::condition_variable work, saved;
  };
  std::unique_ptr<Signals> signals_ = std::make_unique<Signals>();  // mutex_, as all that follows
  std::vector<EventRow> queue_, writing_;
  mutable EventIndex index_;
  std::int64_t next_row_ = 1, n_events_ = 0;
  bool hurry_ = false;

  std::thread writer_;
};

}  // namespace endcap
