#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace endcap {

// What is known of one file after every byte of it was read.
struct FileCheck {
  std::filesystem::path path;
  std::string kind;                   // "model", "event log", "left over" or "unknown"
  std::vector<std::string> problems;  // each names the section and the byte; none: all is well
};

// Checks a model file or an event log, or every file of a folder, by name. A file that an
// interrupted save has left over is no problem; one that is neither model nor log is. An event log
// must not be open elsewhere, and is recovered first if it was not closed. Throws std::system_error
// if there is nothing to read at `path`.
[[nodiscard]] std::vector<FileCheck> check_files(const std::filesystem::path& path);

}  // namespace endcap
