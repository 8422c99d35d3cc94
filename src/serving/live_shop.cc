#include "endcap/serving/live_shop.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "endcap/base/clock.h"
#include "endcap/base/error.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/serving/fold.h"
#include "endcap/serving/people_rows.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

constexpr const char* kRulesNote = "rules";

std::int64_t now_us() { return SystemClock().now_us(); }

// The scenarios that the log keeps.
Scenarios rules_of(const EventLog& log) {
  const auto note = log.note(kRulesNote);
  if (!note) return {};
  RecordReader record(std::as_bytes(std::span(*note)));
  return get_scenarios(record);
}

}  // namespace

LiveShop::LiveShop(Snapshot first)
    : editions_(std::make_unique<Edition>(std::move(first))), process_(::getpid()) {
  const auto& s = now()->snapshot;
  people_ = s.people;
  scenarios_ = s.scenarios;
}

// Requires files_. What the folder holds, or a new shop.
std::unique_ptr<Edition> LiveShop::first_edition(const OpenOptions& options) {
  auto model = files_->load();
  const bool is_new = !model;
  if (is_new) {
    model = {first_snapshot(options.catalog.value_or(Catalog()), options.kinds.value_or(Kinds()),
                            options.context)};
    files_->save_choice(model->snapshot);
  }
  if (options.kinds && !(*options.kinds == model->snapshot.kinds)) {
    model = files_->load_choice();
    model->snapshot.kinds = *options.kinds;
  }
  row_ = model->row;
  generation_ = files_->generation();
  return std::make_unique<Edition>(std::move(model->snapshot));
}

LiveShop::LiveShop(const std::filesystem::path& folder, const OpenOptions& options)
    : files_(std::make_unique<ShopFiles>(folder)),
      editions_(first_edition(options)),
      process_(::getpid()) {
  require(options.fold_seconds >= 0, "fold_seconds", "be 0 (never) or more", options.fold_seconds);
  people_ = now()->snapshot.people;
  scenarios_ = rules_of(files_->log());
  catch_up(options);
  if (options.fold_seconds > 0) {
    ticker_ = std::make_unique<Ticker>(options.fold_seconds, [this] { work(); });
    if (has_news()) ticker_->poke();
  }
}

LiveShop::~LiveShop() {
  if (is_forked()) {  // thread and files are the parent's
    (void)ticker_.release();
    (void)files_.release();
    return;
  }
  try {
    close();
  } catch (const std::exception&) {  // whoever must know calls flush() or close()
  }
}

// Reads what the first edition does not hold, and makes the next one where much of it is stale.
void LiveShop::catch_up(const OpenOptions& options) {
  const auto told = [this](const LoggedEvent& row) {
    if (is_about_people(row)) return apply(row, people_);
    add(check(row, 0, types_));
  };
  files_->log().replay(told, row_);
  people_changed_ = people_ != now()->snapshot.people;
  const auto catalog = options.catalog.value_or(now()->snapshot.catalog);
  const bool is_stale = row_ == 0 || !(catalog == now()->snapshot.catalog);
  if (!is_stale || (files_->log().last_row() == 0 && !options.catalog && !options.kinds)) return;
  const std::lock_guard one(refreshing_);
  make_next(catalog, options.context);
  files_->save_choice(now()->snapshot);
  save_model();
}

bool LiveShop::is_forked() const { return files_ != nullptr && ::getpid() != process_; }

void LiveShop::require_open() const {
  require(!is_forked(), "shop", "be used by the process that opened it", "a child of fork()");
  require(!closed_, "shop", "be open", "a closed one");
}

void LiveShop::check_id(const Vocabulary& known, std::optional<bool>& is_text, const Id& id,
                        const char* name) {
  if (known.size() > 0) is_text = known.is_text();
  if (!is_text) is_text = std::holds_alternative<std::string>(id);
  require(*is_text == std::holds_alternative<std::string>(id), name,
          *is_text ? "be a text" : "be a number", to_string(id));
}

LiveShop::Checked LiveShop::check(LoggedEvent told, std::int64_t at_us, IdTypes& types) const {
  const auto edition = now();
  const auto& s = edition->snapshot;
  auto& event = told.event;
  const auto kind = s.kinds.at(event.kind);
  check_id(s.users, types.users, event.user, "user");
  check_id(s.items, types.items, event.item, "item");
  Interaction as_seen{.weight = s.kinds[kind].weight, .kind = kind};
  if (s.histories.order() == Order::kTime) {
    if (!event.time_us) event.time_us = at_us;
    as_seen.time_us = *event.time_us;
  }
  detail::check_loggable(told);
  return {std::move(told), as_seen};
}

