#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace endcap {

// The whole of a file, mapped for reading. The memory lives as long as a copy of the pointer.
class MappedFile {
 public:
  // Throws std::system_error naming the path if it cannot be opened or mapped.
  [[nodiscard]] static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  MappedFile(std::filesystem::path path, std::span<const std::byte> bytes);

  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

// Leaves either the old file or the whole new one at `path`, also after a power cut: writes a
// temporary file beside it, syncs it, renames it and syncs the folder. Throws std::system_error
// naming the path; then the old file is untouched and the temporary one is removed.
void write_file(const std::filesystem::path& path,
                std::span<const std::span<const std::byte>> pieces);

// Makes durable that there is a file at `path`. Throws std::system_error naming the folder.
void sync_folder_of(const std::filesystem::path& path);

}  // namespace endcap
