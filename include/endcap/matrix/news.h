#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "endcap/base/types.h"

namespace endcap {

// One visitor, or one basket, that came to two items after the models were fitted.
struct Meeting {
  ItemIndex other = 0;
  std::int32_t n_of_other = 0;  // parties that have had the other, this one too
  std::int32_t n_items = 0;     // that the party has had, each once
  std::int16_t steps = 0;       // from the item to the other, below 0 where the other came first
  bool is_first = false;        // whether the party had not had both before
};

// Who came to an item since.
struct ItemNews {
  ItemIndex item = 0;
  std::int32_t n_before = 0, n_now = 0;  // parties that have had it
  std::vector<Meeting> meetings = {};
};

// Whose items meet.
enum class Party { kVisitor, kBasket };

// What was told since the models were fitted about the items of one history.
struct News {
  std::vector<ItemNews> of_visitors = {}, of_baskets = {};  // ascending by item
  bool has_baskets = false;                                 // else all that a visitor does is one

  // Null where there is none.
  [[nodiscard]] const ItemNews* find(Party party, ItemIndex item) const {
    const auto& news = party == Party::kBasket && has_baskets ? of_baskets : of_visitors;
    const auto at = std::ranges::lower_bound(news, item, {}, &ItemNews::item);
    return at != news.end() && at->item == item ? &*at : nullptr;
  }
};

}  // namespace endcap
