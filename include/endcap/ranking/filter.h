#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "endcap/catalog/catalog.h"

namespace endcap {

// A condition on the catalogue's columns, parsed once:
//
//   in_stock and price < 50 and brand != "x"
//   category in ("mugs", "cups") or not (price between 10 and 20)
//   released >= "2024-01-31" and price is not missing
//
// Comparisons are = == != < <= > >=, `between A and B` (both included), `in (...)`, `is missing`,
// `is not missing`; a boolean column stands alone. A column of tags equals a text that it holds. A
// comparison with a missing value is false. Words are lower case; texts stand in quotes.
class Filter {
 public:
  // Throws std::invalid_argument that quotes the text and points at the character: a wrong word, an
  // unknown column, or a value that does not fit the column's type.
  [[nodiscard]] static Filter parse(std::string_view text, const Catalog& catalog);

  // Requires 0 <= row < catalog.items().size() of the catalogue it was parsed for.
  [[nodiscard]] bool matches(const Catalog& catalog, std::int32_t row) const;

  struct Node;

 private:
  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace endcap
