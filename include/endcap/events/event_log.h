#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/events/events.h"

namespace endcap {

// One event as it is logged. A repeated delivery is known by its event_id; "" is never a repeat.
struct LoggedEvent {
  Event event;
  std::string event_id = {};
};

// What one can know of a log without asking it to work.
struct LogHealth {
  bool writable = true;
  std::int64_t n_events = 0;  // accepted and not erased
  std::string problem = {};   // why it is not writable
};

// The growing record of what visitors did, in the order in which it was told. An event is accepted
// (counted, found by every later read) or durable (it outlives a power cut) as well. Thread-safe:
// any number of threads may call anything at once; a callback may call the log it comes from.
//
// Once a write has failed the log is read-only for good, as what is on disk is no longer known:
// health() says why, reads go on and include what was accepted, all that would write throws
// std::system_error. A new open() finds every event that was ever said to be durable.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // Accepts the events whose non-empty event_id was not seen before, and returns how many. With
  // `durable` it returns once they, and whatever they repeat, are durable. Throws
  // std::invalid_argument for an event without a kind, with a time before 1970 or after the year
  // 9999, a quantity not > 0 or a price < 0; then none is accepted. If it throws std::system_error
  // after a failed write, the events may or may not be found by a later open().
  virtual std::int64_t append(std::span<const LoggedEvent> events, bool durable) = 0;

  // Returns once all accepted events are durable.
  virtual void flush() = 0;

  // Visits the events accepted before the call, in that order; of them only those behind `after`,
  // a row that last_row() once gave.
  virtual void replay(const std::function<void(const LoggedEvent&)>& visit,
                      std::int64_t after) const = 0;
  void replay(const std::function<void(const LoggedEvent&)>& visit) const { replay(visit, 0); }

  // The row of the newest event; 0 before the first. Rows rise and are never used twice.
  [[nodiscard]] virtual std::int64_t last_row() const = 0;

  // The events of one user in order of acceptance; none if the user is unknown.
  [[nodiscard]] virtual std::vector<LoggedEvent> events_of(const Id& user) const = 0;

  // Takes those of a user's events out for which `which` holds, and returns how many there were. On
  // return no byte of them is left in the log's files, and their ids are forgotten: delivered
  // again, they count again. `which` must not call the log.
  virtual std::int64_t erase(const Id& user,
                             const std::function<bool(const LoggedEvent&)>& which) = 0;
  std::int64_t erase_user(const Id& user) {
    return erase(user, [](const LoggedEvent&) { return true; });
  }

  // Keeps a small named text with the log; an empty text removes it. Durable on return, and no
  // byte of what the note said before is left. Costs a rewrite of all notes.
  virtual void set_note(const std::string& name, const std::string& text) = 0;
  [[nodiscard]] virtual std::optional<std::string> note(const std::string& name) const = 0;
  [[nodiscard]] virtual std::vector<std::string> note_names() const = 0;  // sorted

  [[nodiscard]] virtual LogHealth health() const = 0;

  // Reads everything back. Throws CorruptFileError naming the first thing that is wrong.
  virtual void verify() const = 0;

  // Gives the room of erased events back to the file system.
  virtual void compact() = 0;

  // Flushes and lets go of the files; throws if the flush fails. A second close() does nothing, all
  // other calls throw std::invalid_argument from then on.
  virtual void close() = 0;
};

namespace detail {
// Throws as EventLog::append says.
void check_loggable(const LoggedEvent& entry);
}  // namespace detail

}  // namespace endcap
