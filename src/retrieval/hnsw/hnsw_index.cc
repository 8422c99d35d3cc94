#include "hnsw_index.h"

#include <algorithm>
#include <cmath>

#include "endcap/base/error.h"
#include "endcap/base/index_count.h"
#include "endcap/base/parallel.h"
#include "endcap/retrieval/dot.h"

namespace endcap {

std::size_t HnswIndex::Space::get_data_size() {
  return static_cast<std::size_t>(depth_) * sizeof(float);
}

endcap_hnswlib::DISTFUNC<float> HnswIndex::Space::get_dist_func() {
  return [](const void* a, const void* b, const void* depth) {
    return -dot(static_cast<const float*>(a), static_cast<const float*>(b),
                *static_cast<const std::int64_t*>(depth));
  };
}

HnswIndex::HnswIndex(std::span<const float> vectors, std::int32_t width,
                     const ApproximateIndexOptions& options, const Context& context)
    : n_items_(index_count("items", vectors.size() / static_cast<std::size_t>(width))),
      width_(width),
      breadth_(static_cast<std::size_t>(options.breadth)),
      space_(width),
      graph_(&space_, static_cast<std::size_t>(std::max(n_items_, 1)),
             static_cast<std::size_t>(options.links),
             static_cast<std::size_t>(options.build_breadth), context.seed) {
  context.begin("linking vectors", n_items_);
  const Context one{.threads = 1, .progress = context.progress};  // links depend on their order
  parallel_for(one, n_items_, 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      graph_.addPoint(vectors.data() + i * static_cast<std::size_t>(width), i);
    }
  });
}

template <class Visit>
void HnswIndex::for_each(std::span<const float> queries, int k, Visit&& visit) const {
  const auto depth = static_cast<std::size_t>(width_);
  require(k >= 0, "k", "be 0 or more", k);
  require(queries.size() % depth == 0, "queries", "have whole rows", queries.size());
  for (const float x : queries) require(std::isfinite(x), "queries", "be finite", x);
  for (std::size_t q = 0; q < queries.size() / depth; ++q) {
    visit(q, queries.data() + q * depth);
  }
}

template <class Allowed>
std::vector<ScoredItem> HnswIndex::scan(const float* query, int k, Allowed&& allowed) const {
  TopK best(std::min(k, n_items_));
  for (ItemIndex item = 0; item < n_items_; ++item) {
    const auto* vector = reinterpret_cast<const float*>(
        graph_.getDataByInternalId(static_cast<endcap_hnswlib::tableint>(item)));
    const ScoredItem candidate{item, dot(vector, query, width_)};
    if (best.accepts(candidate) && allowed(item)) best.offer(candidate);
  }
  return best.take();
}

template <class Allowed>
std::vector<ScoredItem> HnswIndex::walk(const float* query, int k, Allowed&& allowed) const {
  const auto n_items = static_cast<std::size_t>(n_items_);
  const auto wanted = std::min(static_cast<std::size_t>(k), n_items);
  // A walk that is to find an eighth of all would cost more than looking at all.
  for (auto n = std::max(breadth_, wanted); n * 8 < n_items; n *= 4) {
    TopK best(static_cast<int>(wanted));
    for (auto found = graph_.searchKnn(query, n); !found.empty(); found.pop()) {
      const auto& [distance, label] = found.top();
      const ScoredItem candidate{static_cast<ItemIndex>(label), -distance};
      if (best.accepts(candidate) && allowed(candidate.item)) best.offer(candidate);
    }
    if (auto list = best.take(); list.size() == wanted) return list;
  }
  return scan(query, k, allowed);
}

std::vector<std::vector<ScoredItem>> HnswIndex::search(std::span<const float> queries, int k,
                                                       const Allows& allows) const {
  std::vector<std::vector<ScoredItem>> lists;
  for_each(queries, k, [&](std::size_t q, const float* query) {
    lists.push_back(walk(query, k, [&](ItemIndex item) { return !allows || allows(q, item); }));
  });
  return lists;
}

double HnswIndex::recall(std::span<const float> queries, int k) const {
  const auto all = [](ItemIndex) { return true; };
  std::size_t n_best = 0, n_found = 0;
  for_each(queries, k, [&](std::size_t, const float* query) {
    const auto list = walk(query, k, all);
    for (const auto& best : scan(query, k, all)) {
      ++n_best;
      n_found += std::find(list.begin(), list.end(), best) != list.end() ? 1 : 0;
    }
  });
  return n_best == 0 ? 1 : static_cast<double>(n_found) / static_cast<double>(n_best);
}

}  // namespace endcap
