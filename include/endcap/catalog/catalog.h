#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/ids/vocabulary.h"
#include "endcap/storage/array.h"
#include "endcap/storage/container.h"

namespace endcap {

enum class ColumnType : std::int32_t {
  kNumber,    // double, NaN where missing
  kBoolean,   // the same, but 0 or 1
  kTime,      // microseconds since 1970 UTC, kNoTime where missing
  kText,      // a title or a description: free text
  kCategory,  // one of a few texts
  kTags,      // any number of texts
};

inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

using Numbers = std::vector<double>;
using Times = std::vector<std::int64_t>;
using Texts = std::vector<std::optional<std::string>>;
using Tags = std::vector<std::vector<std::string>>;

// One column of a catalogue: (n_items,) values that fit its type.
struct CatalogColumn {
  std::string name;
  ColumnType type = ColumnType::kNumber;
  std::variant<Numbers, Times, Texts, Tags> values;
};

// A catalogue as its maker collects it; row i of every column belongs to ids[i].
struct CatalogColumns {
  std::vector<Id> ids;
  std::vector<CatalogColumn> columns;
};

// What a shop knows about its items. Rows are sorted by id, so that the order in which they came
// leaves no trace. Texts are kept once each: an item holds codes, indices into the sorted distinct
// texts of its column. Immutable; copies share the data, so they cost next to nothing. Views into
// it are valid as long as any copy of the catalogue.
class Catalog {
 public:
  Catalog() = default;

  // Throws std::invalid_argument for an item that stands twice, ids of both types, a column that is
  // not as long as the ids or whose values do not fit its type, an empty or repeated column name,
  // an infinite number, a boolean that is not 0, 1 or NaN.
  explicit Catalog(CatalogColumns columns);

  // Row r belongs to item items().id(r); items().find(id) is the row of an id.
  [[nodiscard]] const Vocabulary& items() const { return items_; }

  // Columns keep their order.
  [[nodiscard]] std::int32_t n_columns() const { return static_cast<std::int32_t>(names_.size()); }
  [[nodiscard]] const std::vector<std::string>& column_names() const { return names_; }
  [[nodiscard]] bool has(std::string_view name) const { return find_column(name).has_value(); }
  [[nodiscard]] std::optional<std::int32_t> find_column(std::string_view name) const;
  // Throws std::invalid_argument naming the columns that there are.
  [[nodiscard]] std::int32_t column(std::string_view name) const;
  [[nodiscard]] ColumnType type(std::int32_t column) const { return at(column).type; }

  // The column named title, else name, else description, if its type is kText or kCategory.
  [[nodiscard]] std::optional<std::int32_t> title_column() const;

  // The accessors below require 0 <= item < items().size() and a column of a type that fits.

  // kNumber or kBoolean; NaN where missing.
  [[nodiscard]] double number(ItemIndex item, std::int32_t column) const {
    return at(column).numbers[static_cast<std::size_t>(item)];
  }
  // kTime; kNoTime where missing.
  [[nodiscard]] std::int64_t time_us(ItemIndex item, std::int32_t column) const {
    return at(column).times[static_cast<std::size_t>(item)];
  }
  // kText or kCategory.
  [[nodiscard]] std::optional<std::string_view> text(ItemIndex item, std::int32_t column) const;
  // kTags, in the order in which they were given.
  [[nodiscard]] std::vector<std::string_view> tags(ItemIndex item, std::int32_t column) const;
  // kText, kCategory (none or one) or kTags: indices into texts(column).
  [[nodiscard]] std::span<const std::int32_t> codes(ItemIndex item, std::int32_t column) const;
  // The sorted distinct texts of a column of kText, kCategory or kTags, and one of them.
  [[nodiscard]] const Vocabulary& texts(std::int32_t column) const { return at(column).texts; }
  [[nodiscard]] std::string_view text_of_code(std::int32_t column, std::int32_t code) const;

  // Whether both say the same, column by column.
  [[nodiscard]] bool operator==(const Catalog& other) const;

  // Adds sections whose names begin with `prefix` (at most 24 bytes). The catalogue must live until
  // the writer has written.
  void save(ContainerWriter& writer, const std::string& prefix) const;

  // Maps what save() added; no text is copied. Throws CorruptFileError for anything that save()
  // would not have written.
  [[nodiscard]] static Catalog load(const Container& container, const std::string& prefix);

 private:
  struct Column {
    ColumnType type = ColumnType::kNumber;
    Array<double> numbers;
    Array<std::int64_t> times;
    Vocabulary texts;
    Array<std::int64_t> offsets;  // (n_items + 1,) into codes
    Array<std::int32_t> codes;
  };

  [[nodiscard]] const Column& at(std::int32_t column) const {
    return columns_[static_cast<std::size_t>(column)];
  }
  void add(CatalogColumn column, const std::vector<std::size_t>& order);
  void describe();
  static Column load_column(const Container& container, const std::string& prefix,
                            std::int32_t column, ColumnType type, std::int32_t n_items);

  Vocabulary items_;
  std::vector<std::string> names_;
  std::vector<Column> columns_;
  Array<std::byte> description_;  // names and types of the columns, as they are saved
};

}  // namespace endcap
