// What a recommender is told.

#include <cstddef>
#include <string>
#include <utility>

#include "recommender_state.h"

namespace endcap {

bool Recommender::observe(const Id& user, const Id& item, std::string_view kind,
                          const ObserveOptions& options) {
  const LoggedEvent entry{
      .event = {.user = user, .item = item, .kind = std::string(kind), .time_us = options.time_us},
      .event_id = options.event_id};
  if (options.session_only) {
    state_->shop.observe_for_session(entry.event);
    return true;
  }
  return state_->shop.observe({&entry, 1}, options.durable) == 1;
}

std::int64_t Recommender::observe_many(std::span<const LoggedEvent> events, bool durable) {
  return state_->shop.observe(events, durable);
}

std::int64_t Recommender::observe_many(const Events& events, bool durable) {
  std::vector<LoggedEvent> entries;
  entries.reserve(static_cast<std::size_t>(events.size()));
  for (std::int64_t e = 0; e < events.size(); ++e) entries.push_back({events.event(e), ""});
  return observe_many(entries, durable);
}

void Recommender::flush() { state_->shop.flush(); }
void Recommender::refresh(const Context& context) { state_->shop.refresh(context); }
void Recommender::refit(const FitOptions& options) { state_->shop.refit(options); }

void Recommender::set_weights(const std::vector<ModelWeights>& weights, const Context& context) {
  state_->shop.set_weights(weights, context);
}

void Recommender::update(const Events& events, const Context& context) {
  observe_many(events);
  refresh(context);
}

void Recommender::merge(const Id& guest, const Id& user) { state_->shop.merge(guest, user); }
void Recommender::unmerge(const Id& guest, const Id& user) { state_->shop.unmerge(guest, user); }

std::vector<Id> Recommender::ids_of(const Id& user) const {
  return state_->shop.people().ids_of(user);
}

void Recommender::prefer(const Id& user, const Preference& preference) {
  const Moment now(*state_);
  if (preference.attribute.empty()) {
    (void)now.item(preference.value);
  } else {
    (void)now.lists.plans().filters().get(condition_of(preference));
  }
  state_->shop.prefer(user, preference);
}

void Recommender::withdraw(const Id& user, const Id& value, const std::string& attribute) {
  state_->shop.withdraw(user, attribute, value);
}

std::vector<Preference> Recommender::preferences(const Id& user) const {
  return state_->shop.people().preferences_of(user);
}

ForgetReceipt Recommender::forget(const Id& user) {
  auto receipt = state_->shop.forget(user);
  for (const auto& id : receipt.ids) state_->journal.forget(id);
  return receipt;
}

}  // namespace endcap
