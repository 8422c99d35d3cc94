#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "endcap/serving/explainer.h"
#include "endcap/serving/overlay.h"
#include "endcap/serving/plans.h"
#include "endcap/serving/query.h"
#include "endcap/serving/ranker_pool.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// Makes the lists of one snapshot: a visitor, a query and its rules in, a list with reasons out.
// Any number of threads may ask.
class ListMaker {
 public:
  // What else a list depends on.
  struct Surroundings {
    std::span<const ItemIndex> taken = {};  // by other lists of the page
    std::vector<Id> shown = {};             // to this visitor lately, repeats counted
  };

  // Snapshot and overlay must outlive this.
  ListMaker(const Snapshot& snapshot, const Overlay& overlay);

  [[nodiscard]] const Plans& plans() const { return plans_; }
  [[nodiscard]] const RankerPool& rankers() const { return rankers_; }
  [[nodiscard]] const Explainer& explainer() const { return explainer_; }
  [[nodiscard]] std::uint64_t model_version() const { return model_version_; }

  // The visitor with the query's session at the end, as views of this moment (or what else the log
  // holds, if no views); items that are not known say nothing.
  void append_session(const std::vector<Id>& session, Visitor& visitor) const;

  // The list, without an id. Requires a visitor with the query's session.
  [[nodiscard]] Recommendation make(const Query& query, const Visitor& visitor, const Plan& plan,
                                    const Surroundings& around) const;

  // Why the same list has the item, or does not.
  [[nodiscard]] WhyNot why_not(const Query& query, const Visitor& visitor, const Plan& plan,
                               const Surroundings& around, const Id& item) const;

 private:
  using Shown = std::vector<std::pair<ItemIndex, int>>;

  [[nodiscard]] WhyNot why_not_new(const Query& query, const Visitor& visitor, const Plan& plan,
                                   const Surroundings& around, ItemIndex item) const;
  [[nodiscard]] Shown count(const std::vector<Id>& shown) const;
  // Fills places that are left with items newer than the snapshot.
  void add_new_items(const Query& query, const Visitor& visitor, const Plan& plan,
                     std::span<const ItemIndex> taken, Recommendation& list) const;
  [[nodiscard]] Ranker::Request request(const Query& query, const Visitor& visitor,
                                        const Plan& plan, std::span<const ItemIndex> taken,
                                        const Shown& shown) const;

  const Snapshot& snapshot_;
  const Overlay& overlay_;
  std::uint64_t model_version_;
  std::int16_t session_kind_;
  Plans plans_;
  RankerPool rankers_;
  Explainer explainer_;
};

}  // namespace endcap
