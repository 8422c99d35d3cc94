#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/models/scorer.h"
#include "endcap/retrieval/dot.h"
#include "endcap/retrieval/exact_index.h"
#include "endcap/storage/array.h"

namespace endcap {

// A model whose score is a product of two vectors, the visitor's and the item's: score(j) =
// <x, v_j>. All scores cost O(n_items width); the best of them much less, by index().
class FactorModel : public Scorer {
 public:
  // items: (n_items, width). Throws std::invalid_argument if a row is not whole or width is not
  // positive.
  FactorModel(Array<float> items, std::int32_t width) : width_(width), items_(std::move(items)) {
    require(width > 0, "width", "be positive", width);
    require(items_.size() % static_cast<std::size_t>(width) == 0, "items", "have whole rows",
            items_.size());
  }

  [[nodiscard]] std::int32_t n_items() const final {
    return static_cast<std::int32_t>(items_.size() / static_cast<std::size_t>(width_));
  }
  [[nodiscard]] std::int32_t width() const { return width_; }
  [[nodiscard]] const Array<float>& items() const { return items_; }

  // The visitor's vector x, (width,): zero if no event says anything.
  [[nodiscard]] virtual std::vector<float> vector_of(const History& history) const = 0;

  // Finds the items with the largest scores. Made when it is first asked for; copies share it.
  // Throws std::invalid_argument if a number of the model is not finite.
  [[nodiscard]] const ExactIndex& index() const {
    std::call_once(lazy_->once, [&] { lazy_->index = ExactIndex(items_, width_); });
    return lazy_->index;
  }

  void accumulate(const History& history, float weight, ScoreBoard& board) const final {
    const auto x = vector_of(history);
    if (std::all_of(x.begin(), x.end(), [](float value) { return value == 0; })) return;
    const detail::DotProblem problem{items_.data(), x.data(), width_,
                                     n_items(),     weight,   board.all().data()};
    detail::run_simd<detail::Dot>(detail::widest_simd(), &problem);
  }

  void score_items(const History& history, std::span<const ItemIndex> items, ScoreBoard& /*board*/,
                   std::span<float> scores) const final {
    const auto x = vector_of(history);
    const auto width = static_cast<std::size_t>(width_);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const float* item = items_.data() + static_cast<std::size_t>(items[i]) * width;
      scores[i] = std::inner_product(x.begin(), x.end(), item, 0.0f);
    }
  }

 private:
  struct Lazy {
    std::once_flag once;
    ExactIndex index;
  };

  std::int32_t width_;
  Array<float> items_;
  std::shared_ptr<Lazy> lazy_ = std::make_shared<Lazy>();
};

}  // namespace endcap
