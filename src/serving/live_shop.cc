#include "endcap/serving/live_shop.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "endcap/base/clock.h"
#include "endcap/base/error.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/serving/fold.h"
#include "endcap/serving/people_rows.h"
#include "endcap/serving/recommender.h"

namespace endcap {
namespace {

// The scenarios that the log keeps.
Scenarios rules_of(const EventLog& log) {
  const auto note = log.note(LiveShop::kRulesNote);
  if (!note) return {};
  RecordReader record(std::as_bytes(std::span(*note)));
  return get_scenarios(record);
}

void weigh_by_hand(Blend& blend, std::span<const ModelWeights> weights) {
  for (const auto& [name, explore, include, explore_first, include_first] : weights) {
    const auto term = std::ranges::find(blend.terms, name, &BlendTerm::name);
    require(term != blend.terms.end(), "weights", "name models that the shop uses", name);
    const std::optional<float> given[kPurposes] = {explore, include, explore_first, include_first};
    for (std::size_t p = 0; p < kPurposes; ++p) {
      if (!given[p]) continue;
      require(std::isfinite(*given[p]), "weights", "be finite", *given[p]);
      term->weights[p] = *given[p];
    }
  }
  for (auto& reranker : blend.rerankers) reranker = {};
  for (auto& calibration : blend.calibration) calibration = {};
}

}  // namespace

LiveShop::LiveShop(Snapshot first)
    : editions_(std::make_unique<Edition>(std::move(first))),
      process_(::getpid()),
      people_(now()->snapshot.people),
      rules_(now()->snapshot.scenarios) {}

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
      process_(::getpid()),
      people_(now()->snapshot.people),
      rules_(rules_of(files_->log())) {
  require(options.fold_seconds >= 0, "fold_seconds", "be 0 (never) or more", options.fold_seconds);
  catch_up(options);
  if (options.fold_seconds > 0) {
    solve_ticker_ = std::make_unique<Ticker>(2 * options.fold_seconds, [this] { solve_models(); });
    fold_ticker_ = std::make_unique<Ticker>(options.fold_seconds, [this] { fold_news(); });
    if (has_news()) fold_ticker_->poke();
  }
}

LiveShop::~LiveShop() {
  if (is_forked()) {  // threads and files are the parent's
    (void)fold_ticker_.release();
    (void)solve_ticker_.release();
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
    if (is_about_people(row)) {
      return people_.change([&](People& people) { apply(row, people); });
    }
    const auto edition = now();
    add(check_.check(edition->snapshot, row, 0), edition->overlay);
  };
  files_->log().replay(told, row_);
  people_changed_ = people_.all() != now()->snapshot.people;
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

void LiveShop::tell_ticker() {
  if (fold_ticker_) fold_ticker_->poke();
}

bool LiveShop::has_news() const {
  const auto edition = now();
  return edition->overlay.n_waiting() > 0 || edition->overlay.has_forgotten() || people_changed_;
}

bool LiveShop::is_behind() const { return now()->snapshot.blend.is_behind(); }

LiveShop::Mark LiveShop::mark() {
  const std::lock_guard lock(changing_);
  return {.position = now()->overlay.position(),
          .row = files_ && !closed_ ? files_->log().last_row() : row_,
          .generation = files_ ? files_->generation() : 0,
          .people = people_.all(),
          .people_changed = people_changed_.exchange(false)};
}

// Makes the next edition, has it committed, and shows it to all; or nothing of this.
template <class Make, class Commit>
void LiveShop::publish(Make&& make, Commit&& commit) {
  Published<Edition>::Retired old;  // freed when its last reader has let go, so without a lock
  const auto mark = this->mark();
  const auto made = [&] {
    const auto edition = now();
    auto next = std::make_unique<Edition>(make(*edition, mark));
    next->overlay.prepare();
    return next;
  };
  try {
    auto next = made();
    const std::lock_guard lock(changing_);
    now()->overlay.carry_over(mark.position, SystemClock().now_us(), next->overlay);
    commit(next->snapshot);
    old = editions_.publish(std::move(next));
  } catch (...) {
    if (mark.people_changed) people_changed_ = true;
    throw;
  }
  row_ = mark.row;
  generation_ = mark.generation;
}

template <class Make>
void LiveShop::publish(Make&& make) {
  publish(std::forward<Make>(make), [](const Snapshot& /*next*/) {});
}

// An edition whose models or weights are others than before: the folder keeps them too.
template <class Make>
void LiveShop::publish_choice(Make&& make) {
  publish(make, [this](const Snapshot& next) {
    if (files_) files_->save_choice(next);
  });
  if (!files_) return;
  try {
    save_model();
  } catch (const std::exception&) {  // it only saves work: the log and the choice say the same
  }
}

Snapshot LiveShop::next_of(const Edition& edition, const Mark& mark,
                           const std::optional<Catalog>& catalog, const Context& context,
                           Solving solving) {
  const auto& known = catalog ? *catalog : edition.snapshot.catalog;
  return refresh_snapshot({events_of(edition, mark.position), known, mark.people}, edition.snapshot,
                          context, solving);
}

void LiveShop::make_next(const std::optional<Catalog>& catalog, const Context& context) {
  publish([&](const auto& edition, const auto& mark) {
    return next_of(edition, mark, catalog, context);
  });
}

void LiveShop::refresh(const Context& context) {
  require_open();
  const std::lock_guard one(refreshing_);
  if (has_news() || is_behind()) make_next({}, context);
}

void LiveShop::save(const std::filesystem::path& path) {
  std::unique_lock one(refreshing_);
  if (!has_news() && !is_behind()) {
    const auto snapshot = with_rules(now()->snapshot);
    one.unlock();
    return snapshot.save(path);
  }
  publish([&](const auto& edition, const auto& mark) {
    auto next = next_of(edition, mark, {}, {});
    with_rules(next).save(path);
    return next;
  });
}

void LiveShop::refit(const FitOptions& options) {
  require_open();
  require(options.like == nullptr, "like", "be left to fit()", "a recommender");
  const std::lock_guard one(refreshing_);
  publish_choice([&](const Edition& edition, const Mark& mark) {
    auto events = events_of(edition, mark.position);
    return fit_snapshot({std::move(events), edition.snapshot.catalog, mark.people}, options);
  });
}

void LiveShop::set_weights(std::span<const ModelWeights> weights, const Context& context) {
  require_open();
  const std::lock_guard one(refreshing_);
  publish_choice([&](const Edition& edition, const Mark& mark) {
    auto weighed = edition.snapshot;  // shares the arrays
    weigh_by_hand(weighed.blend, weights);
    auto events = events_of(edition, mark.position);
    return refresh_snapshot({std::move(events), weighed.catalog, mark.people}, weighed, context);
  });
}

void LiveShop::fold_news() {
  const std::lock_guard one(refreshing_);
  const auto last_row = files_->log().last_row();
  const bool saves =
      last_row - files_->saved_row() >= std::max<std::int64_t>(kRowsBetweenSaves, last_row / 20);
  if (has_news() || (saves && is_behind())) {
    publish([&](const Edition& edition, const Mark& mark) {
      // Nothing may stay as it is that counts somebody who was forgotten, or two who are one.
      const bool has_other_persons =
          edition.overlay.has_forgotten() || mark.people.links() != edition.snapshot.people.links();
      const auto solving = saves || has_other_persons ? Solving::kNow : Solving::kLater;
      return next_of(edition, mark, {}, {.threads = 1}, solving);
    });
  }
  if (saves) save_model();
  if (is_behind()) solve_ticker_->poke();
}

// Ends what it is told of once events have arrived.
class LiveShop::UntilNews final : public Progress {
 public:
  struct Arrived {};

  explicit UntilNews(const LiveShop& shop) : shop_(shop) {}
  void begin(std::string_view /*stage*/, std::int64_t /*total*/) override { look(); }
  void step(std::int64_t /*done*/) override { look(); }

 private:
  void look() const {
    if (shop_.has_news()) throw Arrived();
  }

  const LiveShop& shop_;
};

void LiveShop::solve_models() {
  const std::lock_guard one(refreshing_);
  if (!is_behind()) return;
  UntilNews until_news(*this);
  try {
    make_next({}, {.threads = 1, .progress = &until_news});
  } catch (const UntilNews::Arrived&) {  // they are folded first, which pokes the ticker anew
  }
}

// A copy shares the arrays.
Snapshot LiveShop::with_rules(Snapshot snapshot) const {
  snapshot.scenarios = rules_.all();
  return snapshot;
}

void LiveShop::save_model() { files_->save(with_rules(now()->snapshot), row_, generation_); }

Health LiveShop::health() const {
  const auto edition = now();
  Health health{.n_waiting = edition->overlay.n_waiting()};
  for (const auto& term : edition->snapshot.blend.terms) {
    if (term.is_behind) health.models_behind.push_back(term.name);
  }
  if (closed_ || is_forked()) {
    health.writable = false;
    health.problem = closed_ ? "the shop is closed" : "this is a child of fork()";
  } else if (files_) {
    const auto log = files_->log().health();
    health.writable = log.writable;
    health.problem = log.problem;
    if (log.writable && fold_ticker_) health.problem = fold_ticker_->problem();
  }
  return health;
}

void LiveShop::close() {
  if (!files_ || closed_) return;
  require_open();
  if (fold_ticker_) {
    fold_ticker_->stop();
    solve_ticker_->stop();
  }
  const std::lock_guard one(refreshing_);
  if (files_->log().health().writable) {
    if (generation_ != files_->generation() || is_behind()) make_next({}, {});
    if (row_ != files_->saved_row()) save_model();
  }
  const std::lock_guard lock(changing_);
  closed_ = true;
  files_->log().close();
}

}  // namespace endcap
