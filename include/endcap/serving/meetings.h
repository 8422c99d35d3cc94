#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <unordered_map>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/news.h"

namespace endcap {

// Which items came together since a snapshot was fitted. Of an item the newest meetings are kept,
// of all items a million of them: what is beyond waits for the next snapshot. One thread at a
// time.
class Meetings {
 public:
  // What stands further apart in the line of a party says little, and waits.
  static constexpr std::size_t kReach = 40;
  static constexpr std::size_t kMostOfItem = 32;
  static constexpr std::int64_t kMost = 1 << 20;

  // What the models were fitted on, parties as rows.
  void prepare(const Interactions& fitted);

  // An item that a party came to.
  struct Visit {
    std::span<const ItemIndex> line;  // what the party came to around it, in this order
    std::size_t place = 0;            // of the item in the line
    std::int32_t n_items = 0;         // that the party has had, each once, this one too
    bool is_new = false;              // whether it is the first time
  };
  // `position` is what it may be erased by. Items that the models do not know meet nobody.
  void add(const Visit& visit, std::int64_t position);

  // As if those of the positions for which `is_gone` is true had not been added. Needs no memory.
  template <class IsGone>
  void erase(IsGone&& is_gone);
  // The same for all positions from `begin` on.
  void erase_since(std::int64_t begin);

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // Of the items, ascending; no entry for one that nobody came to. Requires ascending items.
  [[nodiscard]] std::vector<ItemNews> of(std::span<const ItemIndex> items) const;

 private:
  struct Kept {
    Meeting meeting;
    std::int64_t position;
  };
  struct Row {
    std::vector<Kept> meetings;             // in the order of arrival
    std::vector<std::int64_t> first_times;  // of parties with the item: positions
  };

  [[nodiscard]] bool knows(ItemIndex item) const {
    return static_cast<std::size_t>(item) < n_fitted_.size();
  }
  void keep(ItemIndex item, const Meeting& meeting, std::int64_t position);

  std::vector<std::int32_t> n_fitted_, n_now_;  // (n_items,): parties that had it then, and now
  std::unordered_map<ItemIndex, Row> rows_;
  std::int64_t n_kept_ = 0;
  std::int64_t newest_ = -1;  // no position is greater
};

template <class IsGone>
void Meetings::erase(IsGone&& is_gone) {
  for (auto at = rows_.begin(); at != rows_.end();) {
    auto& row = at->second;
    n_kept_ -= static_cast<std::int64_t>(
        std::erase_if(row.meetings, [&](const Kept& kept) { return is_gone(kept.position); }));
    n_now_[static_cast<std::size_t>(at->first)] -=
        static_cast<std::int32_t>(std::erase_if(row.first_times, is_gone));
    at = row.meetings.empty() && row.first_times.empty() ? rows_.erase(at) : std::next(at);
  }
}

}  // namespace endcap
