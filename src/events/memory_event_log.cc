#include "endcap/events/memory_event_log.h"

#include "endcap/base/error.h"

namespace endcap {

std::unique_lock<std::mutex> MemoryEventLog::use() const {
  std::unique_lock lock(mutex_);
  require(!closed_, "event log", "be open", "a closed one");
  return lock;
}

std::int64_t MemoryEventLog::append(std::span<const LoggedEvent> events, bool /*durable*/) {
  for (const auto& entry : events) detail::check_loggable(entry);
  const auto lock = use();
  const auto first_row = next_row_;
  for (const auto& entry : events) {
    if (!entry.event_id.empty() && !seen_.insert(entry.event_id).second) continue;
    events_.emplace_hint(events_.end(), next_row_, entry);
    rows_of_user_[entry.event.user].push_back(next_row_++);
  }
  return next_row_ - first_row;
}

void MemoryEventLog::flush() { (void)use(); }

void MemoryEventLog::replay(const std::function<void(const LoggedEvent&)>& visit,
                            std::int64_t after) const {
  constexpr std::size_t kChunk = 1024;
  auto lock = use();
  const auto end = next_row_;
  std::vector<LoggedEvent> chunk;
  for (std::int64_t next = after + 1; next < end; chunk.clear()) {
    auto entry = events_.lower_bound(next);
    for (; entry != events_.end() && entry->first < end && chunk.size() < kChunk; ++entry) {
      chunk.push_back(entry->second);
    }
    next = entry == events_.end() ? end : entry->first;
    lock.unlock();
    for (const auto& event : chunk) visit(event);
    lock.lock();
  }
}

std::vector<LoggedEvent> MemoryEventLog::events_of(const Id& user) const {
  const auto lock = use();
  std::vector<LoggedEvent> found;
  if (const auto rows = rows_of_user_.find(user); rows != rows_of_user_.end()) {
    for (const auto row : rows->second) found.push_back(events_.at(row));
  }
  return found;
}

std::int64_t MemoryEventLog::last_row() const {
  const auto lock = use();
  return next_row_ - 1;
}

std::int64_t MemoryEventLog::erase(const Id& user,
                                   const std::function<bool(const LoggedEvent&)>& which) {
  const auto lock = use();
  const auto found = rows_of_user_.find(user);
  if (found == rows_of_user_.end()) return 0;
  const auto n_erased = std::erase_if(found->second, [&](std::int64_t row) {
    const auto entry = events_.find(row);
    if (!which(entry->second)) return false;
    seen_.erase(entry->second.event_id);
    events_.erase(entry);
    return true;
  });
  if (found->second.empty()) rows_of_user_.erase(found);
  return static_cast<std::int64_t>(n_erased);
}

void MemoryEventLog::set_note(const std::string& name, const std::string& text) {
  const auto lock = use();
  notes_.erase(name);
  if (!text.empty()) notes_.emplace(name, text);
}

std::optional<std::string> MemoryEventLog::note(const std::string& name) const {
  const auto lock = use();
  const auto found = notes_.find(name);
  if (found == notes_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> MemoryEventLog::note_names() const {
  const auto lock = use();
  std::vector<std::string> names;
  for (const auto& entry : notes_) names.push_back(entry.first);
  return names;
}

LogHealth MemoryEventLog::health() const {
  const auto lock = use();
  return {.n_events = static_cast<std::int64_t>(events_.size())};
}

void MemoryEventLog::verify() const { (void)use(); }

void MemoryEventLog::compact() { (void)use(); }

void MemoryEventLog::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

}  // namespace endcap
