#include "endcap/serving/event_check.h"

#include <string>
#include <utility>
#include <variant>

#include "endcap/base/error.h"

namespace endcap {
namespace {

void check_id(const Vocabulary& known, std::optional<bool>& are_texts, const Id& id,
              const char* name) {
  const bool is_text = std::holds_alternative<std::string>(id);
  if (known.size() > 0) are_texts = known.is_text();
  if (!are_texts) are_texts = is_text;
  require(*are_texts == is_text, name, *are_texts ? "be a text" : "be a number", to_string(id));
}

}  // namespace

void EventCheck::check_user(const Snapshot& shop, const Id& id, const char* name) {
  check_id(shop.users, users_are_texts_, id, name);
}

CheckedEvent EventCheck::check(const Snapshot& shop, LoggedEvent told, std::int64_t at_us) {
  auto& event = told.event;
  const auto kind = shop.kinds.at(event.kind);
  check_user(shop, event.user, "user");
  check_id(shop.items, items_are_texts_, event.item, "item");
  Interaction as_seen{.weight = shop.kinds[kind].weight, .kind = kind};
  if (shop.histories.order() == Order::kTime) {
    if (!event.time_us) event.time_us = at_us;
    as_seen.time_us = *event.time_us;
  }
  detail::check_loggable(told);
  return {std::move(told), as_seen};
}

}  // namespace endcap
