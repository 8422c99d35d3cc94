#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "endcap/catalog/catalog.h"
#include "filter_node.h"

namespace endcap {

enum class Sign { kEqual, kNotEqual, kLess, kAtMost, kMore, kAtLeast };

// Conditions on one column of a catalogue, which must outlive them. A missing value matches none.
class FilterColumn {
 public:
  FilterColumn(const Catalog& catalog, std::int32_t column)
      : catalog_(&catalog), column_(column), type_(catalog.type(column)) {}

  [[nodiscard]] ColumnType type() const { return type_; }
  [[nodiscard]] bool holds_numbers() const {
    return type_ == ColumnType::kNumber || type_ == ColumnType::kBoolean;
  }
  [[nodiscard]] bool holds_texts() const { return !holds_numbers() && type_ != ColumnType::kTime; }

  // The column must hold numbers, times or texts, as `wanted` is.
  [[nodiscard]] NodePtr compare(Sign sign, double wanted) const;
  [[nodiscard]] NodePtr compare(Sign sign, std::int64_t wanted_us) const;
  [[nodiscard]] NodePtr compare(Sign sign, const std::string& wanted) const;
  [[nodiscard]] NodePtr one_of(std::vector<double> values) const;
  [[nodiscard]] NodePtr one_of(std::vector<std::int64_t> values) const;
  [[nodiscard]] NodePtr one_of(const std::vector<std::string>& values) const;
  [[nodiscard]] NodePtr missing() const;

  // With scale times the anchor's value of `source`; both must hold numbers.
  [[nodiscard]] NodePtr compare_anchor(Sign sign, double scale, std::int32_t source) const;
  // With the anchor's time; both must hold times.
  [[nodiscard]] NodePtr compare_anchor_time(Sign sign, std::int32_t source) const;
  // With the time of the question; the column must hold times.
  [[nodiscard]] NodePtr compare_now(Sign sign, std::int64_t offset_us) const;
  // Equal to a value of `source` among the anchor's (or not), or the customer's; both must hold
  // texts, or both numbers, or both times.
  [[nodiscard]] NodePtr among_anchor(std::int32_t source, bool negated) const;
  [[nodiscard]] NodePtr among_customer(std::int32_t source) const;

 private:
  [[nodiscard]] RowTest among(std::int32_t source, std::span<const std::int32_t> rows,
                              bool negated) const;

  const Catalog* catalog_;
  std::int32_t column_;
  ColumnType type_;
};

}  // namespace endcap
