#pragma once

#include "endcap/ranking/filter_cache.h"
#include "endcap/serving/query.h"
#include "endcap/serving/ranker.h"

namespace endcap {

// Names what keeps an item out of the list of a request, or its place in it. The first of: what
// the visitor and the shop do not want, the conditions, then the rule without which it would be
// listed, at last its rank. Costs a few lists and a look at every item.
[[nodiscard]] WhyNot why_not(Ranker& ranker, const Ranker::Request& request, const Plan& plan,
                             const Snapshot& snapshot, const FilterCache& filters, ItemIndex item);

}  // namespace endcap
