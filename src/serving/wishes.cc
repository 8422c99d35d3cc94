#include "endcap/serving/wishes.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "endcap/ids/vocabulary.h"

namespace endcap {
namespace {

constexpr float kLikeFactor = 2;  // of a liked value's boost
constexpr float kLikeWeight = 2;  // of a liked item: as much as a wish list's
constexpr const char* kUsualKind = "wishlist";

}  // namespace

std::string condition_of(const Preference& preference) {
  if (preference.attribute.empty()) return "";
  const auto* text = std::get_if<std::string>(&preference.value);
  if (text == nullptr) {
    return preference.attribute + " = " + std::to_string(std::get<std::int64_t>(preference.value));
  }
  const char quote = text->find('"') == std::string::npos ? '"' : '\'';
  require(text->find(quote) == std::string::npos, "value", "not hold both kinds of quotes", *text);
  return preference.attribute + " = " + quote + *text + quote;
}

Wishes::Wishes(std::span<const Preference> preferences, std::int64_t time_us,
               const Edition& edition)
    : edition_(edition) {
  const auto& plans = edition.lists.plans();
  for (const auto& preference : preferences) {
    if (!preference.counts_at(time_us)) continue;
    const auto condition = condition_of(preference);
    if (condition.empty()) {
      const auto item = edition.overlay.find_item(preference.value);
      if (!item) continue;
      if (preference.like) {
        liked_.push_back(*item);
      } else {
        dislikes_.push_back({"", std::make_shared<const std::vector<ItemIndex>>(1, *item)});
      }
    } else if (edition.snapshot.catalog.has(preference.attribute)) {
      if (preference.like) {
        raises_.push_back({"likes: " + condition, plans.filters().get(condition), kLikeFactor});
      } else {
        dislikes_.push_back({condition, plans.items_where(condition)});
      }
    }
  }
}

void Wishes::add_to(Visitor& visitor) const {
  const auto& kinds = edition_.snapshot.kinds;
  const auto kind = kinds.find(kUsualKind);
  for (const auto item : liked_) {
    if (item >= edition_.snapshot.n_items()) continue;  // no model knows it yet
    const auto* last = visitor.events.empty() ? nullptr : &visitor.events.back();
    const auto now_us = std::max(visitor.now_us, last != nullptr ? last->time_us : 0);
    visitor.events.push_back({.time_us = now_us,
                              .item = item,
                              .basket = last != nullptr ? last->basket : 0,
                              .weight = kind ? std::max(kinds[*kind].weight, 1.0f) : kLikeWeight,
                              .kind = kDeclared});
  }
  for (const auto& dislike : dislikes_) {
    visitor.disliked.insert(visitor.disliked.end(), dislike.items->begin(), dislike.items->end());
  }
}

std::shared_ptr<const Plan> Wishes::added_to(std::shared_ptr<const Plan> plan) const {
  if (raises_.empty()) return plan;
  Plan own = *plan;
  own.raises.insert(own.raises.end(), raises_.begin(), raises_.end());
  return std::make_shared<const Plan>(std::move(own));
}

std::string Wishes::dislike_of(ItemIndex item) const {
  for (const auto& dislike : dislikes_) {
    if (std::binary_search(dislike.items->begin(), dislike.items->end(), item)) return dislike.text;
  }
  return "";
}

}  // namespace endcap
