#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "endcap/people/preference.h"
#include "endcap/ranking/plan.h"
#include "endcap/serving/edition.h"

namespace endcap {

// In place of the kind of an event: the person said that they like the item, and did not have it.
inline constexpr std::int16_t kDeclared = -1;

// The condition that an item meets if a preference is about it, as `brand = "acme"`; empty for a
// single item. Throws std::invalid_argument for a text with both kinds of quotes.
[[nodiscard]] std::string condition_of(const Preference& preference);

// What a person declared, for one edition: likes count beside what the person did, a liked item as
// an event of its own, liked values as a boost; what is disliked is never listed.
class Wishes {
 public:
  // As of a time. What the edition does not know says nothing; it must outlive this.
  Wishes(std::span<const Preference> preferences, std::int64_t time_us, const Edition& edition);

  // Adds liked and disliked items to what the visitor did.
  void add_to(Visitor& visitor) const;
  // The plan with the boosts of liked values; the same one where there are none.
  [[nodiscard]] std::shared_ptr<const Plan> added_to(std::shared_ptr<const Plan> plan) const;
  // What keeps an item out, as the person said it; empty if they did not.
  [[nodiscard]] std::string dislike_of(ItemIndex item) const;

 private:
  struct Dislike {
    std::string text;
    std::shared_ptr<const std::vector<ItemIndex>> items;  // sorted
  };
  const Edition& edition_;
  std::vector<ItemIndex> liked_;
  std::vector<Plan::Raise> raises_;
  std::vector<Dislike> dislikes_;
};

}  // namespace endcap
