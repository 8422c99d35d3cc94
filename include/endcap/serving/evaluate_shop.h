#pragma once

#include <vector>

#include "endcap/base/context.h"
#include "endcap/evaluation/evaluate.h"
#include "endcap/evaluation/split.h"
#include "endcap/serving/query.h"

namespace endcap {

class Recommender;

struct ShopEvaluationOptions {
  std::vector<int> ks = {10, 20};       // > 0
  Repeats repeats = Repeats::kExclude;  // which lists are asked for; answers follow
  Denominator denominator = Denominator::kRelevant;
};

// How good the lists of a shop fitted on `split.train` are, with all metrics that its catalogue and
// the log's prices allow. With repeats excluded, what a visitor had is no right answer; with
// repeats only, nothing else is; queries that this leaves without one are not asked. Popularity
// and, but where the catalogue has a column `price`, prices are those of train. Throws
// std::invalid_argument for a shop that has more events than train, which it could have copied the
// answers from, or if no query is left; UnknownIdError for one that lacks the split's visitors.
[[nodiscard]] Report evaluate(const Recommender& shop, const Split& split,
                              const ShopEvaluationOptions& options = {},
                              const Context& context = {});

}  // namespace endcap
