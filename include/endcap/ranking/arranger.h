#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/ranking/cap_counter.h"
#include "endcap/ranking/plan.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// What put an item into its place.
enum class Origin { kScore, kPin, kExplore, kBackfill };

// One place of a list.
struct Placed {
  ItemIndex item = kNoIndex;
  float score = 0;
  Origin origin = Origin::kScore;
  int backfill = 0;      // which condition, for kBackfill
  float propensity = 1;  // how likely the item was to stand here, given the places above
};

// Fills the k places of a list from ranked candidates: pins first, then the best by score and
// difference that no cap forbids, a share of them by chance. A copy is a place to try from.
//
// Difference is maximal marginal relevance. Source: J. Carbonell and J. Goldstein, "The Use of MMR,
// Diversity-Based Reranking", SIGIR 1998. Scores are scaled to [0, 1] within the candidates.
class Arranger {
 public:
  struct Setting {
    int k = 10;
    const Plan& plan;
    const Catalog& catalog;
    std::span<const std::int32_t> catalog_row;  // of each item
    float diversity = 0;                        // as in Rules, or of the question
    std::uint64_t seed = 0;
    std::function<float(ItemIndex, ItemIndex)> likeness;  // in [0, 1]; asked if diversity > 0
  };

  // `pins` are items by position, with their scores. The setting must outlive the arranger.
  Arranger(const Setting& setting, std::vector<std::pair<int, ScoredItem>> pins);

  // Takes candidates, the best first and none of them placed or pinned, until the list is full or
  // they are used up. `backfill` is the condition that they meet beyond the rules, if any.
  void fill(const std::vector<ScoredItem>& candidates, int backfill = kNoIndex);

  [[nodiscard]] bool is_full() const {
    return static_cast<int>(places_.size() + pins_.size()) >= setting_->k;
  }
  [[nodiscard]] const std::vector<Placed>& places() const { return places_; }
  // The list; pins that found no list long enough stand at its end.
  [[nodiscard]] std::vector<Placed> take();

 private:
  struct Candidate {
    ScoredItem item;
    float relevance = 0;  // in [0, 1]
    float closest = 0;    // likeness to any item placed so far
  };

  [[nodiscard]] std::int32_t row(ItemIndex item) const {
    return setting_->catalog_row[static_cast<std::size_t>(item)];
  }
  void place(const Placed& placed);
  void place_due_pins();
  [[nodiscard]] std::size_t best() const;
  void drop_forbidden();
  void compare_with(ItemIndex item);

  const Setting* setting_;
  std::vector<std::pair<int, ScoredItem>> pins_;  // still to come, the last first
  std::vector<Placed> places_;
  std::vector<Candidate> candidates_;
  CapCounter caps_;
  Random random_;
};

}  // namespace endcap
