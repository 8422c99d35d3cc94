#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "endcap/storage/checksum.h"

namespace endcap {

// A container file and its bytes, to be changed and put back. The places are those of
// docs/formats/container.md.
class FileToDamage {
 public:
  explicit FileToDamage(std::filesystem::path path) : path_(std::move(path)) {
    std::ifstream file(path_, std::ios::binary);
    bytes_ = {std::istreambuf_iterator<char>(file), {}};
    file_.open(path_, std::ios::binary | std::ios::in | std::ios::out);
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  // Writes over a part of the file, leaves it to `look`, and puts it back.
  template <class Look>
  void with(std::size_t at, const std::string& part, Look&& look) {
    put(at, part);
    look();
    put(at, bytes_.substr(at, part.size()));
  }

  // The same with all checksums made to fit: nothing tells of the change but what it says.
  template <class Look>
  void with_sealed(std::size_t at, const std::string& part, Look&& look) {
    std::string changed = bytes_;
    changed.replace(at, part.size(), part);
    seal(changed);
    put(0, changed);
    look();
    put(0, bytes_);
  }

  void cut(std::size_t size) {
    file_.flush();
    std::filesystem::resize_file(path_, size);
  }

  // The name of the section that holds a byte, or "header".
  [[nodiscard]] std::string section_at(std::size_t at) const {
    for (std::uint32_t s = n_sections(bytes_); s-- > 0;) {
      const std::size_t entry = kHeader + s * kEntry;
      if (at >= number(bytes_, entry + 48)) return bytes_.c_str() + entry;
    }
    return "header";
  }

 private:
  static constexpr std::size_t kHeader = 32, kEntry = 72;

  static std::uint64_t number(const std::string& bytes, std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }
  static void set(std::string& bytes, std::size_t at, std::uint64_t value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
  }
  static std::uint32_t n_sections(const std::string& bytes) {
    std::uint32_t n = 0;
    std::memcpy(&n, bytes.data() + 12, sizeof n);
    return n;
  }

  static void seal(std::string& bytes) {
    const std::size_t n = n_sections(bytes);
    const std::size_t head = (kHeader + n * kEntry + 63) / 64 * 64;
    if (head > bytes.size()) return;
    for (std::size_t s = 0; s < n; ++s) {
      const std::size_t entry = kHeader + s * kEntry;
      const auto at = number(bytes, entry + 48), size = number(bytes, entry + 56);
      if (at > bytes.size() || size > bytes.size() - at) continue;
      set(bytes, entry + 64, checksum(bytes.data() + at, size));
    }
    set(bytes, 24, 0);
    set(bytes, 24, checksum(bytes.data(), head));
  }

  void put(std::size_t at, const std::string& part) {
    file_.seekp(static_cast<std::streamoff>(at));
    file_.write(part.data(), static_cast<std::streamsize>(part.size()));
    file_.flush();
    ASSERT_TRUE(file_.good());
  }

  std::filesystem::path path_;
  std::string bytes_;
  std::fstream file_;
};

}  // namespace endcap
