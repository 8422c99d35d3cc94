#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/types.h"

namespace endcap {

// Which items a list may hold. Empty means all.
class ItemMask {
 public:
  ItemMask() = default;
  ItemMask(std::int32_t n_items, bool allowed)
      : allowed_(static_cast<std::size_t>(n_items), allowed ? 1 : 0) {}

  [[nodiscard]] bool allows(ItemIndex item) const {
    return allowed_.empty() || allowed_[static_cast<std::size_t>(item)] != 0;
  }
  // Requires a mask that was made with a size.
  void set(ItemIndex item, bool allowed) { allowed_[static_cast<std::size_t>(item)] = allowed; }
  [[nodiscard]] bool empty() const { return allowed_.empty(); }

 private:
  std::vector<std::uint8_t> allowed_;
};

// A set of items that is emptied at the cost of what it holds. Reused from query to query.
class ItemSet {
 public:
  explicit ItemSet(std::int32_t n_items) : has_(static_cast<std::size_t>(n_items)) {}

  void add(ItemIndex item) {
    auto& has = has_[static_cast<std::size_t>(item)];
    if (has == 0) items_.push_back(item);
    has = 1;
  }
  [[nodiscard]] bool has(ItemIndex item) const { return has_[static_cast<std::size_t>(item)] != 0; }
  [[nodiscard]] std::span<const ItemIndex> items() const { return items_; }
  void clear() {
    for (const auto item : items_) has_[static_cast<std::size_t>(item)] = 0;
    items_.clear();
  }

 private:
  std::vector<std::uint8_t> has_;
  std::vector<ItemIndex> items_;
};

}  // namespace endcap
