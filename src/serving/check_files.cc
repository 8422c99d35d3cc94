#include "endcap/serving/check_files.h"

#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "endcap/base/error.h"
#include "endcap/events/sqlite_event_log.h"
#include "endcap/serving/snapshot.h"
#include "endcap/storage/container.h"
#include "endcap/storage/folder.h"

namespace endcap {
namespace {

std::string first_bytes(const std::filesystem::path& path) {
  std::string bytes(16, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::string kind_of(const std::filesystem::path& path) {
  if (path.filename().string().find(".tmp.") != std::string::npos) return "left over";
  const std::string begin = first_bytes(path);
  if (begin.starts_with("SQLite format 3")) return "event log";
  return begin.starts_with("endcap\r\n") ? "model" : "unknown";
}

// What SQLite keeps beside a log; it is checked with the log.
bool is_part_of_another(const std::filesystem::path& path) {
  const std::string name = path.string();
  for (const std::string_view ending : {"-wal", "-shm", "-journal"}) {
    if (name.ends_with(ending) &&
        std::filesystem::exists(name.substr(0, name.size() - ending.size()))) {
      return true;
    }
  }
  return false;
}

void check_model(FileCheck& check) {
  for (const auto& damage : Container::damage(check.path)) {
    check.problems.emplace_back(damage.what());
  }
  if (check.problems.empty()) (void)Snapshot::load(check.path);
}

FileCheck check_file(const std::filesystem::path& path) {
  FileCheck check{.path = path, .kind = kind_of(path), .problems = {}};
  try {
    if (check.kind == "model") check_model(check);
    if (check.kind == "event log") {
      const auto log = SqliteEventLog::open(path);
      log->verify();
      log->close();
    }
    if (check.kind == "unknown") {
      check.problems.push_back(path.string() + ": is neither a model file nor an event log");
    }
  } catch (const std::runtime_error& error) {
    check.problems.emplace_back(error.what());
  }
  return check;
}

}  // namespace

std::vector<FileCheck> check_files(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    if (!std::filesystem::exists(path)) {
      throw std::system_error(ENOENT, std::generic_category(), path.string());
    }
    return {check_file(path)};
  }
  std::vector<FileCheck> checks;
  for (const auto& name : names_in(path)) {
    const auto file = path / name;
    if (std::filesystem::is_regular_file(file) && !is_part_of_another(file)) {
      checks.push_back(check_file(file));
    }
  }
  return checks;
}

}  // namespace endcap
