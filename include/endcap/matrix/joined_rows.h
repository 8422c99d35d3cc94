#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "endcap/matrix/interactions.h"

namespace endcap {

// The histories of several ids as that of one person: in the order of a log, baskets numbered anew.
// Baskets are sessions, each of one id, or else days where there are times: what two ids did on one
// day is one basket.
[[nodiscard]] inline std::vector<Interaction> joined_rows(
    std::span<const std::span<const Interaction>> rows, Order order, bool by_session) {
  struct Owned {
    Interaction event;
    std::size_t row;
  };
  std::vector<Owned> all;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const auto& event : rows[row]) all.push_back({event, row});
  }
  const auto key = [](const Owned& one) {
    return std::tuple(one.event.time_us, one.event.item, one.event.kind, one.row, one.event.basket);
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Owned& a, const Owned& b) { return key(a) < key(b); });
  std::vector<Interaction> joined;
  std::int32_t basket = kNoIndex;
  for (std::size_t e = 0; e < all.size(); ++e) {
    const auto begins_basket = [&] {
      if (e == 0) return true;
      const auto &now = all[e], &before = all[e - 1];
      if (by_session) return now.row != before.row || now.event.basket != before.event.basket;
      return now.event.time_us / kMicrosecondsPerDay != before.event.time_us / kMicrosecondsPerDay;
    };
    joined.push_back(all[e].event);
    if (!by_session && order != Order::kTime) continue;
    if (begins_basket()) ++basket;
    joined.back().basket = basket;
  }
  return joined;
}

}  // namespace endcap
