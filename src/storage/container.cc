#include "endcap/storage/container.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "endcap/storage/checksum.h"

namespace endcap {
namespace {

constexpr std::array<char, 8> kMagic = {'e', 'n', 'd', 'c', 'a', 'p', '\r', '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMaxHeaderBytes = 1 << 20;

struct FileHeader {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t n_sections = 0;
  std::uint64_t file_size = 0;
  std::uint64_t header_checksum = 0;  // of the header and the table with this field 0
};

struct TableEntry {
  std::array<char, 48> name{};  // padded with zeros
  std::uint64_t offset = 0;     // a multiple of 64
  std::uint64_t size = 0;       // without the zeros up to the next multiple of 64
  std::uint64_t checksum = 0;
};

constexpr std::size_t padded(std::size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

// The header and table as bytes, zeros up to the first section included.
std::vector<std::byte> encode(FileHeader header, std::span<const TableEntry> table) {
  std::vector<std::byte> bytes(padded(sizeof header + table.size_bytes()));
  if (!table.empty()) std::memcpy(bytes.data() + sizeof header, table.data(), table.size_bytes());
  header.header_checksum = 0;
  std::memcpy(bytes.data(), &header, sizeof header);
  header.header_checksum = checksum(bytes.data(), bytes.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

bool is_zero(std::byte byte) { return byte == std::byte{0}; }

}  // namespace

void ContainerWriter::write(const std::filesystem::path& path) const {
  static constexpr std::array<std::byte, kAlignment> kZeros{};
  std::vector<TableEntry> table(sections_.size());
  std::uint64_t offset = padded(sizeof(FileHeader) + sections_.size() * sizeof(TableEntry));
  require(offset <= kMaxHeaderBytes, "sections", "fit a header of 1 MiB", sections_.size());
  std::vector<std::span<const std::byte>> pieces = {{}};
  for (std::size_t s = 0; s < sections_.size(); ++s) {
    const auto& [name, bytes] = sections_[s];
    require(!name.empty() && name.size() < sizeof table[s].name, "name", "have 1 to 47 bytes",
            name);
    std::memcpy(table[s].name.data(), name.data(), name.size());
    table[s].offset = offset;
    table[s].size = bytes.size();
    table[s].checksum = checksum(bytes.data(), bytes.size());
    offset += padded(bytes.size());
    pieces.push_back(bytes);
    pieces.push_back(std::span(kZeros).first(padded(bytes.size()) - bytes.size()));
  }
  const FileHeader header{.n_sections = static_cast<std::uint32_t>(table.size()),
                          .file_size = offset};
  const auto head = encode(header, table);
  pieces[0] = head;
  write_file(path, pieces);
}

Container Container::open(const std::filesystem::path& path) {
  Container container;
  container.file_ = MappedFile::open(path);
  container.read_table(
      [&](const std::string& section, std::uint64_t offset, std::string_view what) {
        throw CorruptFileError(path.string(), section, offset, what);
      });
  return container;
}

std::vector<CorruptFileError> Container::damage(const std::filesystem::path& path) {
  std::vector<CorruptFileError> found;
  Container container;
  container.file_ = MappedFile::open(path);
  container.read_table(
      [&](const std::string& section, std::uint64_t offset, std::string_view what) {
        found.emplace_back(path.string(), section, offset, what);
      });
  return found;
}

// Finds the sections and checks every byte. Goes on after a report where it still knows the way.
void Container::read_table(const Report& report) {
  const auto bytes = file_->bytes();
  FileHeader header;
  if (bytes.size() < sizeof header) return report("header", 0, "file is too short");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic) return report("header", 0, "not an endcap file");
  if (header.version != kVersion) return report("header", 8, "unknown format version");
  if (header.file_size != bytes.size()) report("header", 16, "file is truncated or too long");
  const std::size_t table_bytes = std::size_t{header.n_sections} * sizeof(TableEntry);
  const std::size_t head_bytes = padded(sizeof header + table_bytes);
  if (head_bytes > kMaxHeaderBytes || head_bytes > bytes.size()) {
    return report("header", 12, "number of sections is out of range");
  }
  std::vector<TableEntry> table(header.n_sections);
  if (!table.empty()) std::memcpy(table.data(), bytes.data() + sizeof header, table_bytes);
  const auto expected = encode(header, table);
  if (std::memcmp(expected.data(), bytes.data(), head_bytes) != 0) {
    return report("header", 24, "checksum does not match");
  }

  std::uint64_t offset = head_bytes;
  for (const auto& entry : table) {
    const std::string name(entry.name.data(), strnlen(entry.name.data(), entry.name.size()));
    if (entry.offset != offset || entry.size > bytes.size() - offset ||
        padded(entry.size) > bytes.size() - offset) {
      return report(name, offset, "does not lie within the file");
    }
    const auto section = bytes.subspan(offset, entry.size);
    const auto zeros = bytes.subspan(offset + entry.size, padded(entry.size) - entry.size);
    if (checksum(section.data(), section.size()) != entry.checksum) {
      report(name, offset, "checksum does not match");
    }
    if (!std::all_of(zeros.begin(), zeros.end(), is_zero)) {
      report(name, offset + entry.size, "is not followed by zeros");
    }
    if (!sections_.emplace(name, section).second) report(name, offset, "section stands twice");
    offset += padded(entry.size);
  }
  if (offset != bytes.size()) report("header", 16, "bytes after the last section");
}

void Container::fail(const std::string& name, std::string_view what, std::size_t at_byte) const {
  const auto found = sections_.find(name);
  const auto offset = found == sections_.end()
                          ? 0
                          : static_cast<std::size_t>(found->second.data() - file_->bytes().data());
  throw CorruptFileError(file_->path().string(), name, offset + at_byte, what);
}

std::span<const std::byte> Container::section(const std::string& name) const {
  const auto found = sections_.find(name);
  if (found == sections_.end()) fail(name, "is missing");
  return found->second;
}

}  // namespace endcap
