#pragma once

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include "endcap/base/types.h"

namespace endcap {
namespace detail {

// Takes text from its front; once something is not there, every later step fails too.
class TextScanner {
 public:
  explicit TextScanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return rest_.empty(); }

  bool skip(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  void expect(std::string_view what) { ok_ = skip(what) && ok_; }

  // Exactly `n` digits.
  int digits(std::size_t n) {
    int value = 0;
    ok_ = ok_ && rest_.size() >= n;
    for (std::size_t i = 0; ok_ && i < n; ++i) {
      ok_ = '0' <= rest_[i] && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(n);
    return value;
  }

  // Any number of digits of a fraction, cut to microseconds.
  std::int64_t fraction_us() {
    std::int64_t value = 0, unit = kMicrosecondsPerSecond;
    while (!rest_.empty() && '0' <= rest_[0] && rest_[0] <= '9') {
      unit /= 10;
      value += unit * (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

inline std::int64_t scan_clock_us(TextScanner& scan, bool& valid) {
  const int hour = scan.digits(2);
  scan.expect(":");
  const int minute = scan.digits(2);
  const int second = scan.skip(":") ? scan.digits(2) : 0;
  const std::int64_t fraction_us = scan.skip(".") ? scan.fraction_us() : 0;
  valid = hour < 24 && minute < 60 && second < 60;
  return ((hour * 60 + minute) * 60 + second) * kMicrosecondsPerSecond + fraction_us;
}

// Seconds that the zone is ahead of UTC.
inline std::int64_t scan_zone(TextScanner& scan, bool& valid) {
  scan.skip(" ");
  if (scan.done() || scan.skip("Z") || scan.skip("UTC")) return 0;
  const int sign = scan.skip("-") ? -1 : 1;
  if (sign == 1) scan.expect("+");
  const int hours = scan.digits(2);
  scan.skip(":");
  const int minutes = scan.done() ? 0 : scan.digits(2);
  valid = valid && hours < 24 && minutes < 60;
  return std::int64_t{sign} * (hours * 60 + minutes) * 60;
}

inline std::optional<std::int64_t> iso_8601_us(std::string_view text) {
  TextScanner scan(text);
  const int year = scan.digits(4);
  scan.expect("-");
  const int month = scan.digits(2);
  scan.expect("-");
  const int day = scan.digits(2);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  bool valid = scan.ok() && date.ok();
  if (!valid) return std::nullopt;
  std::int64_t us = std::chrono::sys_days(date).time_since_epoch().count() * kMicrosecondsPerDay;
  if (scan.skip("T") || (!scan.done() && scan.skip(" "))) {
    us += scan_clock_us(scan, valid);
    us -= scan_zone(scan, valid) * kMicrosecondsPerSecond;
  }
  if (!scan.ok() || !scan.done() || !valid) return std::nullopt;
  return us;
}

}  // namespace detail

inline constexpr std::int64_t kEndOfTimeUs = 253'402'300'800 * kMicrosecondsPerSecond;

// A date or a date with time as ISO 8601 writes them ("2024-02-29", "2024-02-29T23:15:00.5+02:00",
// a space for the T; no zone means UTC), as microseconds since 1970 UTC. Nothing for other text
// and outside of the years 1970 to 9999.
[[nodiscard]] inline std::optional<std::int64_t> date_from_text(std::string_view text) {
  const auto us = detail::iso_8601_us(text);
  return us && 0 <= *us && *us < kEndOfTimeUs ? us : std::nullopt;
}

// The same, or a number of seconds since 1970 UTC ("1709248500", "1709248500.5").
[[nodiscard]] inline std::optional<std::int64_t> time_from_text(std::string_view text) {
  double seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || stop != end) return date_from_text(text);
  if (!(seconds >= 0 && seconds < 1e12)) return std::nullopt;
  const std::int64_t us = std::llround(seconds * kMicrosecondsPerSecond);
  return us < kEndOfTimeUs ? std::optional(us) : std::nullopt;
}

}  // namespace endcap
