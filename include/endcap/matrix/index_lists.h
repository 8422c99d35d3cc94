#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/base/index_count.h"
#include "endcap/storage/array.h"

namespace endcap {

// Immutable lists of indices, one after the other: a sparse matrix without values whose rows keep
// their order. Copies share the arrays.
class IndexLists {
 public:
  IndexLists() = default;

  // offsets: (n_lists + 1,). Throws std::invalid_argument unless the offsets start at 0, never fall
  // and end at the number of values, and every value is in [0, n_values).
  IndexLists(std::int32_t n_values, Array<std::int64_t> offsets, Array<std::int32_t> values)
      : n_values_(n_values), offsets_(std::move(offsets)), values_(std::move(values)) {
    require(!offsets_.empty() && offsets_[0] == 0 &&
                std::is_sorted(offsets_.begin(), offsets_.end()) &&
                offsets_[offsets_.size() - 1] == static_cast<std::int64_t>(values_.size()),
            "offsets", "start at 0, never fall and end at the number of values", offsets_.size());
    static_cast<void>(index_count("number of lists", offsets_.size() - 1));
    for (const auto value : values_) {
      require(0 <= value && value < n_values, "values", "be in [0, n_values)", value);
    }
  }

  [[nodiscard]] std::int32_t size() const {
    return offsets_.empty() ? 0 : static_cast<std::int32_t>(offsets_.size() - 1);
  }
  [[nodiscard]] std::int32_t n_values() const { return n_values_; }
  // Requires 0 <= list < size().
  [[nodiscard]] std::span<const std::int32_t> operator[](std::int32_t list) const& {
    const auto begin = offsets_[static_cast<std::size_t>(list)];
    const auto end = offsets_[static_cast<std::size_t>(list) + 1];
    return {values_.data() + begin, static_cast<std::size_t>(end - begin)};
  }
  std::span<const std::int32_t> operator[](std::int32_t) const&& = delete;

  [[nodiscard]] const Array<std::int64_t>& offsets() const { return offsets_; }
  [[nodiscard]] const Array<std::int32_t>& values() const { return values_; }

 private:
  std::int32_t n_values_ = 0;
  Array<std::int64_t> offsets_;
  Array<std::int32_t> values_;
};

}  // namespace endcap
