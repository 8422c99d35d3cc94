#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/ids/vocabulary.h"

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
  std::string filter = {};     // on catalogue columns: "in_stock and price < 50"
  std::vector<Id> allow = {};  // if any: only these items
  std::vector<Id> block = {};  // never these
  float diversity = 0;         // in [0, 1]: 0 by score alone, 1 as different as can be
};

// What one event of the visitor's history added to a score.
struct Reason {
  Id item;                                   // of the event
  std::string kind;                          // of the event
  std::optional<std::int64_t> time_us = {};  // of the event, where times are known
  float value = 0;
};

// One place of a list. The reasons are the largest parts of the score, the largest first.
struct Pick {
  Id item;
  float score = 0;
  std::vector<Reason> reasons = {};
};

// Why an item has its score: base + the sum of all reasons == score, to rounding.
struct Explanation {
  Id item;
  float score = 0;
  float base = 0;                    // what the item has without any event: its popularity
  std::vector<Reason> reasons = {};  // one for each event, oldest first
};

// Many lists at once: (n, k). Places that a list cannot fill hold kNoIndex and NaN.
struct Picks {
  std::int64_t n = 0;
  int k = 0;
  Vocabulary vocabulary;             // what the indices mean
  std::vector<ItemIndex> items;      // (n, k)
  std::vector<float> scores;         // (n, k), falling within a row
  std::vector<std::int32_t> counts;  // (n,): how many places each list fills
};

}  // namespace endcap
