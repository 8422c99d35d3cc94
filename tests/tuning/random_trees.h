#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/tuning/tree_ensemble.h"

namespace endcap {

// Trees of up to `depth` looks, which may look at a feature twice; thresholds and leaves lie within
// a few units of 0.
inline TreeEnsemble random_trees(Random& random, std::int32_t n_features, int n_trees, int depth) {
  std::vector<std::int32_t> roots;
  std::vector<TreeNode> nodes;
  for (int tree = 0; tree < n_trees; ++tree) {
    const auto root = nodes.size();
    roots.push_back(static_cast<std::int32_t>(root));
    std::vector<int> depths = {0};  // of the nodes from the root on
    nodes.push_back({});
    for (std::size_t i = 0; i < depths.size(); ++i) {
      TreeNode node{.value = static_cast<float>(random.normal()),
                    .cover = static_cast<float>(1 + random.below(100))};
      if (depths[i] < depth && (i == 0 || random.below(4) != 0)) {
        node.feature =
            static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(n_features)));
        node.below = static_cast<std::int32_t>(nodes.size());
        nodes.insert(nodes.end(), 2, {});
        depths.insert(depths.end(), 2, depths[i] + 1);
      }
      nodes[root + i] = node;
    }
  }
  return {n_features, std::move(roots), std::move(nodes)};
}

}  // namespace endcap