void LiveShop::add(const Checked& checked, bool session_only) {
  const auto& event = checked.entry.event;
  now()->overlay.add(event.user, event.item, checked.event,
                     {.session = event.session, .session_only = session_only});
}

// Puts the events into the log; those which it has already are taken out of the list.
void LiveShop::log(std::vector<Checked>& events) {
  const auto is_repeated = [this](const Checked& checked) {
    const auto& entry = checked.entry;
    if (files_) return files_->log().append({&entry, 1}, false) == 0;
    return !entry.event_id.empty() && !seen_.emplace(entry.event_id, entry.event.user).second;
  };
  const bool may_repeat = std::any_of(events.begin(), events.end(), [](const auto& checked) {
    return !checked.entry.event_id.empty();
  });
  if (may_repeat) {
    std::erase_if(events, is_repeated);
  } else if (files_) {
    std::vector<LoggedEvent> entries;
    entries.reserve(events.size());
    for (const auto& checked : events) entries.push_back(checked.entry);
    files_->log().append(entries, false);
  }
}

std::int64_t LiveShop::observe(std::span<const LoggedEvent> events, bool durable) {
  require_open();
  std::vector<Checked> checked;
  {
    const std::lock_guard lock(changing_);
    auto types = types_;
    auto at_us = now_us();
    for (const auto& told : events) checked.push_back(check(told, at_us++, types));
    types_ = types;
    log(checked);
    for (const auto& one : checked) add(one);
  }
  if (durable) flush();
  tell_ticker();
  return static_cast<std::int64_t>(checked.size());
}

void LiveShop::observe_for_session(const Event& event) {
  require_open();
  const std::lock_guard lock(changing_);
  auto types = types_;
  const auto checked = check({.event = event}, now_us(), types);
  types_ = types;
  add(checked, /*session_only=*/true);
}

void LiveShop::flush() {
  require_open();
  if (files_) files_->log().flush();
}

void LiveShop::tell_ticker() {
  if (ticker_) ticker_->poke();
}

bool LiveShop::has_news() const {
  const auto edition = now();
  return edition->overlay.n_waiting() > 0 || edition->overlay.has_forgotten() || people_changed_;
}

LiveShop::Mark LiveShop::mark() {
  const std::lock_guard lock(changing_);
  people_changed_ = false;
  return {.position = now()->overlay.position(),
          .row = files_ && !closed_ ? files_->log().last_row() : row_,
          .generation = files_ ? files_->generation() : 0,
          .people = people()};
}

template <class Make>
void LiveShop::publish(Make&& make) {
  Published<Edition>::Retired old;
  const auto mark = this->mark();
  std::unique_ptr<Edition> next;
  try {
    const auto edition = now();
    next = std::make_unique<Edition>(make(*edition, mark));
  } catch (...) {
    people_changed_ = true;
    throw;
  }
  const std::lock_guard lock(changing_);
  now()->overlay.carry_over(mark.position, now_us(), next->overlay);
  old = editions_.publish(std::move(next));
  row_ = mark.row;
  generation_ = mark.generation;
}

void LiveShop::make_next(const std::optional<Catalog>& catalog, const Context& context) {
  publish([&](const Edition& edition, const Mark& mark) {
    const auto events = events_of(edition, mark.position);
    const auto& known = catalog ? *catalog : edition.snapshot.catalog;
    return refresh_snapshot({events, known, mark.people}, edition.snapshot, context);
  });
}

void LiveShop::refresh(const Context& context) {
  require_open();
  bring_up_to_date(context);
}

void LiveShop::bring_up_to_date(const Context& context) {
  const std::lock_guard one(refreshing_);
  if (has_news()) make_next({}, context);
}

void LiveShop::refit(const FitOptions& options) {
  require_open();
  require(options.like == nullptr, "like", "be left to fit()", "a recommender");
  const std::lock_guard one(refreshing_);
  publish([&](const Edition& edition, const Mark& mark) {
    const auto events = events_of(edition, mark.position);
    return fit_snapshot({events, edition.snapshot.catalog, mark.people}, options);
  });
  if (!files_) return;
  files_->save_choice(now()->snapshot);
  save_model();
}

void LiveShop::work() {
  const std::lock_guard one(refreshing_);
  if (has_news()) make_next({}, {.threads = 1});
  const auto behind = row_ - files_->saved_row();
  if (behind >= std::max<std::int64_t>(kRowsBetweenSaves, row_ / 20)) save_model();
}

