#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "endcap/events/event_log.h"

namespace endcap {

// An event log for as long as the process lives: what is accepted counts as durable. append() costs
// O(log n) an event, erase_user() O(log n) an event of the user. One mutex, never held in a
// callback.
class MemoryEventLog final : public EventLog {
 public:
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
  // Locks the log. Throws if it is closed.
  [[nodiscard]] std::unique_lock<std::mutex> use() const;

  mutable std::mutex mutex_;
  bool closed_ = false;
  std::int64_t next_row_ = 1;
  std::map<std::int64_t, LoggedEvent> events_;  // by row, the order of acceptance
  std::unordered_map<Id, std::vector<std::int64_t>> rows_of_user_;
  std::unordered_set<std::string> seen_;  // event ids
  std::map<std::string, std::string> notes_;
};

}  // namespace endcap
