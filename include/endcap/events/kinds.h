#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/error.h"

namespace endcap {

// The kinds of event that a shop records, and how much each says: a positive weight is interest, a
// negative one dislike (not learned from; the item is kept out of that visitor's lists).
class Kinds {
 public:
  struct Kind {
    std::string name;
    float weight;
    friend bool operator==(const Kind&, const Kind&) = default;
  };

  // No kinds at all, to add a shop's own.
  [[nodiscard]] static Kinds empty() {
    Kinds none;
    none.kinds_.clear();
    return none;
  }

  // Throws std::invalid_argument if the name is taken or the weight is 0 or not finite.
  std::int16_t add(std::string name, float weight) {
    require(!find(name), "kind", "be new", name);
    check_weight(name, weight);
    kinds_.push_back({std::move(name), weight});
    return static_cast<std::int16_t>(kinds_.size() - 1);
  }

  [[nodiscard]] std::optional<std::int16_t> find(std::string_view name) const {
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      if (kinds_[k].name == name) return static_cast<std::int16_t>(k);
    }
    return std::nullopt;
  }

  // Throws std::invalid_argument as above, or for an unknown kind.
  void set_weight(std::string_view name, float weight) {
    const auto kind = static_cast<std::size_t>(at(name));
    check_weight(kinds_[kind].name, weight);
    kinds_[kind].weight = weight;
  }

  // Throws std::invalid_argument listing the known kinds.
  [[nodiscard]] std::int16_t at(std::string_view name) const {
    if (const auto found = find(name)) return *found;
    std::string known;
    for (const auto& kind : kinds_) known += (known.empty() ? "" : ", ") + kind.name;
    throw std::invalid_argument("kind must be one of " + known + ", got " + std::string(name));
  }

  [[nodiscard]] const Kind& operator[](std::int16_t kind) const {
    return kinds_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] std::int16_t size() const { return static_cast<std::int16_t>(kinds_.size()); }

  friend bool operator==(const Kinds&, const Kinds&) = default;

 private:
  static void check_weight(const std::string& name, float weight) {
    require(std::isfinite(weight) && weight != 0, "weight of kind " + name, "be finite, not 0",
            weight);
  }

  std::vector<Kind> kinds_ = {
      {"view", 1}, {"cart", 3}, {"purchase", 5}, {"wishlist", 2}, {"dismiss", -1}};
};

}  // namespace endcap
