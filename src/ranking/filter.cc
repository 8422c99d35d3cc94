#include "endcap/ranking/filter.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace endcap {

using Test = std::function<bool(const Catalog&, std::int32_t)>;

struct Filter::Node {
  Test test;
};

namespace {

struct Token {
  enum Type { kWord, kText, kNumber, kSign, kEnd } type = kEnd;
  std::string text;
  double number = 0;
  std::size_t at = 0;  // byte of the filter
};

struct Value {
  std::optional<double> number;
  std::string text;
  std::size_t at = 0;
};

// Recursive descent over the grammar of the class comment.
class Parser {
 public:
  Parser(std::string_view text, const Catalog& catalog) : text_(text), catalog_(catalog) { step(); }

  Test whole() {
    Test test = either();
    if (now_.type != Token::kEnd) fail(now_.at, "'and', 'or' or the end is expected here");
    return test;
  }

 private:
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
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.') return number();
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
  static bool is_word(char c) {  // every byte of a letter outside ASCII is above 127
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
           static_cast<unsigned char>(c) > 127;
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

  bool take(std::string_view word) {
    const bool is = (now_.type == Token::kWord || now_.type == Token::kSign) && now_.text == word;
    if (is) step();
    return is;
  }
  void expect(std::string_view word) {
    if (!take(word)) fail(now_.at, "'" + std::string(word) + "' is expected here");
  }

  Test either() {
    Test test = both();
    while (take("or")) {
      test = [a = std::move(test), b = both()](const Catalog& c, std::int32_t row) {
        return a(c, row) || b(c, row);
      };
    }
    return test;
  }
  Test both() {
    Test test = single();
    while (take("and")) {
      test = [a = std::move(test), b = single()](const Catalog& c, std::int32_t row) {
        return a(c, row) && b(c, row);
      };
    }
    return test;
  }
  Test single() {
    if (take("not")) {
      return [a = single()](const Catalog& c, std::int32_t row) { return !a(c, row); };
    }
    if (take("(")) {
      Test test = either();
      expect(")");
      return test;
    }
    return comparison();
  }

  Test comparison() {
    if (now_.type != Token::kWord) fail(now_.at, "the name of a column is expected here");
    const auto column = catalog_.find_column(now_.text);
    if (!column) {
      std::string known;
      for (const auto& name : catalog_.column_names()) known += (known.empty() ? "" : ", ") + name;
      fail(now_.at, "no column '" + now_.text + "' among: " + known);
    }
    const std::string name = now_.text;
    const std::size_t at = now_.at;
    step();
    if (take("is")) {
      const bool negated = take("not");
      expect("missing");
      return [column = *column, negated](const Catalog& c, std::int32_t row) {
        return is_missing(c, row, column) != negated;
      };
    }
    if (take("in")) return in_list(*column);
    if (take("between")) {
      Test low = compare(*column, ">=", value());
      expect("and");
      return [low = std::move(low), high = compare(*column, "<=", value())](
                 const Catalog& c, std::int32_t row) { return low(c, row) && high(c, row); };
    }
    for (const char* sign : {"==", "=", "!=", "<=", ">=", "<", ">"}) {
      if (take(sign)) return compare(*column, sign, value());
    }
    if (catalog_.type(*column) != ColumnType::kBoolean) {
      fail(at, "column '" + name + "' is not true or false, so it needs a comparison");
    }
    return [column = *column](const Catalog& c, std::int32_t row) {
      return c.number(row, column) == 1;
    };
  }

  Test in_list(std::int32_t column) {
    expect("(");
    std::vector<Test> tests = {compare(column, "=", value())};
    while (take(",")) tests.push_back(compare(column, "=", value()));
    expect(")");
    return [tests = std::move(tests)](const Catalog& c, std::int32_t row) {
      return std::any_of(tests.begin(), tests.end(), [&](const Test& t) { return t(c, row); });
    };
  }

  Value value() {
    Value value{.number = {}, .text = now_.text, .at = now_.at};
    if (now_.type == Token::kNumber) {
      value.number = now_.number;
    } else if (now_.type == Token::kWord && (now_.text == "true" || now_.text == "false")) {
      value.number = now_.text == "true" ? 1 : 0;
    } else if (now_.type != Token::kText) {
      fail(now_.at, "a number or a text in quotes is expected here");
    }
    step();
    return value;
  }

  static bool is_missing(const Catalog& c, std::int32_t row, std::int32_t column) {
    switch (c.type(column)) {
      case ColumnType::kNumber:
      case ColumnType::kBoolean:
        return std::isnan(c.number(row, column));
      case ColumnType::kTime:
        return c.time_us(row, column) == kNoTime;
      default:
        return c.codes(row, column).empty();
    }
  }

  template <class T>
  static bool holds(const T& a, const std::string& sign, const T& b) {
    if (sign == "<") return a < b;
    if (sign == "<=") return a <= b;
    if (sign == ">") return a > b;
    if (sign == ">=") return a >= b;
    return (a == b) == (sign != "!=");
  }

  Test compare(std::int32_t column, const std::string& sign, const Value& value) const {
    const auto type = catalog_.type(column);
    if (type == ColumnType::kNumber || type == ColumnType::kBoolean) {
      if (!value.number) fail(value.at, "the column holds numbers, so a number is expected here");
      return [=, wanted = *value.number](const Catalog& c, std::int32_t row) {
        const double own = c.number(row, column);
        return !std::isnan(own) && holds(own, sign, wanted);
      };
    }
    if (value.number) fail(value.at, "the column holds no numbers, so a text is expected here");
    if (type == ColumnType::kTime) {
      return [=, wanted = date(value)](const Catalog& c, std::int32_t row) {
        const auto own = c.time_us(row, column);
        return own != kNoTime && holds(own, sign, wanted);
      };
    }
    if (type == ColumnType::kTags && sign != "=" && sign != "==" && sign != "!=") {
      fail(value.at, "tags can only be compared by = and !=");
    }
    return [=, wanted = value.text](const Catalog& c, std::int32_t row) {
      const auto codes = c.codes(row, column);
      if (codes.empty()) return false;
      if (c.type(column) == ColumnType::kTags) {
        const bool has = std::any_of(codes.begin(), codes.end(), [&](std::int32_t code) {
          return c.text_of_code(column, code) == wanted;
        });
        return has == (sign != "!=");
      }
      return holds(std::string_view(c.text_of_code(column, codes[0])), sign,
                   std::string_view(wanted));
    };
  }

  // "2024-01-31", the start of the day in UTC, as microseconds.
  std::int64_t date(const Value& value) const {
    int year = 0;
    unsigned month = 0, day = 0;
    if (std::sscanf(value.text.c_str(), "%d-%u-%u", &year, &month, &day) != 3) {
      fail(value.at, "a date as in \"2024-01-31\" is expected here");
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok()) fail(value.at, "there is no such day");
    return std::chrono::sys_days(date).time_since_epoch().count() * kMicrosecondsPerDay;
  }

  std::string_view text_;
  const Catalog& catalog_;
  std::size_t place_ = 0;
  Token now_;
};

}  // namespace

Filter Filter::parse(std::string_view text, const Catalog& catalog) {
  return Filter(std::make_shared<const Node>(Node{Parser(text, catalog).whole()}));
}

bool Filter::matches(const Catalog& catalog, std::int32_t row) const {
  return root_->test(catalog, row);
}

}  // namespace endcap
