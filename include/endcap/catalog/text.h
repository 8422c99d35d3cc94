#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/utf8.h"

namespace endcap {

namespace detail {

constexpr bool within(char32_t point, char32_t low, char32_t high) {
  return low <= point && point <= high;
}

// The small letter of Latin, Greek and Cyrillic capitals and of full-width forms; others stay.
constexpr char32_t lower_case(char32_t c) {
  if (within(c, 0xFF01, 0xFF5E)) c -= 0xFEE0;  // full-width forms of ASCII
  if (within(c, 'A', 'Z') || (within(c, 0xC0, 0xDE) && c != 0xD7)) return c + 32;
  if (c < 0x100) return c;
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xFF;
  const bool odd_capitals = within(c, 0x139, 0x148) || within(c, 0x179, 0x17E);
  if (odd_capitals) return c + (c & 1);
  const bool even_capitals = within(c, 0x100, 0x177) || within(c, 0x460, 0x481) ||
                             within(c, 0x48A, 0x4BF) || within(c, 0x4D0, 0x52F) ||
                             within(c, 0x1E00, 0x1E95) || within(c, 0x1EA0, 0x1EFF);
  if (even_capitals && c != 0x131 && c != 0x138 && c != 0x149) return c | 1;
  if (c == 0x386) return 0x3AC;
  if (within(c, 0x388, 0x38A)) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (within(c, 0x38E, 0x38F)) return c + 63;
  if (within(c, 0x391, 0x3AB)) return c + 32;
  if (c == 0x3C2) return 0x3C3;  // the sigma at the end of a word
  if (within(c, 0x400, 0x40F)) return c + 80;
  if (within(c, 0x410, 0x42F)) return c + 32;
  return c;
}

// Han, Hiragana, Katakana and Hangul: written without spaces, or with few.
constexpr bool is_unspaced(char32_t c) {
  return within(c, 0x3005, 0x3007) || within(c, 0x3041, 0x30FF) || within(c, 0x3400, 0x4DBF) ||
         within(c, 0x4E00, 0x9FFF) || within(c, 0xAC00, 0xD7A3) || within(c, 0xF900, 0xFAFF) ||
         within(c, 0xFF66, 0xFF9D) || within(c, 0x20000, 0x3FFFF);
}

// Letters and digits: everything beyond ASCII but punctuation, signs, spaces and private use.
constexpr bool is_word(char32_t c) {
  if (c < 0x80) return within(c, '0', '9') || within(c, 'a', 'z');
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  return c != 0xD7 && c != 0xF7 && !within(c, 0x2000, 0x2BFF) && !within(c, 0x2E00, 0x2E7F) &&
         !within(c, 0x3000, 0x303F) && !within(c, 0xE000, 0xF8FF) && !within(c, 0xFE00, 0xFE6F) &&
         !within(c, 0xFF00, 0xFFEF) && !within(c, 0x1F000, 0x1FAFF) && c < 0xE0000;
}

}  // namespace detail

// The tokens of UTF-8 text, in order: words of letters and digits in small letters, and for scripts
// without spaces pairs of neighbouring characters (a character alone where it has no neighbour).
// Anything else, invalid bytes too, ends a token. Knows no language: no stems, no stop words.
[[nodiscard]] inline std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  std::string word, last;  // the word so far; the newest character of an unspaced script
  bool paired = false;     // whether `last` is in a token already
  const auto end_word = [&] {
    if (!word.empty()) tokens.push_back(word);
    word.clear();
  };
  const auto end_run = [&] {
    if (!last.empty() && !paired) tokens.push_back(last);
    last.clear();
    paired = false;
  };
  while (!text.empty()) {
    const char32_t point = detail::lower_case(take_code_point(text));
    if (detail::is_unspaced(point)) {
      end_word();
      std::string character;
      append_utf8(point, character);
      if (!last.empty()) tokens.push_back(last + character);
      paired = !last.empty();
      last = std::move(character);
    } else {
      end_run();
      if (detail::is_word(point)) {
        append_utf8(point, word);
      } else {
        end_word();
      }
    }
  }
  end_word();
  end_run();
  return tokens;
}

}  // namespace endcap
