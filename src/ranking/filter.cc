#include "endcap/ranking/filter.h"

#include <cmath>
#include <optional>

#include "endcap/base/types.h"
#include "endcap/events/time_text.h"
#include "filter_columns.h"
#include "filter_lexer.h"
#include "filter_node.h"

namespace endcap {
namespace {

using Type = Filter::Node::Type;

// Deeper nesting is refused before it exhausts the stack.
constexpr int kMostNested = 200;

// A list among fewer rows than one in so many is sooner made by looking at each of them.
constexpr std::int32_t kOneInFew = 200;

// What stands behind a comparison: a literal, a column of the anchor, or now.
struct Operand {
  enum Kind { kNumber, kText, kAnchor, kNow } kind = kNumber;
  double number = 0;           // kNumber; the multiple of a kAnchor
  std::string text = {};       // kText
  std::int32_t column = 0;     // kAnchor
  std::int64_t offset_us = 0;  // kNow
  std::size_t at = 0;
};

// Recursive descent over the grammar of the class comment.
class Parser {
 public:
  Parser(std::string_view text, const Catalog& catalog) : lexer_(text), catalog_(catalog) {}

  NodePtr whole() {
    NodePtr root = either();
    if (lexer_.now().type != Token::kEnd) fail("'and', 'or' or the end is expected here");
    return root;
  }
  // What the outermost `and`s join; the whole condition where they join nothing.
  std::vector<std::string> take_clauses() { return std::move(clauses_); }

 private:
  [[noreturn]] void fail(const std::string& what) const { lexer_.fail(lexer_.now().at, what); }

  NodePtr either() {
    const auto begin = lexer_.now().at;
    Joiner alternatives(Type::kOr);
    alternatives.add(both());
    bool is_alternative = false;
    for (; lexer_.take("or"); is_alternative = true) alternatives.add(both());
    if (nested_ == 0 && is_alternative) {
      clauses_ = {std::string(lexer_.between(begin, lexer_.now().at))};
    }
    return alternatives.take();
  }

  NodePtr both() {
    Joiner conditions(Type::kAnd);
    conditions.add(clause());
    while (lexer_.take("and")) conditions.add(clause());
    return conditions.take();
  }

  NodePtr clause() {
    const auto begin = lexer_.now().at;
    NodePtr node = single();
    if (nested_ == 0) clauses_.emplace_back(lexer_.between(begin, lexer_.now().at));
    return node;
  }

  NodePtr single() {
    if (nested_ == kMostNested) fail("conditions are nested too deeply");
    ++nested_;
    NodePtr node;
    if (lexer_.take("not")) {
      node = negate(single());
    } else if (lexer_.take("(")) {
      node = either();
      lexer_.expect(")");
    } else {
      node = comparison();
    }
    --nested_;
    return node;
  }

  NodePtr comparison() {
    const Token name = lexer_.now();
    const FilterColumn column(catalog_, column_named(name, name.text));
    lexer_.step();
    if (lexer_.take("is")) {
      const bool negated = lexer_.take("not");
      lexer_.expect("missing");
      return negated ? negate(column.missing()) : column.missing();
    }
    if (lexer_.take("not")) {
      lexer_.expect("in");
      Joiner known(Type::kAnd);
      known.add(negate(column.missing()));
      known.add(negate(membership(column)));
      return known.take();
    }
    if (lexer_.take("in")) return membership(column);
    if (lexer_.take("between")) return between(column);
    if (const auto sign = take_sign()) return compare(column, *sign, operand());
    if (column.type() != ColumnType::kBoolean) {
      lexer_.fail(name.at,
                  "column '" + name.text + "' is not true or false, so it needs a comparison");
    }
    return column.compare(Sign::kEqual, 1.0);
  }

  std::int32_t column_named(const Token& token, const std::string& name) const {
    if (token.type != Token::kWord) lexer_.fail(token.at, "the name of a column is expected here");
    if (const auto column = catalog_.find_column(name)) return *column;
    std::string known;
    for (const auto& one : catalog_.column_names()) known += (known.empty() ? "" : ", ") + one;
    lexer_.fail(token.at, "no column '" + name + "' among: " + known);
  }

  std::optional<Sign> take_sign() {
    constexpr std::pair<std::string_view, Sign> kSigns[] = {
        {"==", Sign::kEqual},   {"=", Sign::kEqual}, {"!=", Sign::kNotEqual}, {"<=", Sign::kAtMost},
        {">=", Sign::kAtLeast}, {"<", Sign::kLess},  {">", Sign::kMore}};
    for (const auto& [text, sign] : kSigns) {
      if (lexer_.take(text)) return sign;
    }
    return std::nullopt;
  }

