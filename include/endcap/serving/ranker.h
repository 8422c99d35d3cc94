#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "endcap/matrix/interactions.h"
#include "endcap/models/score_board.h"
#include "endcap/ranking/arranger.h"
#include "endcap/ranking/item_mask.h"
#include "endcap/ranking/plan.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/serving/likeness.h"
#include "endcap/serving/query.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// What one rule added to a score.
struct RulePart {
  std::string rule;
  float value = 0;
};

// Turns one history into one list by the rules of a plan. Holds the scratch space of a query; one
// thread at a time.
class Ranker {
 public:
  explicit Ranker(const Snapshot& snapshot);

  struct Request {
    History history;
    int k = 10;
    Repeats repeats = Repeats::kExclude;
    const Plan* plan = nullptr;                             // null: no rules
    std::span<const ItemIndex> disliked = {};               // never listed
    std::span<const ItemIndex> taken = {};                  // by other lists: nor their variants
    std::span<const std::pair<ItemIndex, int>> shown = {};  // how often lately, sorted
    ItemIndex anchor = kNoIndex;                            // the page's product
    std::int64_t now_us = 0;                                // of the question
    std::uint64_t seed = 0;                                 // of the chance of exploration
  };

  // The k best by the blend and the rules; fewer only where fewer are allowed.
  [[nodiscard]] std::vector<Placed> rank(const Request& request);

  // The k best by one model, then by the prior. Of the rules, only what is allowed counts.
  [[nodiscard]] std::vector<ScoredItem> rank_by(const Scorer& model, const Request& request);

  // Scores all items for a request, and chooses none.
  void weigh(const Request& request);

  // The following speak of the last request, whose spans must still be there: what each rule added
  // to an item's score, in their order; the score;
  [[nodiscard]] std::vector<RulePart> rule_parts(ItemIndex item) const;
  [[nodiscard]] float score(ItemIndex item) const;
  // after weigh(), the item's rank among those allowed, from 1, as if no other rule chose;
  [[nodiscard]] std::int32_t rank_of(ItemIndex item) const;
  // whether an event keeps its item out of the list; whether an item is a variant of one kept out;
  [[nodiscard]] bool hides(const Interaction& event) const;
  [[nodiscard]] bool is_hidden_variant(ItemIndex item) const;
  // the plan's conditions, settled for the request, and whom for; whether an item meets one.
  struct Bound {
    Plan::When asked, filter;
    std::vector<Plan::When> veils, raises, backfill;
  };
  [[nodiscard]] const Bound& bound() const { return bound_; }
  [[nodiscard]] const Asker& asker() const { return asker_; }
  [[nodiscard]] bool meets(const Plan::When& when, ItemIndex item) const {
    return !when || (row(item) != kNoIndex && when->matches(row(item)));
  }

  // What kind of score answers a request.
  [[nodiscard]] static Purpose purpose(const Request& request);

 private:
  void prepare(const Request& request);
  void bind();
  void hide();
  void hide_variants(ItemIndex item);
  void hide_history();

  [[nodiscard]] std::int32_t row(ItemIndex item) const {
    return snapshot_.catalog_row[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] bool allowed(ItemIndex item) const {
    return !hidden_.has(item) && meets(bound_.asked, item) && meets(*filter_, item) &&
           !is_hidden_variant(item);
  }

  [[nodiscard]] float raw_score(ItemIndex item) const;
  [[nodiscard]] float ruled(ItemIndex item, float raw) const;
  [[nodiscard]] float bound_of_ruled(float raw) const;
  template <class Visit>
  void for_each_rule(ItemIndex item, float raw, Visit&& visit) const;

  [[nodiscard]] std::vector<ScoredItem> candidates(int size) const;
  void offer_all(TopK& best) const;
  [[nodiscard]] std::vector<ItemIndex> named() const;
  [[nodiscard]] bool names_all() const;
  [[nodiscard]] Arranger::Setting setting();
  [[nodiscard]] Likeness* likeness();
  [[nodiscard]] std::vector<std::pair<int, ScoredItem>> pins();
  void fill(Arranger& arranger, int stage);
  bool cut_irrelevant(std::vector<ScoredItem>& list) const;

  const Snapshot& snapshot_;
  ScoreBoard board_;
  ItemSet hidden_;
  std::unordered_set<std::int64_t> hidden_variants_;
  std::unique_ptr<Likeness> likeness_;  // made when it is first asked for
  const Plan* plan_ = nullptr;
  Request request_;
  std::vector<std::int32_t> rows_;  // of the history, in the catalogue
  Asker asker_;
  Bound bound_;
  const Plan::When* filter_ = nullptr;  // of the stage: the rules' own, or a back-fill's
};

}  // namespace endcap
