#pragma once

#include <string>
#include <utility>
#include <vector>

#include "endcap/serving/ranker.h"
#include "random_shop.h"

namespace endcap {

inline constexpr std::int32_t kItems = 240;
inline constexpr std::int64_t kNow = 100 * kMicrosecondsPerDay;

inline std::vector<Id> random_items(Random& random, std::uint64_t most) {
  std::vector<Id> items;
  for (auto n = random.below(most); n > 0; --n) {
    items.emplace_back(static_cast<std::int64_t>(random.below(kItems)));
  }
  return items;
}

// Any of the rules that leave the order to the score; each in about a third of all cases.
inline Rules random_rules(Random& random) {
  const auto maybe = [&] { return random.below(3) == 0; };
  const std::string conditions[] = {"price > 3",     "brand in customer.brands",
                                    "brand != 'b1'", "price between 0.5 and 2 times anchor.price",
                                    "price = 7",     "price = 7 and brand = 'b1' and group < 'g4'"};
  const auto condition = [&] { return conditions[random.below(6)]; };
  Rules rules;
  if (maybe()) rules.filter = condition();
  if (maybe() && maybe()) rules.allow = random_items(random, 20);
  if (maybe()) rules.block = random_items(random, 10);
  if (maybe()) rules.hide = {{maybe() ? "view" : "", maybe() ? condition() : "", 50.0}};
  if (maybe()) rules.boosts = {{condition(), 3}, {maybe() ? condition() : "", 0.5}};
  if (maybe()) {
    for (const int position : {1, 3, 12}) {
      rules.pins.push_back({static_cast<std::int64_t>(random.below(kItems)), position});
    }
  }
  if (maybe()) rules.caps = {{"brand", static_cast<int>(random.below(3)) + 1}};
  if (maybe()) rules.variants = "group";
  if (maybe()) rules.minimum_relevance = 0.25f;
  if (maybe()) rules.rotation = 0.5f;
  if (maybe()) rules.backfill = {condition(), maybe() ? "" : condition()};
  return rules;
}

struct Question {
  std::vector<Interaction> events;
  std::vector<ItemIndex> taken, disliked;
  std::vector<std::pair<ItemIndex, int>> shown;
  Ranker::Request request;

  explicit Question(Random& random) {
    for (auto n = random.below(8); n > 0; --n) {
      events.push_back(
          {.time_us = static_cast<std::int64_t>(random.below(100)) * kMicrosecondsPerDay,
           .item = static_cast<ItemIndex>(random.below(kItems)),
           .kind = static_cast<std::int16_t>(random.below(3))});
    }
    if (random.below(3) == 0) taken = {4, 8};
    if (random.below(3) == 0) disliked = {5};
    if (random.below(2) == 0) shown = {{1, 2}, {7, 1}, {30, 4}};
    request = {.history = {events, kNow},
               .k = static_cast<int>(random.below(30)) + 1,
               .repeats = static_cast<Repeats>(random.below(3)),
               .disliked = disliked,
               .taken = taken,
               .shown = shown,
               .anchor = static_cast<ItemIndex>(random.below(kItems)) - 1,
               .now_us = kNow};
  }
};

}  // namespace endcap