void LiveShop::save_model() {
  Snapshot snapshot = now()->snapshot;  // shares the arrays
  snapshot.scenarios = scenarios();
  files_->save(snapshot, row_, generation_);
}

People LiveShop::people() const {
  const std::shared_lock lock(people_mutex_);
  return people_;
}

std::vector<Id> LiveShop::ids_of(const Id& user) const {
  const std::shared_lock lock(people_mutex_);
  return people_.ids_of(user);
}

std::vector<Preference> LiveShop::preferences_of(const Id& user) const {
  const std::shared_lock lock(people_mutex_);
  return people_.preferences_of(user);
}

// Changes what is known of people, then does the same to the log. If that fails, what was declared
// holds for as long as the shop is open.
template <class Change, class Log>
void LiveShop::change_people(Change&& change, Log&& log) {
  require_open();
  const std::lock_guard lock(changing_);
  {
    const std::unique_lock people(people_mutex_);
    change(people_);
  }
  people_changed_ = true;
  if (files_) log(files_->log());
}

void LiveShop::merge(const Id& guest, const Id& customer) {
  const auto row = merge_row(guest, customer);
  change_people(
      [&](People& people) {
        check_id(now()->snapshot.users, types_.users, guest, "guest");
        check_id(now()->snapshot.users, types_.users, customer, "user");
        people.merge(guest, customer);
      },
      [&](EventLog& log) {
        log.append({&row, 1}, false);
      });
  flush();
  tell_ticker();
}

void LiveShop::unmerge(const Id& guest, const Id& customer) {
  change_people([&](People& people) { people.unmerge(guest, customer); },
                [&](EventLog& log) {
                  files_->drop_models();
                  log.erase(guest, [&](const auto& row) { return is_merge_with(customer, row); });
                });
  tell_ticker();
}

void LiveShop::prefer(const Id& user, const Preference& preference) {
  const auto row = preference_row(user, preference);
  change_people(
      [&](People& people) {
        check_id(now()->snapshot.users, types_.users, user, "user");
        people.prefer(user, preference);
      },
      [&](EventLog& log) {
        log.append({&row, 1}, false);
      });
  flush();
  tell_ticker();
}

void LiveShop::withdraw(const Id& user, const std::string& attribute, const Id& value) {
  change_people([&](People& people) { (void)people.withdraw(user, attribute, value); },
                [&](EventLog& log) {
                  files_->drop_models();
                  log.erase(user, [&](const auto& row) {
                    return is_preference_about(attribute, value, row);
                  });
                });
  tell_ticker();
}

ForgetReceipt LiveShop::forget(const Id& user) {
  ForgetReceipt receipt;
  change_people(
      [&](People& people) {
        const auto edition = now();
        receipt.ids = people.ids_of(user);
        for (const auto& id : receipt.ids) {
          people.forget(id);
          receipt.n_events += edition->overlay.forget(id);
          std::erase_if(seen_, [&](const auto& delivery) { return delivery.second == id; });
        }
        for (const auto& term : edition->snapshot.blend.terms) {
          (is_trained(term.name) ? receipt.pending : receipt.exact).push_back(term.name);
        }
      },
      [&](EventLog& log) {
        files_->drop_models();
        for (const auto& id : receipt.ids) log.erase_user(id);
      });
  tell_ticker();
  return receipt;
}

void LiveShop::keep_rules(const Scenarios& scenarios) {
  require_open();
  if (files_) {
    RecordWriter record;
    put_scenarios(record, scenarios);
    const auto bytes = record.bytes();
    files_->log().set_note(kRulesNote, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  const std::unique_lock lock(people_mutex_);
  scenarios_ = scenarios;
}

Scenarios LiveShop::scenarios() const {
  const std::shared_lock lock(people_mutex_);
  return scenarios_;
}

Health LiveShop::health() const {
  Health health{.n_waiting = now()->overlay.n_waiting()};
  if (closed_ || is_forked()) {
    health.writable = false;
    health.problem = closed_ ? "the shop is closed" : "this is a child of fork()";
  } else if (files_) {
    const auto log = files_->log().health();
    health.writable = log.writable;
    health.problem = log.problem;
    if (log.writable && ticker_) health.problem = ticker_->problem();
  }
  return health;
}

void LiveShop::close() {
  if (!files_ || closed_) return;
  require_open();
  if (ticker_) ticker_->stop();
  const std::lock_guard one(refreshing_);
  if (files_->log().health().writable) {
    if (generation_ != files_->generation()) make_next({}, {});
    if (row_ != files_->saved_row()) save_model();
  }
  const std::lock_guard lock(changing_);
  closed_ = true;
  files_->log().close();
}

}  // namespace endcap
