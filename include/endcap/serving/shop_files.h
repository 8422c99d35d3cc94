#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "endcap/events/event_log.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// A shop's folder. `events.db` is the log: what happened. `model-0.endcap` is the choice: models
// and weights, catalogue and kinds, of a shop that has met nobody. Both are all that a shop is;
// `model-N.endcap`, the snapshot of the log's rows up to N, follows from them, so it may be deleted
// at any time and only saves the work of making it. Thread-safe.
class ShopFiles {
 public:
  struct Model {
    Snapshot snapshot;
    std::int64_t row = 0;
  };

  // Makes the folder if there is none. Throws as SqliteEventLog::open, and if the folder is open
  // already, here or in another process.
  explicit ShopFiles(std::filesystem::path folder);

  [[nodiscard]] EventLog& log() const { return *log_; }

  // The newest model that can be read; none in a new folder. Throws CorruptFileError if that leaves
  // no model but a damaged choice.
  [[nodiscard]] std::optional<Model> load() const;
  // The choice alone. Throws CorruptFileError, std::system_error.
  [[nodiscard]] Model load_choice() const;

  // Keeps of a snapshot what does not come from the log. Models of another choice are deleted
  // before, as what is made of it replaces them. When it throws, either choice may be in the file:
  // so that no model says otherwise, none is kept until a choice is.
  void save_choice(const Snapshot& snapshot);

  // Keeps a snapshot of the rows up to `row` in place of older ones, unless drop_models() was
  // called since generation() gave `generation`.
  void save(const Snapshot& snapshot, std::int64_t row, std::int64_t generation);
  // Deletes all models but the choice: they know what the log is to forget.
  void drop_models();
  [[nodiscard]] std::int64_t generation() const;
  // The row of the newest model; 0 if there is only the choice.
  [[nodiscard]] std::int64_t saved_row() const;

 private:
  [[nodiscard]] std::filesystem::path path_of(std::int64_t row) const;
  [[nodiscard]] std::vector<std::int64_t> rows() const;
  void remove_all_but(std::int64_t row) const;

  const std::filesystem::path folder_;
  std::unique_ptr<EventLog> log_;
  mutable std::mutex mutex_;  // held while models are written or deleted
  std::int64_t generation_ = 0;
  bool is_choice_known_ = true;
};

}  // namespace endcap
