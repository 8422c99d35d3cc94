#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "endcap/matrix/interactions.h"
#include "endcap/models/score_board.h"
#include "endcap/ranking/arranger.h"
#include "endcap/ranking/plan.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/serving/gate.h"
#include "endcap/serving/likeness.h"
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

  using Request = ListRequest;

  // The k best by the blend and the rules; fewer only where fewer are allowed.
  [[nodiscard]] std::vector<Placed> rank(const Request& request);

  // The k best by one model, then by the prior. Of the rules, only what is allowed counts.
  [[nodiscard]] std::vector<ScoredItem> rank_by(const Scorer& model, const Request& request);

  // Scores all items for a request, corrects the best, and chooses none.
  void weigh(const Request& request);

  // The following speak of the last request, whose spans must still be there: what each rule added
  // to an item's score, in their order; the score;
  [[nodiscard]] std::vector<RulePart> rule_parts(ItemIndex item) const;
  [[nodiscard]] float score(ItemIndex item) const;
  // after weigh(), the item's rank among those allowed, from 1, as if no other rule chose;
  [[nodiscard]] std::int32_t rank_of(ItemIndex item) const;
  // what it may hold at all.
  [[nodiscard]] const Gate& gate() const { return gate_; }
  // what kind of score answered it.
  [[nodiscard]] Purpose purpose() const { return purpose_; }

 private:
  void prepare(const Request& request);
  void rerank();
  [[nodiscard]] Purpose purpose_of(const Request& request) const;
  [[nodiscard]] const Plan& plan() const { return gate_.plan(); }
  [[nodiscard]] float raw_score(ItemIndex item) const;
  [[nodiscard]] float ruled(ItemIndex item, float raw) const;
  [[nodiscard]] float bound_of_ruled(float raw) const;
  template <class Visit>
  void for_each_rule(ItemIndex item, float raw, Visit&& visit) const;

  [[nodiscard]] std::vector<ScoredItem> candidates(int size) const;
  void offer_all(TopK& best) const;
  [[nodiscard]] Arranger::Setting setting();
  [[nodiscard]] Likeness* likeness();
  [[nodiscard]] std::vector<std::pair<int, ScoredItem>> pins();
  void fill(Arranger& arranger, int stage);
  bool cut_irrelevant(std::vector<ScoredItem>& list) const;

  const Snapshot& snapshot_;
  Gate gate_;
  ScoreBoard board_;
  ScoreBoard board_of_term_;            // empty
  std::unique_ptr<Likeness> likeness_;  // made when it is first asked for
  Request request_;
  Purpose purpose_ = Purpose::kExplore;
};

}  // namespace endcap
