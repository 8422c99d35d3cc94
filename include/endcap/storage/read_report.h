#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/utf8.h"

namespace endcap {

// A row of a text file that could not be read.
struct BadRow {
  std::int64_t line = 0;  // 1 is the first of the file
  std::string reason;
};

// What became of the rows of a text file: rows == kept + n_bad.
struct ReadReport {
  std::int64_t rows = 0;  // header and blank lines do not count
  std::int64_t kept = 0;
  std::int64_t n_bad = 0;
  std::vector<BadRow> bad;                      // the first 1,000
  std::map<std::string, std::int64_t> reasons;  // how many rows are bad for which reason
};

namespace detail {

// Text of a file as it may stand in a message: at most max_bytes, each bad byte as U+FFFD.
inline std::string printable(std::string_view text, std::size_t max_bytes = 1000) {
  std::string result;
  while (!text.empty()) {
    const char32_t point = take_code_point(text);
    append_utf8(point == kInvalidCodePoint ? U'\uFFFD' : point, result);
    if (result.size() + 4 > max_bytes) break;
  }
  return result;
}

// Keeps the report, and gives up where more rows are bad than the caller can bear.
class BadRows {
 public:
  BadRows(std::string path, std::int64_t max_bad_rows, ReadReport& report)
      : path_(std::move(path)), max_bad_rows_(max_bad_rows), report_(report) {}

  // Throws std::invalid_argument naming the first bad rows once there are more than the limit.
  void add(std::int64_t line, std::string_view reason, std::string_view value = {}) {
    ++report_.n_bad;
    ++report_.reasons[std::string(reason)];
    std::string text(reason);
    if (!value.empty()) text += ": '" + printable(value, 60) + "'";
    if (report_.bad.size() < kMaxListed) report_.bad.push_back({line, std::move(text)});
    if (report_.n_bad > max_bad_rows_) {
      fail("more than " + std::to_string(max_bad_rows_) + " rows cannot be read");
    }
  }

  // Throws std::invalid_argument with the first bad rows behind `what`.
  [[noreturn]] void fail(const std::string& what) const {
    std::string text = path_ + ": " + what;
    for (std::size_t i = 0; i < report_.bad.size() && i < 3; ++i) {
      text += "; line " + std::to_string(report_.bad[i].line) + ": " + report_.bad[i].reason;
    }
    throw std::invalid_argument(printable(text));
  }

 private:
  static constexpr std::size_t kMaxListed = 1000;

  std::string path_;
  std::int64_t max_bad_rows_;
  ReadReport& report_;
};

}  // namespace detail
}  // namespace endcap
