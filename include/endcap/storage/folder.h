#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace endcap {

// The names of all that lies in a folder, sorted. Throws std::system_error naming the path.
// (std::filesystem::directory_iterator ends the process where memory is short.)
[[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace endcap
