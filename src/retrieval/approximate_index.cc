#include "endcap/retrieval/approximate_index.h"

#include <cmath>

#include "endcap/base/error.h"
#ifdef ENDCAP_HAS_HNSWLIB
#include "hnsw/hnsw_index.h"
#else
#include <stdexcept>
#endif

namespace endcap {

std::shared_ptr<const ApproximateIndex> ApproximateIndex::build(
    std::span<const float> vectors, std::int32_t width, const ApproximateIndexOptions& options,
    const Context& context) {
  require(width > 0, "width", "be positive", width);
  require(vectors.size() % static_cast<std::size_t>(width) == 0, "vectors", "have whole rows",
          vectors.size());
  require(2 <= options.links && options.links <= 1000, "links", "be from 2 to 1000", options.links);
  require(options.build_breadth > 0, "build_breadth", "be positive", options.build_breadth);
  require(options.breadth > 0, "breadth", "be positive", options.breadth);
  for (const float x : vectors) require(std::isfinite(x), "vectors", "be finite", x);
#ifdef ENDCAP_HAS_HNSWLIB
  return std::make_shared<const HnswIndex>(vectors, width, options, context);
#else
  static_cast<void>(context);
  throw std::runtime_error(
      "approximate index: this endcap was built without hnswlib (Debian: libhnswlib-dev)");
#endif
}

}  // namespace endcap
