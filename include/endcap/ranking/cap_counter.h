#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "endcap/ranking/column_values.h"
#include "endcap/ranking/plan.h"

namespace endcap {

// Counts what a list holds of each value, against the caps of a plan.
class CapCounter {
 public:
  // Both must outlive the counter.
  CapCounter(const Plan& plan, const Catalog& catalog)
      : caps_(&plan.keeps), catalog_(&catalog), counts_(plan.keeps.size()) {}

  // The first cap that a further item of this row would break.
  [[nodiscard]] std::optional<std::size_t> broken_by(std::int32_t row) const {
    for (std::size_t c = 0; c < caps_->size(); ++c) {
      bool is_full = false;
      for_each_value(*catalog_, row, (*caps_)[c].column, [&](std::int64_t value) {
        const auto found = counts_[c].find(value);
        is_full = is_full || (found != counts_[c].end() && found->second >= (*caps_)[c].at_most);
      });
      if (is_full) return c;
    }
    return std::nullopt;
  }

  // Returns whether one of the row's values is full from now on.
  bool add(std::int32_t row) {
    bool fills = false;
    for (std::size_t c = 0; c < caps_->size(); ++c) {
      for_each_value(*catalog_, row, (*caps_)[c].column, [&](std::int64_t value) {
        fills = ++counts_[c][value] >= (*caps_)[c].at_most || fills;
      });
    }
    return fills;
  }

  [[nodiscard]] bool empty() const { return caps_->empty(); }

 private:
  const std::vector<Plan::Keep>* caps_;
  const Catalog* catalog_;
  std::vector<std::unordered_map<std::int64_t, int>> counts_;
};

}  // namespace endcap
