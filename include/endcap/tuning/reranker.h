#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/storage/array.h"
#include "endcap/tuning/tree_ensemble.h"

namespace endcap {

// The second stage of a blend: trees that correct the scores of its best items, from what each
// model and the prior add to them. Immutable; copies share the trees.
class Reranker {
 public:
  // Of the items that are allowed, so many are corrected, or as many as are asked for.
  static constexpr int kDepth = 50;

  // Corrects nothing.
  Reranker() = default;
  // `terms`: of the blend, rising; the trees look at the weighted score of each, and then at the
  // prior. Throws std::invalid_argument.
  Reranker(Array<std::int32_t> terms, TreeEnsemble trees);

  [[nodiscard]] bool empty() const { return trees_.empty(); }
  [[nodiscard]] const Array<std::int32_t>& terms() const { return terms_; }
  [[nodiscard]] const TreeEnsemble& trees() const { return trees_; }
  [[nodiscard]] std::size_t n_features() const { return terms_.size() + 1; }

 private:
  Array<std::int32_t> terms_;
  TreeEnsemble trees_;
};

inline Reranker::Reranker(Array<std::int32_t> terms, TreeEnsemble trees)
    : terms_(std::move(terms)), trees_(std::move(trees)) {
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    require(terms_[t] >= 0 && (t == 0 || terms_[t - 1] < terms_[t]), "terms", "rise from 0 or more",
            terms_[t]);
  }
  require(static_cast<std::size_t>(trees_.n_features()) == n_features(), "trees",
          "look at the terms and the prior", trees_.n_features());
}

}  // namespace endcap
