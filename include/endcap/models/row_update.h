#pragma once

#include <span>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/news.h"

namespace endcap {

// How a counting model goes on counting between two fits: what a row of its matrix becomes by the
// meetings of its item. Near what a fit would make of it: the row is scaled anew as a fit would do
// it, other rows and what visitors met before stay as they were.
class RowUpdate {
 public:
  explicit RowUpdate(Party party) : party_(party) {}
  virtual ~RowUpdate() = default;

  // added[m] becomes what meeting m adds to W[item, its other]. Returns what the row, as fitted, is
  // to be multiplied by. Requires added.size() == news.meetings.size().
  virtual float apply(SparseRow row, const ItemNews& news, std::span<float> added) const = 0;

  [[nodiscard]] Party party() const { return party_; }

 private:
  Party party_;
};

}  // namespace endcap
