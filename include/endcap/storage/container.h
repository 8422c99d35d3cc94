#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/storage/array.h"
#include "endcap/storage/file.h"

namespace endcap {

// One file of named, checksummed sections; docs/formats/container.md has it byte by byte.
// Collects sections, then writes them all at once.
class ContainerWriter {
 public:
  // Keeps a copy-free view: `values` must live until write(). Names are unique, 1 to 47 bytes.
  template <class T>
  void add(std::string name, std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    sections_.push_back({std::move(name), std::as_bytes(values)});
  }
  template <class T>
  void add(std::string name, const Array<T>& values) {
    add(std::move(name), values.span());
  }

  // Leaves the old file or the whole new one. Throws std::system_error.
  void write(const std::filesystem::path& path) const;

 private:
  struct Section {
    std::string name;
    std::span<const std::byte> bytes;
  };
  std::vector<Section> sections_;
};

// The same file, mapped for reading. Every byte has been checked against its checksum on opening.
// Arrays that it hands out keep the mapping alive.
class Container {
 public:
  // Throws CorruptFileError if any byte is not what was written, std::system_error if the file
  // cannot be read.
  [[nodiscard]] static Container open(const std::filesystem::path& path);
  // All that open() would refuse the file for, as far as it can be told: nothing if it opens.
  [[nodiscard]] static std::vector<CorruptFileError> damage(const std::filesystem::path& path);

  [[nodiscard]] bool has(const std::string& name) const { return sections_.contains(name); }

  // Throws CorruptFileError if there is no such section or its size is no multiple of T's.
  template <class T>
  [[nodiscard]] Array<T> array(const std::string& name) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = section(name);
    if (bytes.size() % sizeof(T) != 0) fail(name, "size is not a whole number of values");
    return {{reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)}, file_};
  }

  // The same where each value must be good: throws CorruptFileError naming the place of the first
  // that is not.
  template <class T, class IsGood>
  [[nodiscard]] Array<T> array(const std::string& name, std::string_view rule,
                               IsGood&& is_good) const {
    auto values = array<T>(name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!is_good(values[i])) fail(name, "must " + std::string(rule), i * sizeof(T));
    }
    return values;
  }

  // Throws CorruptFileError naming the section, and where in it: for what its reader finds wrong.
  [[noreturn]] void fail(const std::string& name, std::string_view what,
                         std::size_t at_byte = 0) const;

  // What `read` returns; what its constructors refuse is damage of the section.
  template <class Read>
  auto checked(const std::string& name, Read&& read) const {
    try {
      return read();
    } catch (const std::logic_error& error) {
      fail(name, error.what());
    }
  }

  [[nodiscard]] std::uint64_t size_bytes() const { return file_->bytes().size(); }

 private:
  using Report =
      std::function<void(const std::string& section, std::uint64_t offset, std::string_view what)>;
  void read_table(const Report& report);
  [[nodiscard]] std::span<const std::byte> section(const std::string& name) const;

  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, std::span<const std::byte>> sections_;
};

}  // namespace endcap