  // `between 0.8 and 1.5 times anchor.price`: the first number, too, is a multiple.
  NodePtr between(const FilterColumn& column) {
    Operand low = operand();
    lexer_.expect("and");
    const Operand high = operand();
    if (high.kind == Operand::kAnchor && low.kind == Operand::kNumber) {
      low.kind = Operand::kAnchor;
      low.column = high.column;
    }
    Joiner ends(Type::kAnd);
    ends.add(compare(column, Sign::kAtLeast, low));
    ends.add(compare(column, Sign::kAtMost, high));
    return ends.take();
  }

  NodePtr membership(const FilterColumn& column) {
    const Token source = lexer_.now();
    if (source.type == Token::kWord && source.text.starts_with("customer.")) {
      const auto of = customer_column(source);
      check_same_type(column, of, source.at);
      lexer_.step();
      return column.among_customer(of);
    }
    lexer_.expect("(");
    std::vector<Operand> values = {operand()};
    while (lexer_.take(",")) values.push_back(operand());
    lexer_.expect(")");
    return one_of(column, values);
  }

  NodePtr one_of(const FilterColumn& column, const std::vector<Operand>& values) const {
    Joiner any(Type::kOr);
    std::vector<double> numbers;
    std::vector<std::int64_t> times;
    std::vector<std::string> texts;
    for (const auto& value : values) {
      if (value.kind == Operand::kAnchor || value.kind == Operand::kNow) {
        any.add(compare(column, Sign::kEqual, value));
      } else if (column.holds_numbers()) {
        numbers.push_back(number(value));
      } else if (column.holds_texts()) {
        texts.push_back(text(value));
      } else {
        times.push_back(time_us(value));
      }
    }
    if (!numbers.empty()) any.add(column.one_of(std::move(numbers)));
    if (!times.empty()) any.add(column.one_of(std::move(times)));
    if (!texts.empty()) any.add(column.one_of(texts));
    return any.take();
  }

  // customer.brand, customer.brands, customer.categories: the values of the customer's history.
  std::int32_t customer_column(const Token& token) const {
    const std::string name = token.text.substr(std::string_view("customer.").size());
    if (const auto column = catalog_.find_column(name)) return *column;
    const auto singular = [&](std::string_view ending, std::string_view replacement) {
      if (!name.ends_with(ending)) return std::optional<std::int32_t>();
      return catalog_.find_column(name.substr(0, name.size() - ending.size()) +
                                  std::string(replacement));
    };
    if (const auto column = singular("ies", "y")) return *column;
    if (const auto column = singular("es", "")) return *column;
    if (const auto column = singular("s", "")) return *column;
    return column_named(token, name);
  }

  void check_same_type(const FilterColumn& column, std::int32_t source, std::size_t at) const {
    const FilterColumn other(catalog_, source);
    if (column.holds_numbers() != other.holds_numbers() ||
        column.holds_texts() != other.holds_texts()) {
      lexer_.fail(at, "the two columns hold values of different types");
    }
  }

  Operand operand() {
    const Token token = lexer_.now();
    Operand operand{.number = token.number, .text = token.text, .at = token.at};
    if (token.type == Token::kNumber) {
      lexer_.step();
      if (!lexer_.take("times")) return operand;
      if (!lexer_.now().text.starts_with("anchor.")) fail("a column of anchor is expected here");
      return anchor(operand.number);
    }
    if (token.type == Token::kText) {
      operand.kind = Operand::kText;
    } else if (token.type == Token::kWord && token.text.starts_with("anchor.")) {
      return anchor(1);
    } else if (lexer_.take("now")) {
      return now(token.at);
    } else if (token.type == Token::kWord && (token.text == "true" || token.text == "false")) {
      operand.number = token.text == "true" ? 1 : 0;
    } else {
      fail("a number or a text in quotes is expected here");
    }
    lexer_.step();
    return operand;
  }

  Operand anchor(double scale) {
    const Token token = lexer_.now();
    Operand operand{.kind = Operand::kAnchor, .number = scale, .at = token.at};
    operand.column = column_named(token, token.text.substr(std::string_view("anchor.").size()));
    lexer_.step();
    return operand;
  }

