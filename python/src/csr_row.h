#pragma once

#include <pybind11/numpy.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "bindings.h"
#include "endcap/matrix/interactions.h"

namespace endcap {

// A row of a CSR matrix as scipy keeps it, read in place. Nothing if its types or its cells are
// not the usual ones: the columns of the model, ascending, the values positive and finite.
class CsrRow {
 public:
  CsrRow(std::int32_t n_items, const pybind11::array& indptr, const pybind11::array& indices,
         const pybind11::array& data, std::int64_t row)
      : n_items_(n_items) {
    is_usual_ = read_as<std::int32_t, float>(indptr, indices, data, row) ||
                read_as<std::int32_t, double>(indptr, indices, data, row) ||
                read_as<std::int64_t, float>(indptr, indices, data, row) ||
                read_as<std::int64_t, double>(indptr, indices, data, row);
  }

  [[nodiscard]] bool is_usual() const { return is_usual_; }
  [[nodiscard]] std::span<const Interaction> events() const { return events_; }

 private:
  template <class Index, class Value>
  bool read_as(const pybind11::array& indptr, const pybind11::array& indices,
               const pybind11::array& data, std::int64_t row) {
    if (!Vector<Index>::check_(indptr) || !Vector<Index>::check_(indices) ||
        !Vector<Value>::check_(data) || row < 0 || row + 1 >= indptr.size()) {
      return false;
    }
    const auto* const offsets = static_cast<const Index*>(indptr.data()) + row;
    const auto* const columns = static_cast<const Index*>(indices.data());
    const auto* const values = static_cast<const Value*>(data.data());
    if (offsets[0] < 0 || offsets[1] > std::min(indices.size(), data.size())) return false;
    for (Index cell = offsets[0], least = 0; cell < offsets[1]; ++cell) {
      const auto value = static_cast<float>(values[cell]);
      if (columns[cell] < least || columns[cell] >= n_items_) return false;
      if (!(value > 0 && std::isfinite(value))) return false;
      least = columns[cell] + 1;
      events_.push_back({.item = static_cast<ItemIndex>(columns[cell]), .weight = value});
    }
    return true;
  }

  std::int32_t n_items_;
  bool is_usual_ = false;
  std::vector<Interaction> events_;
};

}  // namespace endcap
