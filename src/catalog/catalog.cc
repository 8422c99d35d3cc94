#include "endcap/catalog/catalog.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "endcap/base/error.h"
#include "endcap/storage/record.h"

namespace endcap {
namespace {

// The rows in the order of their ids, which must be distinct.
std::vector<std::size_t> order_of(const std::vector<Id>& ids) {
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return ids[a] < ids[b]; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    require(ids[order[i - 1]] != ids[order[i]], "item", "stand in one row only",
            to_string(ids[order[i]]));
  }
  return order;
}

template <class Values>
const Values& values_of(const CatalogColumn& column, std::size_t n) {
  const auto* values = std::get_if<Values>(&column.values);
  require(values != nullptr, "values of column " + column.name, "fit its type",
          "values of another type");
  require(values->size() == n, "column " + column.name,
          "be as long as the ids (" + std::to_string(n) + ")", values->size());
  return *values;
}

Array<double> ordered_numbers(const CatalogColumn& column, const std::vector<std::size_t>& order) {
  const auto& values = values_of<Numbers>(column, order.size());
  const bool is_boolean = column.type == ColumnType::kBoolean;
  std::vector<double> result;
  result.reserve(order.size());
  for (const auto row : order) {
    const double value = values[row];
    require(!std::isinf(value), "column " + column.name, "hold finite numbers or NaN", value);
    require(!is_boolean || std::isnan(value) || value == 0 || value == 1, "column " + column.name,
            "hold 0, 1 or NaN", value);
    // One NaN and one zero, so that equal catalogues have equal bytes.
    result.push_back(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0);
  }
  return result;
}

Array<std::int64_t> ordered_times(const CatalogColumn& column,
                                  const std::vector<std::size_t>& order) {
  const auto& values = values_of<Times>(column, order.size());
  std::vector<std::int64_t> result;
  result.reserve(order.size());
  for (const auto row : order) result.push_back(values[row]);
  return result;
}

// The texts of each item, in the order of items.
std::vector<std::vector<Id>> ordered_texts(const CatalogColumn& column,
                                           const std::vector<std::size_t>& order) {
  std::vector<std::vector<Id>> result(order.size());
  if (column.type == ColumnType::kTags) {
    const auto& values = values_of<Tags>(column, order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      result[i].assign(values[order[i]].begin(), values[order[i]].end());
    }
  } else {
    const auto& values = values_of<Texts>(column, order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (const auto& text = values[order[i]]) result[i].emplace_back(*text);
    }
  }
  return result;
}

}  // namespace

Catalog::Catalog(CatalogColumns columns) {
  const auto order = order_of(columns.ids);
  items_ = Vocabulary::from_ids(std::move(columns.ids));
  for (auto& column : columns.columns) add(std::move(column), order);
  describe();
}

void Catalog::add(CatalogColumn column, const std::vector<std::size_t>& order) {
  require(!column.name.empty() && !has(column.name), "column name", "be new and not empty",
          "'" + column.name + "'");
  Column added;
  added.type = column.type;
  switch (column.type) {
    case ColumnType::kNumber:
    case ColumnType::kBoolean:
      added.numbers = ordered_numbers(column, order);
      break;
    case ColumnType::kTime:
      added.times = ordered_times(column, order);
      break;
    case ColumnType::kText:
    case ColumnType::kCategory:
    case ColumnType::kTags: {
      const auto texts = ordered_texts(column, order);
      std::vector<Id> all;
      for (const auto& item : texts) all.insert(all.end(), item.begin(), item.end());
      added.texts = Vocabulary::from_ids(std::move(all));
      std::vector<std::int64_t> offsets = {0};
      std::vector<std::int32_t> codes;
      for (const auto& item : texts) {
        for (const auto& text : item) codes.push_back(*added.texts.find(text));
        offsets.push_back(static_cast<std::int64_t>(codes.size()));
      }
      added.offsets = std::move(offsets);
      added.codes = std::move(codes);
      break;
    }
  }
  names_.push_back(std::move(column.name));
  columns_.push_back(std::move(added));
}

void Catalog::describe() {
  RecordWriter record;
  record.put(n_columns());
  for (std::int32_t c = 0; c < n_columns(); ++c) {
    record.put(std::string_view(names_[static_cast<std::size_t>(c)]));
    record.put(type(c));
  }
  description_ = std::vector<std::byte>(record.bytes().begin(), record.bytes().end());
}

std::optional<std::int32_t> Catalog::find_column(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::int32_t>(found - names_.begin());
}

std::int32_t Catalog::column(std::string_view name) const {
  if (const auto found = find_column(name)) return *found;
  std::string known;
  for (const auto& column : names_) known += (known.empty() ? "" : ", ") + column;
  throw std::invalid_argument("column must be one of " + (known.empty() ? "(none)" : known) +
                              ", got " + std::string(name));
}

std::optional<std::int32_t> Catalog::title_column() const {
  for (const auto* name : {"title", "name", "description"}) {
    const auto column = find_column(name);
    if (column && (type(*column) == ColumnType::kText || type(*column) == ColumnType::kCategory)) {
      return column;
    }
  }
  return std::nullopt;
}

std::span<const std::int32_t> Catalog::codes(ItemIndex item, std::int32_t column) const {
  const auto& offsets = at(column).offsets;
  const auto begin = static_cast<std::size_t>(offsets[static_cast<std::size_t>(item)]);
  const auto end = static_cast<std::size_t>(offsets[static_cast<std::size_t>(item) + 1]);
  return {at(column).codes.data() + begin, end - begin};
}

std::string_view Catalog::text_of_code(std::int32_t column, std::int32_t code) const {
  const auto& texts = at(column).texts;
  const auto begin = static_cast<std::size_t>(texts.offsets()[static_cast<std::size_t>(code)]);
  const auto end = static_cast<std::size_t>(texts.offsets()[static_cast<std::size_t>(code) + 1]);
  return {texts.bytes().data() + begin, end - begin};
}

std::optional<std::string_view> Catalog::text(ItemIndex item, std::int32_t column) const {
  const auto code = codes(item, column);
  if (code.empty()) return std::nullopt;
  return text_of_code(column, code[0]);
}

std::vector<std::string_view> Catalog::tags(ItemIndex item, std::int32_t column) const {
  std::vector<std::string_view> result;
  for (const auto code : codes(item, column)) result.push_back(text_of_code(column, code));
  return result;
}

bool Catalog::operator==(const Catalog& other) const {
  const auto same = [](const auto& a, const auto& b) {
    if (a.size() != b.size()) return false;
    return a.empty() || std::memcmp(a.data(), b.data(), a.span().size_bytes()) == 0;
  };
  const auto same_ids = [&](const Vocabulary& a, const Vocabulary& b) {
    return same(a.numbers(), b.numbers()) && same(a.offsets(), b.offsets()) &&
           same(a.bytes(), b.bytes());
  };
  const auto same_column = [&](const Column& a, const Column& b) {
    return same(a.numbers, b.numbers) && same(a.times, b.times) && same_ids(a.texts, b.texts) &&
           same(a.offsets, b.offsets) && same(a.codes, b.codes);
  };
  return same_ids(items_, other.items_) && same(description_, other.description_) &&
         std::equal(columns_.begin(), columns_.end(), other.columns_.begin(), other.columns_.end(),
                    same_column);
}

}  // namespace endcap
