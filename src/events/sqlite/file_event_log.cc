#include "file_event_log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <limits>
#include <system_error>
#include <utility>

#include "endcap/base/error.h"

namespace endcap {
namespace {

constexpr std::size_t kGroupSize = 1000;
constexpr auto kGroupTime = std::chrono::milliseconds(2);
constexpr std::size_t kMaxWaiting = 100'000;  // events in memory before append() waits
constexpr std::int64_t kReplayChunk = 4096;

}  // namespace

FileEventLog::FileEventLog(const std::filesystem::path& path)
    : path_(path), process_(::getpid()), file_(std::make_unique<EventFile>(path)) {
  load();
  writer_ = std::thread([this] { write_loop(); });
}

FileEventLog::~FileEventLog() {
  if (is_forked()) {
    abandon();
    return;
  }
  try {
    close();
  } catch (const std::exception&) {  // whoever must know calls flush() or close()
  }
}

void FileEventLog::load() {
  const auto add = [this](std::int64_t row, std::string_view bytes) {
    const auto keys = keys_of(row, bytes);
    if (!keys || row < 1) complain("event " + std::to_string(row), "its checksum is wrong");
    index_.add(row, *keys);
    ++n_events_;
  };
  constexpr auto kAll = std::numeric_limits<std::int64_t>::max();
  saved_row_ = file_->visit(-kAll, kAll, add).value_or(0);
  next_row_ = saved_row_ + 1;
  notes_ = file_->read_notes();
}

bool FileEventLog::is_forked() const { return ::getpid() != process_; }

// The thread lives in the parent and waits for these signals there; to close the file here would
// cut off the parent's WAL.
void FileEventLog::abandon() {
  if (writer_.joinable()) writer_.detach();
  (void)signals_.release();
  (void)file_.release();
}

FileEventLog::Lock FileEventLog::use(std::mutex& mutex) const {
  check_process();
  Lock lock(mutex);
  check_open();
  return lock;
}

FileEventLog::Lock FileEventLog::use_to_write(std::mutex& mutex) const {
  check_process();
  Lock lock(mutex);
  check_writable();
  return lock;
}

void FileEventLog::check_process() const {
  require(!is_forked(), "event log", "be used by the process that opened it", "a child of fork()");
}

void FileEventLog::check_open() const { require(!closed_, "event log", "be open", "a closed one"); }

void FileEventLog::check_writable() const {
  check_open();
  if (!problem_.empty()) throw read_only_error();
}

std::system_error FileEventLog::read_only_error() const {
  return {EROFS, std::generic_category(), "the event log can only be read: " + problem_};
}

std::int64_t FileEventLog::append(std::span<const LoggedEvent> events, bool durable) {
  check_process();
  std::vector<Draft> drafts;
  drafts.reserve(events.size());
  for (const auto& entry : events) {
    detail::check_loggable(entry);
    drafts.push_back({keys_of(entry), encode_event(entry)});
  }
  Lock file(file_mutex_, std::defer_lock);
  Lock lock(mutex_);
  signals_->saved.wait(
      lock, [this] { return queue_.size() < kMaxWaiting || closed_ || !problem_.empty(); });
  if (may_repeat_saved(drafts)) {
    lock.unlock();
    file.lock();
    lock.lock();
  }
  check_writable();
  const auto n_accepted = accept(std::move(drafts));
  if (file) file.unlock();
  signals_->work.notify_one();
  if (durable) wait_until_saved(lock, next_row_ - 1);
  return n_accepted;
}

std::string_view FileEventLog::unsaved(std::int64_t row) const {
  const auto place = static_cast<std::size_t>(row - saved_row_ - 1);
  return place < writing_.size() ? writing_[place].bytes : queue_[place - writing_.size()].bytes;
}

bool FileEventLog::may_repeat_saved(std::span<const Draft> drafts) {
  const auto is_saved = [this](std::int64_t row) { return row <= saved_row_; };
  return std::any_of(drafts.begin(), drafts.end(), [&](const Draft& draft) {
    return draft.keys.event_id && index_.has_event_id(*draft.keys.event_id, is_saved);
  });
}

// Whether the event repeats one of a row from first_row on.
bool FileEventLog::repeats(const Draft& draft, std::int64_t first_row) {
  if (!draft.keys.event_id) return false;
  const auto event_id = event_id_of(draft.bytes);
  return index_.has_event_id(*draft.keys.event_id, [&](std::int64_t row) {
    if (row < first_row) return false;
    if (row > saved_row_) return event_id_of(unsaved(row)) == event_id;
    return event_id_of(file_->read(row).value()) == event_id;
  });
}

std::int64_t FileEventLog::accept(std::vector<Draft> drafts) {
  // All that can fail comes first, so that an exception leaves the log as it was.
  std::erase_if(drafts, [this](const Draft& draft) { return repeats(draft, 1); });
  const std::size_t wanted = queue_.size() + drafts.size();
  if (queue_.capacity() < wanted) queue_.reserve(std::max(wanted, 2 * queue_.capacity()));
  index_.reserve(drafts.size());

  const auto first_row = next_row_;
  for (auto& draft : drafts) {
    if (repeats(draft, first_row)) continue;
    seal_event(next_row_, draft.bytes);
    queue_.push_back({next_row_, std::move(draft.bytes)});
    index_.add(next_row_++, draft.keys);
    ++n_events_;
  }
  return next_row_ - first_row;
}

void FileEventLog::wait_until_saved(Lock& lock, std::int64_t row) {
  signals_->saved.wait(lock, [&] { return saved_row_ >= row || !problem_.empty(); });
  if (saved_row_ < row) check_writable();
}

void FileEventLog::flush() {
  Lock lock = use(mutex_);
  hurry_ = true;
  signals_->work.notify_one();
  wait_until_saved(lock, next_row_ - 1);
}

void FileEventLog::write_loop() {
  const auto stopped = [this] { return closed_ || !problem_.empty(); };
  for (Lock lock(mutex_);;) {
    signals_->work.wait(lock, [&] { return !queue_.empty() || stopped(); });
    signals_->work.wait_for(lock, kGroupTime,
                            [&] { return queue_.size() >= kGroupSize || hurry_ || stopped(); });
    if (stopped()) return;
    hurry_ = false;
    lock.unlock();
    try {
      const Lock file = use_to_write(file_mutex_);
      save_queue();
      change([this] { file_->checkpoint_if_due(); });
    } catch (const std::exception&) {  // it stands in problem_, or the log has been closed
    }
    lock.lock();
  }
}

void FileEventLog::save_queue() {
  {
    const Lock lock(mutex_);
    if (queue_.empty()) return;
    writing_.swap(queue_);
  }
  change([this] { file_->append(writing_); });
  {
    const Lock lock(mutex_);
    saved_row_ = writing_.back().number;
    writing_.clear();
  }
  signals_->saved.notify_all();
}

template <class Work>
void FileEventLog::change(Work&& work) {
  try {
    work();
  } catch (const std::exception& failure) {
    {
      const Lock lock(mutex_);
      problem_ = failure.what();
    }
    signals_->work.notify_all();
    signals_->saved.notify_all();
    throw;
  }
}

void FileEventLog::replay(const std::function<void(const LoggedEvent&)>& visit,
                          std::int64_t after) const {
  Lock lock = use(mutex_);
  const auto end = next_row_;
  lock.unlock();
  for (std::int64_t row = after; row < end - 1;) {
    Lock file = use(file_mutex_);
    const auto chunk = chunk_behind(row, end);
    file.unlock();
    for (const auto& entry : chunk) visit(decode(entry.number, entry.bytes));
    if (chunk.empty()) return;
    row = chunk.back().number;
  }
}

// The next rows below `end` that are not erased, some thousands of them; none behind the last.
std::vector<EventRow> FileEventLog::chunk_behind(std::int64_t row, std::int64_t end) const {
  std::vector<EventRow> chunk;
  const auto add = [&](std::int64_t number, std::string_view bytes) {
    if (number < end) chunk.push_back({number, std::string(bytes)});
  };
  while (chunk.empty() && row < std::min(saved_row_, end - 1)) {
    row = file_->visit(row, kReplayChunk, add).value_or(saved_row_);
  }
  if (!chunk.empty()) return chunk;
  const Lock lock(mutex_);
  for (row = std::max(row, saved_row_) + 1; row < end; ++row) add(row, unsaved(row));
  return chunk;
}

std::vector<FileEventLog::Found> FileEventLog::find(const Id& user) const {
  std::vector<EventRow> rows;
  {
    const Lock lock(mutex_);
    for (const auto row : index_.rows_of_user(hash_of(user))) {
      rows.push_back({row, row > saved_row_ ? std::string(unsaved(row)) : std::string()});
    }
  }
  std::vector<Found> found;
  for (const auto& [row, bytes] : rows) {
    auto entry = decode(row, row > saved_row_ ? bytes : file_->read(row).value_or(""));
    if (entry.event.user == user) found.push_back({row, std::move(entry)});
  }
  return found;
}

std::vector<LoggedEvent> FileEventLog::events_of(const Id& user) const {
  const Lock file = use(file_mutex_);
  std::vector<LoggedEvent> events;
  for (auto& found : find(user)) events.push_back(std::move(found.entry));
  return events;
}

std::int64_t FileEventLog::last_row() const {
  const Lock lock = use(mutex_);
  return next_row_ - 1;
}

std::int64_t FileEventLog::erase(const Id& user,
                                 const std::function<bool(const LoggedEvent&)>& which) {
  const Lock file = use_to_write(file_mutex_);
  save_queue();
  auto found = find(user);
  std::erase_if(found,
                [&](const Found& event) { return event.row > saved_row_ || !which(event.entry); });
  std::vector<std::int64_t> rows;
  rows.reserve(found.size());
  for (const auto& event : found) rows.push_back(event.row);
  if (!rows.empty()) change([&] { file_->erase(rows); });
  forget(found);
  // Also where there was nothing: an erasure before this one may have ended between the two.
  change([this] { file_->scrub_wal(); });
  return static_cast<std::int64_t>(found.size());
}

void FileEventLog::forget(std::span<const Found> events) {
  const Lock lock(mutex_);
  for (std::size_t e = events.size(); e-- > 0;) {
    index_.remove(events[e].row, keys_of(events[e].entry));
    --n_events_;
  }
}

void FileEventLog::set_note(const std::string& name, const std::string& text) {
  const Lock file = use_to_write(file_mutex_);
  Notes notes = notes_;
  notes.erase(name);
  if (!text.empty()) notes.emplace(name, text);
  change([&] { file_->write_notes(notes); });
  {
    const Lock lock(mutex_);
    notes_.swap(notes);
  }
  change([this] { file_->scrub_wal(); });
}

std::optional<std::string> FileEventLog::note(const std::string& name) const {
  const Lock lock = use(mutex_);
  const auto found = notes_.find(name);
  if (found == notes_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> FileEventLog::note_names() const {
  const Lock lock = use(mutex_);
  std::vector<std::string> names;
  for (const auto& entry : notes_) names.push_back(entry.first);
  return names;
}

LogHealth FileEventLog::health() const {
  const Lock lock = use(mutex_);
  return {.writable = problem_.empty(), .n_events = n_events_, .problem = problem_};
}

void FileEventLog::verify() const {
  const Lock file = use(file_mutex_);
  file_->check();
  if (file_->read_notes() != notes_) complain("notes", "are not what was written");
  std::int64_t n_found = 0;
  const auto read = [&](std::int64_t row, std::string_view bytes) {
    (void)decode(row, bytes);
    ++n_found;
  };
  (void)file_->visit(0, saved_row_, read);
  const Lock lock(mutex_);
  const auto n_saved = n_events_ - static_cast<std::int64_t>(queue_.size() + writing_.size());
  if (n_found != n_saved) {
    complain("events", std::to_string(n_found) + " are left of " + std::to_string(n_saved));
  }
}

void FileEventLog::compact() {
  const Lock file = use_to_write(file_mutex_);
  save_queue();
  change([this] { file_->compact(); });
}

void FileEventLog::close() {
  check_process();
  Lock file(file_mutex_);
  if (closed_) return;
  {
    const Lock lock(mutex_);
    closed_ = true;
  }
  std::exception_ptr failure;
  try {
    if (problem_.empty()) save_queue();
    if (saved_row_ < next_row_ - 1) throw read_only_error();
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  if (!problem_.empty()) file_->keep_wal_on_close();
  file_.reset();
  file.unlock();
  signals_->work.notify_all();
  signals_->saved.notify_all();
  writer_.join();
  if (failure) std::rethrow_exception(failure);
}

LoggedEvent FileEventLog::decode(std::int64_t row, std::string_view bytes) const {
  auto entry = decode_event(row, bytes);
  if (!entry) complain("event " + std::to_string(row), "its checksum is wrong");
  return *std::move(entry);
}

void FileEventLog::complain(const std::string& section, std::string_view what) const {
  throw CorruptFileError(path_.string(), section, 0, what);
}

}  // namespace endcap
