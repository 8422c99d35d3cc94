#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/models/detail/adam.h"

namespace endcap::detail {

// y += factor * x
inline void add_scaled(std::span<float> y, float factor, std::span<const float> x) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

// The attributes of items with each item's values scaled to length 1, by item and by attribute.
class AttributeIndex {
 public:
  struct Entry {
    std::int32_t other;  // the attribute of an item's list, the item of an attribute's
    float weight;
  };

  explicit AttributeIndex(const CsrMatrix& attributes)
      : by_item_(static_cast<std::size_t>(attributes.n_rows())),
        by_attribute_(
            static_cast<std::size_t>(attributes.n_rows() > 0 ? attributes.n_columns() : 0)) {
    for (ItemIndex item = 0; item < attributes.n_rows(); ++item) {
      const SparseRow row = attributes.row(item);
      double squares = 0;
      for (const float value : row.values) squares += static_cast<double>(value) * value;
      if (squares == 0) continue;
      const auto scale = static_cast<float>(1 / std::sqrt(squares));
      for (std::size_t k = 0; k < row.size(); ++k) {
        const float weight = row.values[k] * scale;
        by_item_[static_cast<std::size_t>(item)].push_back({row.columns[k], weight});
        by_attribute_[static_cast<std::size_t>(row.columns[k])].push_back({item, weight});
      }
    }
  }

  [[nodiscard]] std::int64_t n_attributes() const {
    return static_cast<std::int64_t>(by_attribute_.size());
  }
  [[nodiscard]] std::span<const Entry> of_item(std::int64_t item) const {
    if (by_item_.empty()) return {};
    return by_item_[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] std::span<const Entry> of_attribute(std::int64_t attribute) const {
    return by_attribute_[static_cast<std::size_t>(attribute)];
  }

 private:
  std::vector<std::vector<Entry>> by_item_, by_attribute_;
};

// Item vectors: one of the item's own plus those of its attributes.
class FactorTable {
 public:
  // `attributes` must outlive the table.
  FactorTable(std::int64_t n_items, const AttributeIndex& attributes, std::int64_t factors,
              std::int64_t width, Random random)
      : attributes_(&attributes),
        own_(n_items, width),
        shared_(attributes.n_attributes(), width),
        shared_gradient_(shared_.values.size()) {
    own_.randomise(Random(random.next()), factors, kDeviation);
    shared_.randomise(Random(random.next()), factors, kDeviation);
  }

  // to: (width,)
  void vector_of(std::int64_t item, std::span<float> to) const {
    std::ranges::copy(own_.row(item), to.begin());
    for (const auto& [attribute, weight] : attributes_->of_item(item)) {
      add_scaled(to, weight, shared_.row(attribute));
    }
  }
  void average_vector_of(std::int64_t item, std::span<float> to) const {
    std::ranges::copy(own_.average_row(item), to.begin());
    for (const auto& [attribute, weight] : attributes_->of_item(item)) {
      add_scaled(to, weight, shared_.average_row(attribute));
    }
  }

  // Vectors (n_items, factors) to go on from. Each attribute in turn takes what its items share: by
  // ridge regression, as own and shared vectors are drawn alike. So an item without a past has a
  // sensible vector too.
  void assign(std::span<const float> vectors, std::int64_t factors) {
    own_.assign(vectors, factors);
    shared_.assign({}, factors);
    for (std::int64_t a = 0; a < shared_.n_rows; ++a) {
      const auto shared = shared_.row(a);
      float squares = 1;
      for (const auto& [item, weight] : attributes_->of_attribute(a)) {
        add_scaled(shared, weight, own_.row(item));
        squares += weight * weight;
      }
      for (float& x : shared) x /= squares;
      for (const auto& [item, weight] : attributes_->of_attribute(a)) {
        add_scaled(own_.row(item), -weight, shared);
      }
    }
    own_.average = own_.values;
    shared_.average = shared_.values;
  }

  // gradient_of(item): of the item's vector, null if it is 0.
  template <class GradientOf>
  void update(const Context& context, const AdamClock& clock, GradientOf&& gradient_of) {
    parallel_for(context, shared_.n_rows, 4, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t a = begin; a < end; ++a) {
        const auto sum = gradient_row(a);
        std::ranges::fill(sum, 0.0f);
        for (const auto& [item, weight] : attributes_->of_attribute(a)) {
          if (const float* gradient = gradient_of(item)) {
            add_scaled(sum, weight, {gradient, sum.size()});
          }
        }
      }
    });
    shared_.update(context, clock, [&](std::int64_t a) { return gradient_row(a).data(); });
    own_.update(context, clock, gradient_of);
  }

 private:
  static constexpr double kDeviation = .02;

  [[nodiscard]] std::span<float> gradient_row(std::int64_t attribute) {
    return {shared_gradient_.data() + attribute * shared_.width,
            static_cast<std::size_t>(shared_.width)};
  }

  const AttributeIndex* attributes_;
  Parameter own_;     // (n_items, width)
  Parameter shared_;  // (n_attributes, width)
  std::vector<float> shared_gradient_;
};

}  // namespace endcap::detail
