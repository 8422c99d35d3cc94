#pragma once

#include <string>
#include <vector>

#include "endcap/catalog/catalog.h"
#include "endcap/events/events.h"

namespace endcap {

// What in a shop's data could make figures look better than its visitors will
// find the lists, or keep models from learning: events repeated or logged at
// one second, a single visitor or moment that holds much of the log, catalogue
// columns that are ids or count sales. One plain sentence each, for whoever
// knows the shop; none where all is well. `target`: the kind that lists
// predict; any kind where the log has none of it. Throws std::invalid_argument
// for an unknown target.
[[nodiscard]] std::vector<std::string> data_warnings(const Events& events, const Catalog& catalog,
                                                     const std::string& target = "purchase");

}  // namespace endcap
