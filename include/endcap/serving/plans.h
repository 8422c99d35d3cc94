#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/ranking/plan.h"
#include "endcap/serving/query.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// The plans of one snapshot: those of scenarios are made once. Any number of threads may ask.
class Plans {
  using RulesPtr = std::shared_ptr<const Rules>;

 public:
  // As many rules are kept; edited ones leave with them.
  static constexpr std::size_t kMostPlans = 64;

  // The snapshot must outlive this.
  explicit Plans(const Snapshot& snapshot) : snapshot_(snapshot), filters_(snapshot.catalog) {
    item_of_row_.resize(static_cast<std::size_t>(snapshot.catalog.items().size()), kNoIndex);
    for (ItemIndex item = 0; item < snapshot.n_items(); ++item) {
      const auto row = snapshot.catalog_row[static_cast<std::size_t>(item)];
      if (row != kNoIndex) item_of_row_[static_cast<std::size_t>(row)] = item;
    }
  }

  [[nodiscard]] const FilterCache& filters() const { return filters_; }

  // The items of a condition on the catalogue, sorted. Throws as Filter::parse does.
  [[nodiscard]] std::shared_ptr<const std::vector<ItemIndex>> items_where(
      const std::string& condition) const {
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = items_.find(condition); found != items_.end()) return found->second;
    }
    const Filter filter = filters_.get(condition);
    std::vector<ItemIndex> items;
    for (std::size_t row = 0; row < item_of_row_.size(); ++row) {
      if (item_of_row_[row] != kNoIndex && filter.matches(static_cast<std::int32_t>(row))) {
        items.push_back(item_of_row_[row]);
      }
    }
    std::sort(items.begin(), items.end());
    auto made = std::make_shared<const std::vector<ItemIndex>>(std::move(items));
    const std::unique_lock lock(mutex_);
    if (items_.size() >= kMostPlans) items_.clear();
    return items_.emplace(condition, std::move(made)).first->second;
  }

  // Throws as make_plan does.
  [[nodiscard]] Plan make(const Rules& rules, const Query& query = {}) const {
    Rules own = rules;
    own.block.insert(own.block.end(), query.block.begin(), query.block.end());
    if (query.diversity != 0) own.diversity = query.diversity;
    return make_plan(std::move(own),
                     {snapshot_.catalog, snapshot_.items, snapshot_.kinds, filters_, item_of_row_},
                     query.filter, query.allow);
  }

  // The rules of a query's scenario, narrowed by what the query itself says. Throws as make does.
  [[nodiscard]] std::shared_ptr<const Plan> get(const RulesPtr& rules, const Query& query) const {
    const bool is_plain =
        query.filter.empty() && query.allow.empty() && query.block.empty() && query.diversity == 0;
    if (!is_plain) return std::make_shared<const Plan>(make(*rules, query));
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = plans_.find(rules); found != plans_.end()) return found->second;
    }
    auto plan = std::make_shared<const Plan>(make(*rules));
    const std::unique_lock lock(mutex_);
    if (plans_.size() >= kMostPlans) plans_.clear();
    return plans_.emplace(rules, std::move(plan)).first->second;
  }

 private:
  const Snapshot& snapshot_;
  FilterCache filters_;
  std::vector<ItemIndex> item_of_row_;
  mutable std::shared_mutex mutex_;
  mutable std::map<RulesPtr, std::shared_ptr<const Plan>> plans_;
  mutable std::map<std::string, std::shared_ptr<const std::vector<ItemIndex>>> items_;
};

}  // namespace endcap
