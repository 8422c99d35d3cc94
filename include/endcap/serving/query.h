#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/ids/vocabulary.h"
#include "endcap/ranking/rules.h"

namespace endcap {

// What a list does with items that the visitor has already had.
enum class Repeats {
  kExclude,  // only new items
  kInclude,  // new items and repeats, each where it belongs
  kOnly,     // only items of the visitor's own history
};

// One request for a list. Either a known visitor or an anonymous one with a session of items.
struct Query {
  std::optional<Id> user = {};
  std::vector<Id> session =
      {};      // oldest first; after the user's own events; unknown items say nothing
  int k = 10;  // > 0
  Repeats repeats = Repeats::kExclude;
  std::string filter = {};          // on catalogue columns: "in_stock and price < 50"
  std::vector<Id> allow = {};       // if any: only these items
  std::vector<Id> block = {};       // never these
  float diversity = 0;              // in [0, 1]: 0 by score alone, 1 as different as can be
  std::string scenario = {};        // whose rules hold, by name; empty: none
  std::optional<Rules> rules = {};  // in place of a scenario's
  std::uint64_t seed = 0;           // another chance for exploration
  std::optional<std::int64_t> time_us = {};  // of the question, for `now` in conditions
};

// What one event of the visitor's history, one rule, or the second stage added to a score.
struct Reason {
  Id item;                                   // of the event; else the listed item itself
  std::string kind;                          // of the event, "rule", or "trees": the second stage
  std::optional<std::int64_t> time_us = {};  // of the event, where times are known
  float value = 0;
  std::string rule = {};  // as "boost: in_stock"; of trees "boosted_trees: mean", and what
                          // they look at, as "boosted_trees: slist"
};

// One place of a list. The reasons are the largest parts of the score, the largest first, and then
// what rules added.
struct Pick {
  Id item;
  float score = 0;
  // That the visitor wants it among their next target events, as the shop's held-out days tell; NaN
  // where they do not.
  float probability = std::numeric_limits<float>::quiet_NaN();
  std::vector<Reason> reasons = {};
  std::string source = {};  // the model that added most to the score, or "popularity"
  std::string rule = {};    // "pin", "exploration" or "backfill: ..."; empty: by its score
  int position = 0;         // counted from 1
  float propensity = 1;     // how likely the item was to stand here, given the places above
};

// One list as it was given. The shop keeps its last ones, so that replay(id) finds them again.
struct Recommendation {
  std::uint64_t id = 0;  // rises from list to list, also from run to run
  std::uint64_t model_version = 0, rules_version = 0;  // equal for equal models and rules
  std::optional<Id> user = {};
  std::string scenario = {};
  std::vector<Pick> picks = {};

  [[nodiscard]] auto begin() const { return picks.begin(); }
  [[nodiscard]] auto end() const { return picks.end(); }
  [[nodiscard]] std::size_t size() const { return picks.size(); }
  [[nodiscard]] bool empty() const { return picks.empty(); }
  [[nodiscard]] const Pick& operator[](std::size_t place) const { return picks[place]; }
};

// Why an item stands in a list, or does not.
struct WhyNot {
  // "listed", "pinned", "unknown item", "disliked", "on the page already", "blocked",
  // "not in the allow list", "already had", "never had", "variant of an item already had",
  // "filter", "minimum relevance", "cap", "diversity", "exploration", "pins", "rotation", "rank".
  std::string reason;
  std::string detail = {};  // the failing clause, the cap, the event: whatever names it closer
  int position = 0;         // counted from 1, if it is listed
  std::int32_t rank = 0;    // by score among the items allowed, counted from 1; 0 if it is not
  float score = 0;
};

// Why an item has its score: base + the sum of all reasons == score, to rounding. Where the shop
// has a second stage, the score is that among the best: with what the trees add.
struct Explanation {
  Id item;
  float score = 0;
  float base = 0;                    // what the item has without any event: its popularity
  std::vector<Reason> reasons = {};  // one for each event, oldest first; then the trees'
};

// Many lists at once: (n, k). Places that a list cannot fill hold kNoIndex and NaN.
struct Picks {
  std::int64_t n = 0;
  int k = 0;
  Vocabulary vocabulary;             // what the indices mean
  std::vector<ItemIndex> items;      // (n, k)
  std::vector<float> scores;         // (n, k), falling within a row
  std::vector<float> probabilities;  // (n, k), as Pick's; NaN where nothing is promised
  std::vector<std::int32_t> counts;  // (n,): how many places each list fills
};

}  // namespace endcap