  // now, now + 2 days, now - 6 hours
  Operand now(std::size_t at) {
    Operand operand{.kind = Operand::kNow, .at = at};
    const bool negative = lexer_.take("-");
    if (!negative && !lexer_.take("+") && lexer_.now().type != Token::kNumber) return operand;
    if (lexer_.now().type != Token::kNumber) fail("a number of days or hours is expected here");
    const double count = (negative ? -1 : 1) * lexer_.now().number;
    if (!(std::abs(count) < 1e7)) fail("a time that far away cannot be compared");
    lexer_.step();
    double unit_us = static_cast<double>(kMicrosecondsPerDay);
    if (lexer_.take("hours") || lexer_.take("hour")) {
      unit_us /= 24;
    } else if (!lexer_.take("days") && !lexer_.take("day")) {
      fail("'days' or 'hours' is expected here");
    }
    operand.offset_us = std::llround(count * unit_us);
    return operand;
  }

  NodePtr compare(const FilterColumn& column, Sign sign, const Operand& operand) const {
    if (operand.kind == Operand::kAnchor) return compare_anchor(column, sign, operand);
    if (operand.kind == Operand::kNow) {
      if (column.type() != ColumnType::kTime) lexer_.fail(operand.at, "the column holds no times");
      return column.compare_now(sign, operand.offset_us);
    }
    if (column.holds_numbers()) return column.compare(sign, number(operand));
    if (column.type() == ColumnType::kTime) return column.compare(sign, time_us(operand));
    check_tags(column, sign, operand.at);
    return column.compare(sign, text(operand));
  }

  NodePtr compare_anchor(const FilterColumn& column, Sign sign, const Operand& operand) const {
    check_same_type(column, operand.column, operand.at);
    if (column.holds_numbers()) return column.compare_anchor(sign, operand.number, operand.column);
    if (operand.number != 1) lexer_.fail(operand.at, "only numbers can be multiplied");
    if (column.type() == ColumnType::kTime) {
      return column.compare_anchor_time(sign, operand.column);
    }
    if (sign != Sign::kEqual && sign != Sign::kNotEqual) {
      lexer_.fail(operand.at, "texts of the anchor can only be compared by = and !=");
    }
    return column.among_anchor(operand.column, sign == Sign::kNotEqual);
  }

  void check_tags(const FilterColumn& column, Sign sign, std::size_t at) const {
    if (column.type() == ColumnType::kTags && sign != Sign::kEqual && sign != Sign::kNotEqual) {
      lexer_.fail(at, "tags can only be compared by = and !=");
    }
  }

  double number(const Operand& operand) const {
    if (operand.kind != Operand::kNumber) {
      lexer_.fail(operand.at, "the column holds numbers, so a number is expected here");
    }
    return operand.number;
  }
  const std::string& text(const Operand& operand) const {
    if (operand.kind != Operand::kText) {
      lexer_.fail(operand.at, "the column holds no numbers, so a text is expected here");
    }
    return operand.text;
  }
  std::int64_t time_us(const Operand& operand) const {
    const auto us = date_from_text(text(operand));
    if (!us) lexer_.fail(operand.at, "a date as in \"2024-01-31\" is expected here");
    return *us;
  }

  Lexer lexer_;
  const Catalog& catalog_;
  int nested_ = 0;
  std::vector<std::string> clauses_;
};

NodePtr bound(const NodePtr& node, const Asker& asker) {
  switch (node->type) {
    case Type::kRows:
    case Type::kTest:
      return node;
    case Type::kAsk:
      return std::make_shared<const Filter::Node>(
          Filter::Node{.type = Type::kTest, .test = node->ask(asker)});
    default:
      auto copy = *node;
      for (auto& part : copy.parts) part = bound(part, asker);
      return std::make_shared<const Filter::Node>(std::move(copy));
  }
}

}  // namespace

Filter Filter::parse(std::string_view text, const Catalog& catalog) {
  Parser parser(text, catalog);
  auto root = parser.whole();
  Notes notes{.clauses = parser.take_clauses(), .few = {}};
  if (root->type == Type::kRows && root->rows.size() <= root->rows.n_rows() / kOneInFew) {
    notes.few = root->rows.rows();
  }
  return {std::move(root), std::make_shared<const Notes>(std::move(notes))};
}

bool Filter::is_personal() const { return root_->type != Type::kRows; }

Filter Filter::bind(const Asker& asker) const { return {bound(root_, asker), notes_}; }

bool Filter::matches(std::int32_t row) const { return root_->matches(row); }

}  // namespace endcap
