#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/types.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

struct ApproximateIndexOptions {
  int links = 16;  // 2 to 1000: of an item with items like it; more find more and take memory
  int build_breadth = 200;  // > 0: candidates for the links of an item
  int breadth = 100;        // > 0: candidates of a search; more find more and take longer
};

// Most of the vectors with the largest products with a query, found along links between vectors
// that are alike. For large catalogues of vectors of one length, as of images or texts: ExactIndex,
// which misses none, must then look at all (docs/performance.md says from where on this pays; with
// lengths as unlike as those of factors it does not). recall() tells what share is found. A list is
// as long as that of ExactIndex, and its scores are the same products. Sources: Y. Malkov, D.
// Yashunin, "Efficient and Robust Approximate Nearest Neighbor Search Using Hierarchical Navigable
// Small World Graphs", TPAMI 42(4), 2020, as hnswlib builds it; S. Morozov, A. Babenko, "Non-metric
// Similarity Graphs for Maximum Inner Product Search", NeurIPS 2018 (links by products). Memory:
// n_items * (width + 2 links + 3) * 4 bytes. Immutable, so any number of threads may search at
// once.
class ApproximateIndex {
 public:
  using Allows = std::function<bool(std::size_t query, ItemIndex item)>;

  // vectors: (n_items, width). The same links for the same vectors and seed. Takes some
  // O(n_items log n_items), on one thread. Throws std::invalid_argument if a row is not whole, an
  // option is out of range or a number is not finite; std::runtime_error if endcap was built
  // without hnswlib.
  [[nodiscard]] static std::shared_ptr<const ApproximateIndex> build(
      std::span<const float> vectors, std::int32_t width,
      const ApproximateIndexOptions& options = {}, const Context& context = {});
  virtual ~ApproximateIndex() = default;
  ApproximateIndex(const ApproximateIndex&) = delete;
  ApproximateIndex& operator=(const ApproximateIndex&) = delete;

  [[nodiscard]] virtual std::int32_t n_items() const = 0;
  [[nodiscard]] virtual std::int32_t width() const = 0;

  // k items for each query, of those for which allows(query number, item) is true, if given.
  // queries: (n_queries, width). Throws std::invalid_argument if queries are not whole or not
  // finite or k is negative.
  [[nodiscard]] virtual std::vector<std::vector<ScoredItem>> search(
      std::span<const float> queries, int k, const Allows& allows = {}) const = 0;

  // What share of the k best items of the queries is found, in [0, 1]; 1 where there are none.
  // Looks at all vectors. Throws as search().
  [[nodiscard]] virtual double recall(std::span<const float> queries, int k) const = 0;

 protected:
  ApproximateIndex() = default;
};

}  // namespace endcap
