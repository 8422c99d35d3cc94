#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/error.h"

namespace endcap {

// Reads the rows of separated values one after the other: fields may be quoted, then hold
// separators, line ends and doubled quotes. A byte order mark and blank lines are skipped.
// Source: Y. Shafranovich, "Common Format and MIME Type for CSV Files", RFC 4180, 2005.
// A row that is malformed has a problem(); the line after its first one is read next, so that a
// stray quote costs no other row. One thread at a time.
class CsvReader {
 public:
  // `text` must outlive the reader. Throws std::invalid_argument if the separator is a quote, a
  // line end or NUL.
  CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    require(separator != '"' && separator != '\n' && separator != '\r' && separator != '\0',
            "separator", "be neither quote, line end nor NUL", std::string(1, separator));
    if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  }

  // Goes to the next row; false where there is none.
  bool next();

  // Of the current row, valid until next().
  [[nodiscard]] std::span<const std::string> fields() const { return {fields_.data(), n_fields_}; }
  [[nodiscard]] std::int64_t line() const { return line_; }  // its first; 1 is the file's first
  [[nodiscard]] const char* problem() const { return problem_; }  // null if it is well formed

 private:
  static constexpr std::size_t kMaxFieldBytes = 1 << 20;
  static constexpr std::size_t kMaxFields = 10'000;

  // Each leaves the position behind a field and says whether another follows in the row.
  bool read_field();
  bool read_plain(std::string& field);
  bool read_quoted(std::string& field);
  bool end_field();
  bool give_up(const char* problem) {
    problem_ = problem;
    return false;
  }
  void skip_blank_lines();

  std::string_view text_;
  char separator_;
  std::size_t position_ = 0;
  std::int64_t line_ = 0, next_line_ = 1;
  const char* problem_ = nullptr;
  std::vector<std::string> fields_;  // kept from row to row for their memory
  std::size_t n_fields_ = 0;
};

inline bool CsvReader::next() {
  skip_blank_lines();
  if (position_ == text_.size()) return false;
  const std::size_t begin = position_;
  line_ = next_line_;
  problem_ = nullptr;
  n_fields_ = 0;
  while (read_field()) {
  }
  if (problem_ == nullptr && text_.substr(begin, position_ - begin).find('\0') != text_.npos) {
    problem_ = "row holds a NUL byte (is the file UTF-16?)";
  }
  if (problem_ != nullptr) {
    const auto end = text_.find('\n', begin);
    position_ = end == text_.npos ? text_.size() : end + 1;
  }
  next_line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                           text_.begin() + static_cast<std::ptrdiff_t>(position_), '\n');
  return true;
}

inline void CsvReader::skip_blank_lines() {
  for (;;) {
    const auto rest = text_.substr(position_, 2);
    if (!rest.starts_with('\n') && rest != "\r\n") return;
    position_ += rest[0] == '\n' ? 1 : 2;
    ++next_line_;
  }
}

inline bool CsvReader::read_field() {
  if (n_fields_ == kMaxFields) return give_up("row has more than 10,000 fields");
  if (n_fields_ == fields_.size()) fields_.emplace_back();
  std::string& field = fields_[n_fields_++];
  field.clear();
  const bool quoted = position_ < text_.size() && text_[position_] == '"';
  return quoted ? read_quoted(field) : read_plain(field);
}

inline bool CsvReader::read_plain(std::string& field) {
  std::size_t end = position_;
  while (end < text_.size() && text_[end] != separator_ && text_[end] != '\n') ++end;
  const bool is_last = end == text_.size() || text_[end] == '\n';
  std::size_t size = end - position_;
  if (size > kMaxFieldBytes) return give_up("field is longer than 1 MiB");
  if (is_last && size > 0 && text_[end - 1] == '\r') --size;
  field.assign(text_, position_, size);
  position_ = end;
  return end_field();
}

inline bool CsvReader::read_quoted(std::string& field) {
  for (++position_;;) {
    const auto size = text_.substr(position_, kMaxFieldBytes + 1 - field.size()).find('"');
    if (size == text_.npos) return give_up("quoted field is not closed, or longer than 1 MiB");
    field.append(text_, position_, size);
    position_ += size + 1;
    if (position_ == text_.size() || text_[position_] != '"') return end_field();
    field += text_[position_++];
    if (field.size() > kMaxFieldBytes) return give_up("field is longer than 1 MiB");
  }
}

inline bool CsvReader::end_field() {
  const auto rest = text_.substr(position_, 2);
  if (rest.empty() || rest == "\r") {
    position_ = text_.size();
    return false;
  }
  if (rest[0] == separator_) {
    ++position_;
    return true;
  }
  if (rest[0] != '\n' && rest != "\r\n") return give_up("characters follow a closing quote");
  position_ += rest[0] == '\n' ? 1 : 2;
  return false;
}

}  // namespace endcap
