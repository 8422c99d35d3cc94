#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "endcap/matrix/interactions.h"
#include "endcap/ranking/item_mask.h"
#include "endcap/ranking/plan.h"
#include "endcap/serving/query.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// One question, in indices.
struct ListRequest {
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

// Which items the list of a request may hold. Used again from request to request, at the cost of
// what each hides; one thread at a time.
class Gate {
 public:
  explicit Gate(const Snapshot& snapshot);

  // Settles the plan's conditions and hides what the visitor has had. The request's spans and plan
  // must live as long as it is asked about.
  void open(const ListRequest& request);
  // From now on the plan's own filter gives way to a condition of its back-fill.
  void open_backfill(std::size_t backfill) { filter_ = &settled_.backfill[backfill]; }
  void hide(ItemIndex item) {
    if (item < snapshot_.n_items()) hidden_.add(item);  // else it is listed by nobody here
  }

  [[nodiscard]] bool allows(ItemIndex item) const {
    return !hidden_.has(item) && meets_conditions(item) && !is_hidden_variant(item);
  }
  // The part of it that conditions say, and whether there are any.
  [[nodiscard]] bool meets_conditions(ItemIndex item) const {
    return meets(settled_.asked, item) && meets(*filter_, item);
  }
  [[nodiscard]] bool has_condition() const { return settled_.asked || *filter_; }

  // Whether all that may be listed is among named(): a few items, sorted, each once. Beyond that
  // list nothing needs a look.
  [[nodiscard]] bool names_all() const;
  [[nodiscard]] std::vector<ItemIndex> named() const;

  // Whether an event keeps its item out; whether an item is a variant of one that is kept out.
  [[nodiscard]] bool hides(const Interaction& event) const;
  [[nodiscard]] bool is_hidden_variant(ItemIndex item) const;

  // The conditions of the plan for this visitor, page and time.
  struct Settled {
    Plan::When asked, filter;
    std::vector<Plan::When> veils, raises, backfill;
  };
  [[nodiscard]] const Settled& settled() const { return settled_; }
  [[nodiscard]] const Asker& asker() const { return asker_; }
  [[nodiscard]] bool meets(const Plan::When& when, ItemIndex item) const {
    return !when || (row(item) != kNoIndex && when->matches(row(item)));
  }
  [[nodiscard]] std::int32_t row(ItemIndex item) const {
    return snapshot_.catalog_row[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] const Plan& plan() const { return *plan_; }

 private:
  void settle();
  void hide_with_variants(ItemIndex item);

  const Snapshot& snapshot_;
  ItemSet hidden_;
  std::unordered_set<std::int64_t> hidden_variants_;
  ListRequest request_;
  const Plan* plan_;
  std::vector<std::int32_t> rows_;  // of the history, in the catalogue
  Asker asker_;
  Settled settled_;
  const Plan::When* filter_ = nullptr;  // the rules' own, or a back-fill's
};

}  // namespace endcap
