#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "endcap/base/types.h"

namespace endcap {

// Raises or buries the items of a condition: a score above 0 becomes score * factor, one below 0
// score / factor. The difference is a part of the score of its own, named in the reasons.
struct Boost {
  std::string when = {};  // on catalogue columns; empty: every item
  float factor = 1;       // in [0.001, 1000]; above 1 raises, below 1 buries
  friend bool operator==(const Boost&, const Boost&) = default;
};

// An item's own place in the list, if the filter and the rest of the rules allow the item.
struct Pin {
  Id item;
  int position = 1;  // counted from 1; a list that is shorter moves it up
  friend bool operator==(const Pin&, const Pin&) = default;
};

// At most so many items that share a value of a column; items without a value are not counted.
struct Cap {
  std::string column;
  int at_most = 1;  // > 0
  friend bool operator==(const Cap&, const Cap&) = default;
};

// Which items of the visitor's own history stay out. Durable goods that were bought, for ever:
// {"purchase", "durable"}; consumables until they are due: {"purchase", "not durable", 30}.
struct Hide {
  std::string kind = {};  // of the event; empty: every kind
  std::string when = {};  // on catalogue columns; empty: every item
  double for_days = 0;    // since the event; 0: for ever, as where the log has no times
  friend bool operator==(const Hide&, const Hide&) = default;
};

// What a shop wants of a list. All of it acts inside the choice of the best k, so that k items come
// back whenever k are allowed. Conditions are as in Filter.
struct Rules {
  std::string filter = {};
  std::vector<Id> allow = {};   // if any: only these items
  std::vector<Id> block = {};   // never these
  std::vector<Hide> hide = {};  // if any: in place of hiding all that the visitor has had
  std::vector<Boost> boosts = {};
  std::vector<Pin> pins = {};
  std::vector<Cap> caps = {};
  std::string variants = {};  // a column: items that share its value are one product, listed once
  float diversity = 0;        // in [0, 1]: 0 by score alone, 1 as different as can be
  std::string diversity_by = {};  // a column whose values make items alike; empty: who buys them
  float minimum_relevance = 0;    // in [0, 1]: at least this share of the best item's score
  float rotation = 0;             // in [0, 1): lost for each time that the item was shown lately
  float exploration = 0;   // in [0, 1]: the share of places that chance fills from near the top
  std::uint64_t seed = 0;  // of that chance
  // Where fewer than k items pass the filter and the minimum relevance: those that meet the first
  // of these conditions, then the next; an empty one means every item that is left.
  std::vector<std::string> backfill = {};

  friend bool operator==(const Rules&, const Rules&) = default;
};

// Throws std::invalid_argument for a number out of its range, or two pins on one place.
void check(const Rules& rules);

// The same rules have the same version, now and after a restart.
[[nodiscard]] std::uint64_t version_of(const Rules& rules);

}  // namespace endcap
