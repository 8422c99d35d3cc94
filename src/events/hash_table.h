#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace endcap {

// Values >= 0 by 64-bit hashes, several of one hash allowed: open addressing with linear probing,
// 16 bytes a slot, at most 3/4 full, so 21 to 43 bytes a value. Not thread-safe.
class HashTable {
 public:
  // Makes room for `more` insertions that cannot fail.
  void reserve(std::size_t more) {
    std::size_t n_slots = slots_.empty() ? 16 : slots_.size();
    while ((used_ + more) * 4 > n_slots * 3) n_slots *= 2;
    if (n_slots > slots_.size()) grow(n_slots);
  }

  void insert(std::uint64_t hash, std::int64_t value) {
    reserve(1);
    Slot* slot = &slots_[hash & (slots_.size() - 1)];
    while (slot->value != kFree) slot = next(slot);
    *slot = {hash, value};
    ++used_;
  }

  // The first value of this hash for which `is_wanted(value)` holds; null if there is none.
  template <class Predicate>
  [[nodiscard]] std::int64_t* find(std::uint64_t hash, Predicate&& is_wanted) {
    if (slots_.empty()) return nullptr;
    for (Slot* slot = &slots_[hash & (slots_.size() - 1)]; slot->value != kFree;
         slot = next(slot)) {
      if (slot->hash == hash && slot->value >= 0 && is_wanted(slot->value)) return &slot->value;
    }
    return nullptr;
  }

  // Removes the value that find() gave.
  static void remove(std::int64_t* value) { *value = kRemoved; }

 private:
  static constexpr std::int64_t kFree = -1, kRemoved = -2;
  struct Slot {
    std::uint64_t hash = 0;
    std::int64_t value = kFree;
  };

  Slot* next(Slot* slot) {
    return slot + 1 == slots_.data() + slots_.size() ? slots_.data() : slot + 1;
  }

  void grow(std::size_t n_slots) {
    std::vector<Slot> old(n_slots);
    old.swap(slots_);
    used_ = 0;
    for (const Slot& slot : old) {
      if (slot.value >= 0) insert(slot.hash, slot.value);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them
  std::size_t used_ = 0;     // removed ones included
};

}  // namespace endcap
