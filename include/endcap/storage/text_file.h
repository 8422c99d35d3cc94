#pragma once

#include <string_view>
#include <utility>

#include "endcap/storage/file.h"

namespace endcap::detail {

// What is wrong with a file that should be text, going by its first bytes; null if it may be text.
inline const char* problem_of_bytes(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::pair<std::string_view, const char*> kSigns[] = {
      {"\x1F\x8B"sv, "the file is compressed (gzip): unpack it first"},
      {"\x28\xB5\x2F\xFD"sv, "the file is compressed (zstd): unpack it first"},
      {"\xFD\x37zXZ\0"sv, "the file is compressed (xz): unpack it first"},
      {"PK\x03\x04"sv, "the file is an archive (zip, or a spreadsheet), not text"},
      {"PAR1\x15"sv, "the file is Parquet, not text"},
      {"\xFF\xFE"sv, "the file is UTF-16, not UTF-8"},
      {"\xFE\xFF"sv, "the file is UTF-16, not UTF-8"},
  };
  for (const auto& [sign, problem] : kSigns) {
    if (bytes.starts_with(sign)) return problem;
  }
  return nullptr;
}

// The text of a file without its byte order mark, valid as long as the file. fail(const char*) is
// told what is wrong with a file that is no text, and must throw.
template <class Fail>
std::string_view text_of(const MappedFile& file, Fail&& fail) {
  std::string_view text{reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
  if (text.empty()) fail("the file is empty");
  if (const char* problem = problem_of_bytes(text)) fail(problem);
  if (text.find('\n') == text.npos && text.find('\r') != text.npos) {
    fail("the lines of the file end in CR alone");
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace endcap::detail
