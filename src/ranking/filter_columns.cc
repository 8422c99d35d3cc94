#include "filter_columns.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace endcap {
namespace {

template <class T>
bool holds(const T& a, Sign sign, const T& b) {
  switch (sign) {
    case Sign::kEqual:
      return a == b;
    case Sign::kNotEqual:
      return a != b;
    case Sign::kLess:
      return a < b;
    case Sign::kAtMost:
      return a <= b;
    case Sign::kMore:
      return a > b;
    default:
      return a >= b;
  }
}

bool is_known(double value) { return !std::isnan(value); }
bool is_known(std::int64_t value) { return value != kNoTime; }

template <class T>
T read(const Catalog& catalog, std::int32_t row, std::int32_t column) {
  if constexpr (std::is_same_v<T, double>) {
    return catalog.number(row, column);
  } else {
    return catalog.time_us(row, column);
  }
}

template <class T>
RowTest compares(const Catalog& catalog, std::int32_t column, Sign sign, T wanted) {
  if (!is_known(wanted)) return [](std::int32_t) { return false; };
  return [&catalog, column, sign, wanted](std::int32_t row) {
    const T own = read<T>(catalog, row, column);
    return is_known(own) && holds(own, sign, wanted);
  };
}

template <class T>
NodePtr compare_rows(const Catalog& catalog, std::int32_t column, Sign sign, T wanted) {
  return rows_node(RowSet::where(catalog.items().size(), [&](std::int32_t row) {
    const T own = read<T>(catalog, row, column);
    return is_known(own) && holds(own, sign, wanted);
  }));
}

template <class T>
bool has(const std::vector<T>& sorted, T value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

template <class T>
NodePtr one_of_rows(const Catalog& catalog, std::int32_t column, std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return rows_node(RowSet::where(catalog.items().size(), [&](std::int32_t row) {
    const T own = read<T>(catalog, row, column);
    return is_known(own) && has(values, own);
  }));
}

// Rows with a code that is wanted, or with codes of which none is.
NodePtr rows_of_codes(const Catalog& catalog, std::int32_t column,
                      const std::vector<std::uint8_t>& wanted, bool negated) {
  return rows_node(RowSet::where(catalog.items().size(), [&](std::int32_t row) {
    const auto codes = catalog.codes(row, column);
    const bool any = std::any_of(codes.begin(), codes.end(), [&](std::int32_t code) {
      return wanted[static_cast<std::size_t>(code)] != 0;
    });
    return !codes.empty() && any != negated;
  }));
}

// The known values of a column in some rows, sorted.
template <class T>
std::vector<T> values_of(const Catalog& catalog, std::int32_t column,
                         std::span<const std::int32_t> rows) {
  std::vector<T> values;
  for (const auto row : rows) {
    const T value = read<T>(catalog, row, column);
    if (is_known(value)) values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

// The texts of `source` in some rows as sorted codes of `column`.
std::vector<std::int32_t> codes_of(const Catalog& catalog, std::int32_t column, std::int32_t source,
                                   std::span<const std::int32_t> rows) {
  std::vector<std::int32_t> codes;
  for (const auto row : rows) {
    for (const auto code : catalog.codes(row, source)) {
      const auto own =
          source == column
              ? code
              : catalog.texts(column).find(catalog.texts(source).id(code)).value_or(kNoIndex);
      if (own != kNoIndex) codes.push_back(own);
    }
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

// The code of each row of a column where every row has exactly one; else nothing.
std::span<const std::int32_t> one_code_each(const Catalog& catalog, std::int32_t column) {
  const auto n = catalog.items().size();
  if (n == 0 || catalog.type(column) == ColumnType::kTags) return {};
  const auto first = catalog.codes(0, column), last = catalog.codes(n - 1, column);
  const auto* end = last.data() + last.size();
  if (end - first.data() != n) return {};
  return {first.data(), end};
}

// Whether a row has one of the wanted codes, which are sorted; or has codes, and none of them.
RowTest among_codes(const Catalog& catalog, std::int32_t column, std::vector<std::int32_t> wanted,
                    bool negated) {
  const auto one_each = one_code_each(catalog, column);
  if (!one_each.empty() && wanted.size() == 1) {
    return [one_each, code = wanted[0], negated](std::int32_t row) {
      return (one_each[static_cast<std::size_t>(row)] == code) != negated;
    };
  }
  if (!one_each.empty()) {
    return [one_each, wanted = std::move(wanted), negated](std::int32_t row) {
      return has(wanted, one_each[static_cast<std::size_t>(row)]) != negated;
    };
  }
  return [&catalog, column, wanted = std::move(wanted), negated](std::int32_t row) {
    const auto codes = catalog.codes(row, column);
    const bool any = std::any_of(codes.begin(), codes.end(),
                                 [&](std::int32_t code) { return has(wanted, code); });
    return !codes.empty() && any != negated;
  };
}

template <class T>
RowTest among_values(const Catalog& catalog, std::int32_t column, std::vector<T> values,
                     bool negated) {
  return [&catalog, column, values = std::move(values), negated](std::int32_t row) {
    const T own = read<T>(catalog, row, column);
    return is_known(own) && has(values, own) != negated;
  };
}

}  // namespace

NodePtr FilterColumn::compare(Sign sign, double wanted) const {
  return compare_rows(*catalog_, column_, sign, wanted);
}

NodePtr FilterColumn::compare(Sign sign, std::int64_t wanted_us) const {
  return compare_rows(*catalog_, column_, sign, wanted_us);
}

NodePtr FilterColumn::compare(Sign sign, const std::string& wanted) const {
  const bool negated = sign == Sign::kNotEqual;
  const auto n_texts = catalog_->texts(column_).size();
  std::vector<std::uint8_t> matching(static_cast<std::size_t>(n_texts));
  for (std::int32_t code = 0; code < n_texts; ++code) {
    matching[static_cast<std::size_t>(code)] =
        holds(catalog_->text_of_code(column_, code), negated ? Sign::kEqual : sign,
              std::string_view(wanted));
  }
  return rows_of_codes(*catalog_, column_, matching, negated);
}

NodePtr FilterColumn::one_of(std::vector<double> values) const {
  return one_of_rows(*catalog_, column_, std::move(values));
}

NodePtr FilterColumn::one_of(std::vector<std::int64_t> values) const {
  return one_of_rows(*catalog_, column_, std::move(values));
}

NodePtr FilterColumn::one_of(const std::vector<std::string>& values) const {
  std::vector<std::uint8_t> matching(static_cast<std::size_t>(catalog_->texts(column_).size()));
  for (const auto& value : values) {
    const auto code = catalog_->texts(column_).find(value);
    if (code) matching[static_cast<std::size_t>(*code)] = 1;
  }
  return rows_of_codes(*catalog_, column_, matching, false);
}

NodePtr FilterColumn::missing() const {
  return rows_node(RowSet::where(catalog_->items().size(), [&](std::int32_t row) {
    if (holds_numbers()) return !is_known(catalog_->number(row, column_));
    if (type_ == ColumnType::kTime) return !is_known(catalog_->time_us(row, column_));
    return catalog_->codes(row, column_).empty();
  }));
}

NodePtr FilterColumn::compare_anchor(Sign sign, double scale, std::int32_t source) const {
  return ask_node([=, catalog = catalog_, column = column_](const Asker& asker) {
    const double value =
        asker.anchor == kNoIndex ? std::nan("") : scale * catalog->number(asker.anchor, source);
    return compares(*catalog, column, sign, value);
  });
}

NodePtr FilterColumn::compare_anchor_time(Sign sign, std::int32_t source) const {
  return ask_node([=, catalog = catalog_, column = column_](const Asker& asker) {
    const auto value = asker.anchor == kNoIndex ? kNoTime : catalog->time_us(asker.anchor, source);
    return compares(*catalog, column, sign, value);
  });
}

NodePtr FilterColumn::compare_now(Sign sign, std::int64_t offset_us) const {
  return ask_node([=, catalog = catalog_, column = column_](const Asker& asker) {
    return compares(*catalog, column, sign, asker.now_us + offset_us);
  });
}

NodePtr FilterColumn::among_anchor(std::int32_t source, bool negated) const {
  return ask_node([=, self = *this](const Asker& asker) {
    return self.among(source, {&asker.anchor, asker.anchor == kNoIndex ? 0u : 1u}, negated);
  });
}

NodePtr FilterColumn::among_customer(std::int32_t source) const {
  return ask_node(
      [=, self = *this](const Asker& asker) { return self.among(source, asker.rows, false); });
}

RowTest FilterColumn::among(std::int32_t source, std::span<const std::int32_t> rows,
                            bool negated) const {
  const auto nothing = [](std::int32_t) { return false; };
  if (holds_numbers()) {
    auto values = values_of<double>(*catalog_, source, rows);
    if (values.empty()) return nothing;
    return among_values(*catalog_, column_, std::move(values), negated);
  }
  if (type_ == ColumnType::kTime) {
    auto values = values_of<std::int64_t>(*catalog_, source, rows);
    if (values.empty()) return nothing;
    return among_values(*catalog_, column_, std::move(values), negated);
  }
  const bool is_known = std::any_of(rows.begin(), rows.end(), [&](std::int32_t row) {
    return !catalog_->codes(row, source).empty();
  });
  if (!is_known) return nothing;
  return among_codes(*catalog_, column_, codes_of(*catalog_, column_, source, rows), negated);
}

}  // namespace endcap
