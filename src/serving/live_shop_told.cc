// What a live shop is told: events, people and rules.

#include <algorithm>
#include <iterator>
#include <utility>

#include "endcap/base/clock.h"
#include "endcap/events/session_key.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/serving/live_shop.h"
#include "endcap/serving/people_rows.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
void LiveShop::add(const CheckedEvent& checked, Overlay& overlay, bool session_only) {
  const auto& event = checked.entry.event;
  const auto session = event.session ? session_key(*event.session) : kNoIndex;
  overlay.add(event.user, event.item, checked.event,
              {.session = session, .session_only = session_only});
}

// Puts events into the log, or in memory their ids into seen_. False for one that is there already.
bool LiveShop::log(std::span<const CheckedEvent> events) {
  if (files_) {
    std::vector<LoggedEvent> entries;
    entries.reserve(events.size());
    for (const auto& checked : events) entries.push_back(checked.entry);
    return files_->log().append(entries, false) > 0;
  }
  const auto& first = events[0].entry;
  return first.event_id.empty() || seen_.emplace(first.event_id, first.event.user).second;
}

// Counts events; of those with an event_id, one at a time. The overlay comes first, for what it
// was given can be taken back.
bool LiveShop::accept(std::span<const CheckedEvent> events) {
  const auto edition = now();
  const auto begin = edition->overlay.position();
  const auto take_back = [&] {
    for (const auto& checked : events) {
      edition->overlay.take_back(checked.entry.event.user, begin);
    }
  };
  try {
    for (const auto& checked : events) add(checked, edition->overlay);
    if (log(events)) return true;
  } catch (...) {
    take_back();
    throw;
  }
  take_back();
  return false;
}

std::int64_t LiveShop::observe(std::span<const LoggedEvent> events, bool durable) {
  require_open();
  if (events.empty()) return 0;
  std::int64_t n_counted = 0;
  {
    const std::lock_guard lock(changing_);
    auto check = check_;
    std::vector<CheckedEvent> checked;
    checked.reserve(events.size());
    for (auto at_us = SystemClock().now_us(); const auto& told : events) {
      checked.push_back(check.check(now()->snapshot, told, at_us++));
    }
    check_ = check;
    if (std::all_of(events.begin(), events.end(),
                    [](const auto& told) { return told.event_id.empty(); })) {
      n_counted = accept(checked) ? std::ssize(checked) : 0;
    } else {
      for (const auto& one : checked) n_counted += accept({&one, 1}) ? 1 : 0;
    }
  }
  if (durable) flush();
  tell_ticker();
  return n_counted;
}

void LiveShop::observe_for_session(const Event& event) {
  require_open();
  const std::lock_guard lock(changing_);
  auto check = check_;
  const auto edition = now();
  add(check.check(edition->snapshot, {.event = event}, SystemClock().now_us()), edition->overlay,
      /*session_only=*/true);
  check_ = check;
}

void LiveShop::flush() {
  require_open();
  if (files_) files_->log().flush();
}

// Puts what was just declared into the log; if that fails, takes it back.
template <class Undo>
void LiveShop::keep_row(const LoggedEvent& row, Undo&& undo) {
  people_changed_ = true;
  if (!files_) return;
  try {
    files_->log().append({&row, 1}, false);
  } catch (...) {
    people_.change(undo);
    throw;
  }
}

// Takes rows out of the log. What follows needs no memory, so that both change or none does.
template <class Which>
void LiveShop::erase_rows(const Id& user, Which&& which) {
  people_changed_ = true;
  if (!files_) return;
  files_->drop_models();
  files_->log().erase(user, which);
}

void LiveShop::merge(const Id& guest, const Id& customer) {
  require_open();
  {
    const auto row = merge_row(guest, customer);
    const std::lock_guard lock(changing_);
    check_.check_user(now()->snapshot, guest, "guest");
    check_.check_user(now()->snapshot, customer, "user");
    people_.change([&](People& people) { people.merge(guest, customer); });
    keep_row(row, [&](People& people) { people.unmerge(guest, customer); });
  }
  flush();
  tell_ticker();
}

void LiveShop::unmerge(const Id& guest, const Id& customer) {
  require_open();
  {
    const std::lock_guard lock(changing_);
    people_.change([&](const People& people) { people.require_merged(guest, customer); });
    erase_rows(guest, [&](const auto& row) { return is_merge_with(customer, row); });
    people_.change([&](People& people) { people.unmerge(guest, customer); });
  }
  tell_ticker();
}

void LiveShop::prefer(const Id& user, const Preference& preference) {
  require_open();
  {
    const auto row = preference_row(user, preference);
    const std::lock_guard lock(changing_);
    check_.check_user(now()->snapshot, user, "user");
    std::vector<Preference> before;
    people_.change([&](People& people) {
      before = people.declared_by(user);
      people.prefer(user, preference);
    });
    keep_row(row, [&](People& people) { people.put_back(user, std::move(before)); });
  }
  flush();
  tell_ticker();
}

void LiveShop::withdraw(const Id& user, const std::string& attribute, const Id& value) {
  require_open();
  {
    const std::lock_guard lock(changing_);
    erase_rows(user, [&](const auto& row) { return is_preference_about(attribute, value, row); });
    people_.change([&](People& people) { (void)people.withdraw(user, attribute, value); });
  }
  tell_ticker();
}

// The log names guests and whose they are until it has forgotten all else: a call that failed half
// way can be made again.
ForgetReceipt LiveShop::forget(const Id& user) {
  require_open();
  ForgetReceipt receipt;
  {
    const std::lock_guard lock(changing_);
    const auto edition = now();
    receipt.ids = people_.ids_of(user);
    for (const auto& term : edition->snapshot.blend.terms) {
      (is_trained(term.name) ? receipt.pending : receipt.exact).push_back(term.name);
    }
    for (const auto& id : receipt.ids) edition->overlay.prepare_to_forget(id);
    for (const auto& id : receipt.ids) {
      erase_rows(id, [](const auto& /*row*/) { return true; });
      receipt.n_events += edition->overlay.forget(id);
      std::erase_if(seen_, [&](const auto& delivery) { return delivery.second == id; });
    }
    people_.change([&](People& people) {
      for (const auto& id : receipt.ids) people.forget(id);
    });
  }
  tell_ticker();
  return receipt;
}

void LiveShop::set_rules(const std::string& scenario, const Rules& rules) {
  require_open();
  rules_.set(scenario, rules, [this](const Scenarios& next) { keep(next); });
}

void LiveShop::remove_rules(const std::string& scenario) {
  require_open();
  rules_.remove(scenario, [this](const Scenarios& next) { keep(next); });
}

void LiveShop::keep(const Scenarios& scenarios) {
  if (!files_) return;
  RecordWriter record;
  put_scenarios(record, scenarios);
  const auto bytes = record.bytes();
  files_->log().set_note(kRulesNote, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace endcap
