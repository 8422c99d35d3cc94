#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/types.h"
#include "endcap/storage/array.h"

namespace endcap {

// One node of a regression tree. The two nodes below it stand together, after it.
struct TreeNode {
  std::int32_t feature = kNoIndex;  // that is looked at; kNoIndex: a leaf
  std::int32_t below = 0;           // where it is less than `value`; else the next; a leaf: 0
  float value = 0;                  // the threshold, or what the leaf adds
  float cover = 0;                  // >= 0: the weight of what came here in training
};

// Regression trees that add up. Immutable; copies share the nodes.
class TreeEnsemble {
 public:
  static constexpr int kMostDepth = 8;  // of a tree, in looks

  // Without trees.
  TreeEnsemble() = default;
  // `roots`: where each tree begins, the first at 0; it ends where the next begins. Throws
  // std::invalid_argument for what are no such trees.
  TreeEnsemble(std::int32_t n_features, Array<std::int32_t> roots, Array<TreeNode> nodes);

  [[nodiscard]] bool empty() const { return roots_.empty(); }
  [[nodiscard]] std::int32_t n_features() const { return n_features_; }
  [[nodiscard]] const Array<std::int32_t>& roots() const { return roots_; }
  [[nodiscard]] const Array<TreeNode>& nodes() const { return nodes_; }

  // Requires features.size() == n_features(), as explain() does.
  [[nodiscard]] float predict(std::span<const float> features) const;

  // parts[f] becomes what feature f adds: its Shapley value, where a feature that is not known goes
  // both ways as the training data did. Returns what is left, the mean: it and the parts sum up to
  // predict(), to rounding. Source: S. Lundberg et al., "From local explanations to global
  // understanding with explainable AI for trees", Nature Machine Intelligence 2, 2020 (TreeSHAP),
  // leaf by leaf, as these trees are shallow.
  [[nodiscard]] float explain(std::span<const float> features, std::span<float> parts) const;

 private:
  // A feature on the way to a leaf: whether the visitor's goes that way, and the share of the
  // training data that does.
  struct Look {
    std::int32_t feature;
    double goes, share;
  };
  struct Way {
    std::array<Look, kMostDepth> looks;  // each feature once
    std::size_t size = 0;

    void add(const Look& look);
  };

  [[nodiscard]] const TreeNode& node(std::int32_t i) const {
    return nodes_[static_cast<std::size_t>(i)];
  }
  // Returns the mean of the leaves under `at`, and adds to the parts.
  double explain(std::int32_t at, const Way& way, std::span<const float> features,
                 std::span<double> parts) const;
  static double explain_leaf(double value, const Way& way, std::span<double> parts);

