#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace endcap {

inline constexpr char32_t kInvalidCodePoint = 0xFFFFFFFF;

// Takes one code point off the front of UTF-8 text that is not empty; kInvalidCodePoint for
// a byte that begins no shortest form of a character, which is taken alone.
inline char32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const char32_t first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC0 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF8 ? 4
                                            : 0;
  bool valid = length > 0 && length <= text.size();
  char32_t point = length == 1 ? first : first & (0x7Fu >> length);
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xC0) == 0x80;
    point = point << 6 | (byte(i) & 0x3F);
  }
  valid = valid && point >= kSmallest[length] && point <= 0x10FFFF && (point & ~0x7FFu) != 0xD800;
  text.remove_prefix(valid ? length : 1);
  return valid ? point : kInvalidCodePoint;
}

inline void append_utf8(char32_t point, std::string& text) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

// Whether the whole text is valid.
[[nodiscard]] inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      text.remove_prefix(1);
    } else if (take_code_point(text) == kInvalidCodePoint) {
      return false;
    }
  }
  return true;
}

}  // namespace endcap
