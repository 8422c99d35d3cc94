#pragma once

#include <cctype>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace endcap {

struct Token {
  enum Type { kWord, kText, kNumber, kSign, kEnd } type = kEnd;
  std::string text;
  double number = 0;
  std::size_t at = 0;  // byte of the filter
};

// The words of a filter, one ahead.
class Lexer {
 public:
  // The text must outlive the lexer.
  explicit Lexer(std::string_view text) : text_(text) { step(); }

  [[nodiscard]] const Token& now() const { return now_; }
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    while (end > begin && std::isspace(static_cast<unsigned char>(text_[end - 1]))) --end;
    return text_.substr(begin, end - begin);
  }

  [[noreturn]] void fail(std::size_t at, const std::string& what) const {
    throw std::invalid_argument("filter must be a condition: " + what + ", at character " +
                                std::to_string(at + 1) + "\n  " + std::string(text_) + "\n  " +
                                std::string(at, ' ') + "^");
  }

  void step() {
    while (place_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[place_]))) {
      ++place_;
    }
    now_ = Token();
    now_.at = place_;
    if (place_ == text_.size()) return;
    const char c = text_[place_];
    if (c == '"' || c == '\'') return quoted(c);
    if (begins_number()) return number();
    if (is_word(c)) {
      now_.type = Token::kWord;
      while (place_ < text_.size() && is_word(text_[place_])) now_.text += text_[place_++];
      return;
    }
    now_.type = Token::kSign;
    now_.text = text_[place_++];
    if (std::string_view("<>=!").find(c) != std::string_view::npos && place_ < text_.size() &&
        text_[place_] == '=') {
      now_.text += text_[place_++];
    }
  }

  [[nodiscard]] bool take(std::string_view word) {
    const bool is = (now_.type == Token::kWord || now_.type == Token::kSign) && now_.text == word;
    if (is) step();
    return is;
  }
  void expect(std::string_view word) {
    if (!take(word)) fail(now_.at, "'" + std::string(word) + "' is expected here");
  }

 private:
  static bool is_digit(char c) { return '0' <= c && c <= '9'; }
  static bool is_word(char c) {  // every byte of a letter outside ASCII is above 127
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
           static_cast<unsigned char>(c) > 127;
  }
  [[nodiscard]] bool begins_number() const {
    const char c = text_[place_], next = place_ + 1 < text_.size() ? text_[place_ + 1] : ' ';
    return is_digit(c) || c == '.' || (c == '-' && (is_digit(next) || next == '.'));
  }
  void quoted(char quote) {
    const auto end = text_.find(quote, place_ + 1);
    if (end == std::string_view::npos) fail(place_, "the text has no closing quote");
    now_.type = Token::kText;
    now_.text = text_.substr(place_ + 1, end - place_ - 1);
    place_ = end + 1;
  }
  void number() {
    const char* begin = text_.data() + place_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), now_.number);
    if (error != std::errc()) fail(place_, "not a number");
    now_.type = Token::kNumber;
    place_ += static_cast<std::size_t>(end - begin);
  }

  std::string_view text_;
  std::size_t place_ = 0;
  Token now_;
};

}  // namespace endcap