  std::int32_t n_features_ = 0;
  Array<std::int32_t> roots_;
  Array<TreeNode> nodes_;
};

inline TreeEnsemble::TreeEnsemble(std::int32_t n_features, Array<std::int32_t> roots,
                                  Array<TreeNode> nodes)
    : n_features_(n_features), roots_(std::move(roots)), nodes_(std::move(nodes)) {
  const auto n = static_cast<std::int32_t>(nodes_.size());
  std::vector<int> depth(nodes_.size(), kNoIndex);  // kNoIndex: nothing leads there
  for (std::size_t t = 0; t < roots_.size(); ++t) {
    const auto root = roots_[t];
    const auto end = t + 1 < roots_.size() ? roots_[t + 1] : n;
    require(t > 0 || root == 0, "roots", "begin with 0", root);
    require(0 <= root && root < end && end <= n, "roots", "rise within the nodes", root);
    depth[static_cast<std::size_t>(root)] = 0;
    for (auto i = root; i < end; ++i) {
      const auto& [feature, below, value, cover] = node(i);
      const int own = depth[static_cast<std::size_t>(i)];
      require(own != kNoIndex, "nodes", "be reached from their root", i);
      require(std::isfinite(value), "value of a node", "be finite", value);
      require(cover >= 0 && std::isfinite(cover), "cover of a node", "be finite and 0 or more",
              cover);
      if (feature == kNoIndex) continue;
      require(0 <= feature && feature < n_features, "feature of a node", "be one of the features",
              feature);
      require(own < kMostDepth, "nodes", "lie at most 8 below their root", own + 1);
      require(below > i && below < end - 1, "below of a node", "be further on in its tree", below);
      for (const auto child : {below, below + 1}) {
        auto& its = depth[static_cast<std::size_t>(child)];
        require(its == kNoIndex, "nodes", "be reached once", child);
        its = own + 1;
      }
    }
  }
  require(!roots_.empty() || n == 0, "roots", "be there for the nodes", n);
}

inline float TreeEnsemble::predict(std::span<const float> features) const {
  float sum = 0;
  for (auto at : roots_) {
    while (node(at).feature != kNoIndex) {
      const auto& inner = node(at);
      const float feature = features[static_cast<std::size_t>(inner.feature)];
      at = inner.below + (feature < inner.value ? 0 : 1);
    }
    sum += node(at).value;
  }
  return sum;
}

inline float TreeEnsemble::explain(std::span<const float> features, std::span<float> parts) const {
  std::vector<double> sums(parts.size());
  double rest = 0;
  for (const auto root : roots_) rest += explain(root, {}, features, sums);
  for (std::size_t f = 0; f < parts.size(); ++f) parts[f] = static_cast<float>(sums[f]);
  return static_cast<float>(rest);
}

inline void TreeEnsemble::Way::add(const Look& look) {
  for (std::size_t i = 0; i < size; ++i) {
    if (looks[i].feature != look.feature) continue;
    looks[i].goes *= look.goes;
    looks[i].share *= look.share;
    return;
  }
  looks[size++] = look;
}

inline double TreeEnsemble::explain(std::int32_t at, const Way& way,
                                    std::span<const float> features,
                                    std::span<double> parts) const {
  const auto& inner = node(at);
  if (inner.feature == kNoIndex) return explain_leaf(inner.value, way, parts);
  const bool is_below = features[static_cast<std::size_t>(inner.feature)] < inner.value;
  const double both = static_cast<double>(node(inner.below).cover) + node(inner.below + 1).cover;
  double rest = 0;
  for (const bool below : {true, false}) {
    const auto child = inner.below + (below ? 0 : 1);
    auto further = way;
    const double share = both > 0 ? node(child).cover / both : 0.5;
    further.add({inner.feature, below == is_below ? 1.0 : 0.0, share});
    rest += explain(child, further, features, parts);
  }
  return rest;
}

// The leaf is reached with what is known of a set of features if all of them go its way, by the
// share of the data for the others. A feature's part is the mean of what knowing it changes, over
// all orders of getting to know: for each size of set, the sum over sets, by their frequency.
inline double TreeEnsemble::explain_leaf(double value, const Way& way, std::span<double> parts) {
  double rest = value;
  for (std::size_t i = 0; i < way.size; ++i) {
    const auto& own = way.looks[i];
    rest *= own.share;
    std::array<double, kMostDepth> by_size = {1};  // of the sets of others: how much gets here
    std::size_t others = 0;
    for (std::size_t j = 0; j < way.size; ++j) {
      if (j == i) continue;
      ++others;
      for (auto size = others + 1; size-- > 0;) {
        by_size[size] = by_size[size] * way.looks[j].share +
                        (size > 0 ? by_size[size - 1] * way.looks[j].goes : 0.0);
      }
    }
    double frequency = 1 / static_cast<double>(way.size);  // of each set of a size
    double mean = 0;
    for (std::size_t size = 0; size <= others; ++size) {
      mean += by_size[size] * frequency;
      if (size < others) {
        frequency *= static_cast<double>(size + 1) / static_cast<double>(others - size);
      }
    }
    parts[static_cast<std::size_t>(own.feature)] += value * (own.goes - own.share) * mean;
  }
  return rest;
}

}  // namespace endcap
