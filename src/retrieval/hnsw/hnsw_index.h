#pragma once

#include "endcap/retrieval/approximate_index.h"

// What of hnswlib is not inline comes with its vector instructions, in place of which dot() is
// used; and a program that links an hnswlib of its own must not get ours.
#define NO_MANUAL_VECTORIZATION
#define hnswlib endcap_hnswlib
#include <hnswlib/hnswlib.h>
#undef hnswlib
#undef NO_MANUAL_VECTORIZATION

namespace endcap {

// By hnswlib, the links too by the largest products.
class HnswIndex final : public ApproximateIndex {
 public:
  HnswIndex(std::span<const float> vectors, std::int32_t width,
            const ApproximateIndexOptions& options, const Context& context);

  [[nodiscard]] std::int32_t n_items() const override { return n_items_; }
  [[nodiscard]] std::int32_t width() const override { return width_; }
  [[nodiscard]] std::vector<std::vector<ScoredItem>> search(std::span<const float> queries, int k,
                                                            const Allows& allows) const override;
  [[nodiscard]] double recall(std::span<const float> queries, int k) const override;

 private:
  // Distance: minus the product.
  class Space final : public endcap_hnswlib::SpaceInterface<float> {
   public:
    explicit Space(std::int64_t depth) : depth_(depth) {}
    std::size_t get_data_size() override;
    void* get_dist_func_param() override { return &depth_; }
    endcap_hnswlib::DISTFUNC<float> get_dist_func() override;

   private:
    std::int64_t depth_;
  };

  // Calls visit(query number, query) for each.
  template <class Visit>
  void for_each(std::span<const float> queries, int k, Visit&& visit) const;
  // The best k that are allowed: of all vectors; of those along the links, or of all where too few
  // of those are allowed.
  template <class Allowed>
  [[nodiscard]] std::vector<ScoredItem> scan(const float* query, int k, Allowed&& allowed) const;
  template <class Allowed>
  [[nodiscard]] std::vector<ScoredItem> walk(const float* query, int k, Allowed&& allowed) const;

  std::int32_t n_items_, width_;
  std::size_t breadth_;
  Space space_;
  endcap_hnswlib::HierarchicalNSW<float> graph_;
};

}  // namespace endcap
