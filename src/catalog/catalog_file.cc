#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "endcap/catalog/catalog.h"
#include "endcap/ids/vocabulary_file.h"
#include "endcap/storage/record.h"

namespace endcap {
namespace {

std::string section(const std::string& prefix, std::int32_t column, const char* what) {
  return prefix + std::to_string(column) + "." + what;
}

Array<double> load_numbers(const Container& container, const std::string& name, std::size_t n,
                           bool is_boolean) {
  auto numbers = container.array<double>(name);
  if (numbers.size() != n) container.fail(name, "is not as long as the catalogue");
  for (const double number : numbers) {
    if (std::isinf(number)) container.fail(name, "holds an infinite number");
    if (is_boolean && number != 0 && number != 1 && !std::isnan(number)) {
      container.fail(name, "holds a boolean that is neither 0 nor 1");
    }
  }
  return numbers;
}

Array<std::int64_t> load_offsets(const Container& container, const std::string& name, std::size_t n,
                                 std::size_t n_codes, bool many) {
  auto offsets = container.array<std::int64_t>(name);
  if (offsets.size() != n + 1 || offsets[0] != 0 ||
      !std::is_sorted(offsets.begin(), offsets.end()) ||
      offsets[n] != static_cast<std::int64_t>(n_codes)) {
    container.fail(name, "does not start at 0, rise and end at the number of codes");
  }
  for (std::size_t i = 0; i < n && !many; ++i) {
    if (offsets[i + 1] - offsets[i] > 1) container.fail(name, "an item has two texts");
  }
  return offsets;
}

Array<std::int32_t> load_codes(const Container& container, const std::string& name,
                               std::int32_t n_texts) {
  auto codes = container.array<std::int32_t>(name);
  for (const auto code : codes) {
    if (code < 0 || code >= n_texts) container.fail(name, "holds a code that is out of range");
  }
  return codes;
}

}  // namespace

void Catalog::save(ContainerWriter& writer, const std::string& prefix) const {
  save_vocabulary(items_, writer, prefix + "items");
  writer.add(prefix + "columns", description_);
  for (std::int32_t c = 0; c < n_columns(); ++c) {
    switch (type(c)) {
      case ColumnType::kNumber:
      case ColumnType::kBoolean:
        writer.add(section(prefix, c, "numbers"), at(c).numbers);
        break;
      case ColumnType::kTime:
        writer.add(section(prefix, c, "times"), at(c).times);
        break;
      case ColumnType::kText:
      case ColumnType::kCategory:
      case ColumnType::kTags:
        save_vocabulary(at(c).texts, writer, section(prefix, c, "texts"));
        writer.add(section(prefix, c, "offsets"), at(c).offsets);
        writer.add(section(prefix, c, "codes"), at(c).codes);
        break;
    }
  }
}

Catalog Catalog::load(const Container& container, const std::string& prefix) {
  Catalog catalog;
  catalog.items_ = load_vocabulary(container, prefix + "items");
  const auto description = container.array<std::byte>(prefix + "columns");
  if (description.empty()) return catalog;
  RecordReader record(description.span());
  try {
    const auto n_columns = record.get<std::int32_t>();
    if (n_columns < 0) container.fail(prefix + "columns", "holds a negative number of columns");
    for (std::int32_t c = 0; c < n_columns; ++c) {
      auto name = record.text();
      if (name.empty() || catalog.has(name)) {
        container.fail(prefix + "columns", "a column name is empty or stands twice");
      }
      catalog.names_.push_back(std::move(name));
      const auto type = record.get<ColumnType>();
      catalog.columns_.push_back(load_column(container, prefix, c, type, catalog.items_.size()));
    }
  } catch (const std::out_of_range& error) {
    container.fail(prefix + "columns", error.what());
  }
  catalog.describe();
  if (!std::ranges::equal(catalog.description_, description)) {
    container.fail(prefix + "columns", "holds more than the columns");
  }
  return catalog;
}

Catalog::Column Catalog::load_column(const Container& container, const std::string& prefix,
                                     std::int32_t column, ColumnType type, std::int32_t n_items) {
  const auto n = static_cast<std::size_t>(n_items);
  Column loaded;
  loaded.type = type;
  switch (type) {
    case ColumnType::kNumber:
    case ColumnType::kBoolean:
      loaded.numbers = load_numbers(container, section(prefix, column, "numbers"), n,
                                    type == ColumnType::kBoolean);
      return loaded;
    case ColumnType::kTime:
      loaded.times = container.array<std::int64_t>(section(prefix, column, "times"));
      if (loaded.times.size() != n) {
        container.fail(section(prefix, column, "times"), "is not as long as the catalogue");
      }
      return loaded;
    case ColumnType::kText:
    case ColumnType::kCategory:
    case ColumnType::kTags: {
      const auto texts = section(prefix, column, "texts");
      loaded.texts = load_vocabulary(container, texts);
      if (!loaded.texts.numbers().empty()) container.fail(texts + ".numbers", "is not empty");
      loaded.codes = load_codes(container, section(prefix, column, "codes"), loaded.texts.size());
      loaded.offsets = load_offsets(container, section(prefix, column, "offsets"), n,
                                    loaded.codes.size(), type == ColumnType::kTags);
      return loaded;
    }
  }
  container.fail(prefix + "columns", "holds a column type that is not known");
}

}  // namespace endcap
