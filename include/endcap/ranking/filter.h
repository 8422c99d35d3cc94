#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/catalog/catalog.h"

namespace endcap {

// Who asks, and where: what a condition may speak of beside the item itself.
struct Asker {
  std::span<const std::int32_t> rows = {};  // catalogue rows of the customer's history
  std::int32_t anchor = kNoIndex;           // the row of the page's product, if it has one
  std::int64_t now_us = 0;
};

// A condition on the catalogue's columns, parsed once:
//
//   in_stock and price < 50 and brand != "x"
//   category in ("mugs", "cups") or not (price between 10 and 20)
//   released >= "2024-01-31" and available_until > now + 2 days and price is not missing
//   category in customer.categories and price between 0.8 and 1.5 times anchor.price
//
// Comparisons are = == != < <= > >=, `between A and B` (both included), `in (...)`, `not in`,
// `is missing`, `is not missing`; a boolean column stands alone. A column of tags equals a text
// that it holds. `customer.brand` (or brands, categories) are the values of the customer's history;
// `anchor.price` is the value of the page's product, and `N times` multiplies it, for both ends of
// a `between`. A comparison with a missing value is false. Words are lower case; texts stand in
// quotes; a time is a text as in ISO 8601, or `now`, with `+ N days` or `- N hours` if need be.
//
// Whatever speaks of the item alone is settled for the whole catalogue by parse(), column by
// column; only the rest is asked row by row. Immutable; copies share everything.
class Filter {
 public:
  // Throws std::invalid_argument that quotes the text and points at the character: a wrong word, an
  // unknown column, or a value that does not fit the column's type. The catalogue must outlive it.
  [[nodiscard]] static Filter parse(std::string_view text, const Catalog& catalog);

  // Whether it speaks of customer, anchor or now.
  [[nodiscard]] bool is_personal() const;

  // The same condition with the customer, the anchor and the time of one question settled.
  [[nodiscard]] Filter bind(const Asker& asker) const;

  // Requires a row of its catalogue, and bind() before if the filter is personal.
  [[nodiscard]] bool matches(std::int32_t row) const;

  // What the outermost `and`s join: an item fails the filter if it fails one of these.
  [[nodiscard]] const std::vector<std::string>& clauses() const { return notes_->clauses; }

  // All rows that match, in order, if the filter is settled and they are few: one in 200 at most.
  [[nodiscard]] const std::optional<std::vector<std::int32_t>>& few() const { return notes_->few; }

  struct Node;

 private:
  struct Notes {
    std::vector<std::string> clauses;
    std::optional<std::vector<std::int32_t>> few;
  };
  Filter(std::shared_ptr<const Node> root, std::shared_ptr<const Notes> notes)
      : root_(std::move(root)), notes_(std::move(notes)) {}

  std::shared_ptr<const Node> root_;
  std::shared_ptr<const Notes> notes_;
};

}  // namespace endcap
