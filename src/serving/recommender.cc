#include "endcap/serving/recommender.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "endcap/serving/model_file.h"
#include "endcap/tuning/model_names.h"
#include "recommender_state.h"

namespace endcap {

Recommender::Recommender(std::unique_ptr<State> state) : state_(std::move(state)) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;

Recommender Recommender::fit(Events events, const Catalog& catalog, const FitOptions& options) {
  if (options.like == nullptr) {
    return Recommender(
        std::make_unique<State>(fit_snapshot({std::move(events), catalog}, options)));
  }
  const auto& theirs = *options.like;
  const Blend choice = theirs.state_->shop.now()->snapshot.blend.choice();
  const auto known = catalog.items().size() > 0 ? catalog : theirs.catalog();
  auto snapshot = refit_snapshot({std::move(events), known, theirs.state_->shop.people().all()},
                                 choice, options.context);
  snapshot.scenarios = theirs.state_->shop.rules().all();
  return Recommender(std::make_unique<State>(std::move(snapshot)));
}

Recommender Recommender::load(const std::filesystem::path& path) {
  return Recommender(std::make_unique<State>(Snapshot::load(path)));
}

Recommender Recommender::open(const std::filesystem::path& folder, const OpenOptions& options) {
  return Recommender(std::make_unique<State>(folder, options));
}

void Recommender::close() { state_->shop.close(); }
Health Recommender::health() const { return state_->shop.health(); }

void Recommender::save(const std::filesystem::path& path) const { state_->shop.save(path); }

Recommendation Recommender::recommend(const Query& query) const {
  const Moment now(*state_);
  return now.recommend(query);
}

std::vector<Recommendation> Recommender::recommend_page(const std::vector<Query>& queries) const {
  const Moment now(*state_);
  std::vector<Recommendation> page;
  std::vector<ItemIndex> taken;
  for (const auto& query : queries) {
    page.push_back(now.recommend(query, taken));
    for (const auto& pick : page.back()) taken.push_back(now.item(pick.item));
  }
  return page;
}

WhyNot Recommender::why_not(const Query& query, const Id& item) const {
  const Moment now(*state_);
  const auto wishes = now.wishes_of(query.user, time_of(query));
  const auto plan = wishes.added_to(now.plan_of(query));
  auto why = now.lists.why_not(query, now.visitor_of(query, wishes), *plan,
                               {.shown = now.shown_to(query, *plan)}, item);
  if (why.reason == "disliked") why.detail = wishes.dislike_of(now.item(item));
  return why;
}

Recommendation Recommender::replay(std::uint64_t recommendation_id) const {
  if (auto list = state_->journal.find(recommendation_id)) return *std::move(list);
  throw UnknownIdError("recommendation_id must be of one of the last " +
                       std::to_string(Journal::kLists) + " lists, got " +
                       std::to_string(recommendation_id));
}

void Recommender::set_rules(const std::string& scenario, const Rules& rules) {
  const Moment now(*state_);
  require(!scenario.empty(), "scenario", "have a name", "''");
  (void)now.lists.plans().make(rules);
  state_->shop.set_rules(scenario, rules);
}

void Recommender::remove_rules(const std::string& scenario) { state_->shop.remove_rules(scenario); }

Rules Recommender::rules(const std::string& scenario) const {
  return *state_->shop.rules().at(scenario);
}

std::vector<std::string> Recommender::scenarios() const {
  std::vector<std::string> names;
  for (const auto& [name, rules] : state_->shop.rules().all()) names.push_back(name);
  return names;
}

std::vector<Pick> Recommender::similar(const Id& item, int k) const {
  const Moment now(*state_);
  check_k(k);
  (void)now.item(item);
  const auto visitor = now.visitor_of_session({item});
  const auto ranker = now.lists.rankers().lease();
  const auto list = now.alike(*ranker, visitor, k, {});
  return now.lists.explainer().picks(Purpose::kExplore, visitor, list);
}

std::vector<Pick> Recommender::bought_together(const std::vector<Id>& items, int k) const {
  const Moment now(*state_);
  check_k(k);
  const auto visitor = now.visitor_of_session(items);
  if (visitor.events.empty()) {
    throw UnknownIdError("items must hold one of the log or the catalogue, got " +
                         std::to_string(items.size()) + " unknown");
  }
  const auto* model = now.snapshot.blend.find(kBoughtTogether);
  const auto ranker = now.lists.rankers().lease();
  const auto list = ranker->rank_by(*model, {.history = visitor.history(), .k = k});
  return now.lists.explainer().picks(*model, visitor, list, kBoughtTogether);
}

Recommendation Recommender::buy_again(const Id& user, int k) const {
  return recommend({.user = user, .k = k, .repeats = Repeats::kOnly});
}

Recommendation Recommender::next(const std::vector<Id>& items, int k, Repeats repeats) const {
  return recommend({.session = items, .k = k, .repeats = repeats});
}

Picks Recommender::recommend_many(const std::vector<Id>& users, int k, Repeats repeats,
                                  const std::string& filter, const std::string& scenario) const {
  const Moment now(*state_);
  const auto now_us = SystemClock().now_us();
  return now.many_visitors(static_cast<std::int64_t>(users.size()),
                           {.k = k, .repeats = repeats, .filter = filter, .scenario = scenario},
                           [&](std::int64_t q, std::shared_ptr<const Plan>& plan) {
                             const auto& user = users[static_cast<std::size_t>(q)];
                             const auto wishes = now.wishes_of(user, now_us);
                             plan = wishes.added_to(std::move(plan));
                             return now.visitor_of({.user = user}, wishes);
                           });
}

Picks Recommender::similar_many(const std::vector<Id>& items, int k, const std::string& filter,
                                const std::string& scenario) const {
  const Moment now(*state_);
  const auto plan = now.plan_of({.k = k, .filter = filter, .scenario = scenario});
  return now.many(static_cast<std::int64_t>(items.size()), k, [&](std::int64_t q, Ranker& ranker) {
    const auto& id = items[static_cast<std::size_t>(q)];
    (void)now.item(id);
    return now.alike(ranker, now.visitor_of_session({id}), k, *plan);
  });
}

Picks Recommender::next_many(const std::vector<std::vector<Id>>& histories, int k, Repeats repeats,
                             const std::string& filter, const std::string& scenario) const {
  const Moment now(*state_);
  return now.many_visitors(static_cast<std::int64_t>(histories.size()),
                           {.k = k, .repeats = repeats, .filter = filter, .scenario = scenario},
                           [&](std::int64_t q, const auto& /*plan*/) {
                             return now.visitor_of_session(histories[static_cast<std::size_t>(q)]);
                           });
}

Picks Recommender::next_many(const Events& histories, int k, Repeats repeats,
                             const std::string& filter, const std::string& scenario) const {
  const Moment now(*state_);
  const auto& snapshot = now.snapshot;
  std::vector<ItemIndex> item_of;  // unknown items become n_items, which says nothing
  item_of.reserve(static_cast<std::size_t>(histories.items().size()));
  for (std::int32_t i = 0; i < histories.items().size(); ++i) {
    item_of.push_back(snapshot.items.find(histories.items().id(i)).value_or(snapshot.n_items()));
  }
  std::vector<std::int16_t> kind_of;
  for (std::int16_t kind = 0; kind < histories.kinds().size(); ++kind) {
    kind_of.push_back(snapshot.kinds.at(histories.kinds()[kind].name));
  }
  const auto asked = histories.interactions(item_of, snapshot.n_items() + 1);
  const Query query{.k = k, .repeats = repeats, .filter = filter, .scenario = scenario};
  return now.many_visitors(asked.n_users(), query, [&](std::int64_t q, const auto& /*plan*/) {
    Visitor visitor;
    for (auto event : asked.events_of(static_cast<UserIndex>(q))) {
      if (event.item == snapshot.n_items()) continue;
      event.kind = kind_of[static_cast<std::size_t>(event.kind)];
      visitor.now_us = std::max(visitor.now_us, event.time_us);
      visitor.events.push_back(event);
    }
    return now.informed(std::move(visitor));
  });
}

Explanation Recommender::explain(const Id& user, const Id& item, Repeats repeats) const {
  const Moment now(*state_);
  const auto wishes = now.wishes_of(user, SystemClock().now_us());
  return now.lists.explainer().explain(now.visitor_of({.user = user}, wishes), now.item(item),
                                       repeats);
}

std::vector<Event> Recommender::history(const Id& user) const {
  const Moment now(*state_);
  std::vector<Event> events;
  auto visitor = now.overlay.visitor(state_->shop.people().ids_of(user));
  for (const auto& event : visitor.new_items) {
    const auto place = std::upper_bound(
        visitor.events.begin(), visitor.events.end(), event.time_us,
        [](std::int64_t time_us, const Interaction& other) { return time_us < other.time_us; });
    visitor.events.insert(place, event);
  }
  for (const auto& event : visitor.events) {
    Event told{.user = user, .item = now.overlay.item_id(event.item)};
    told.kind = now.snapshot.kinds[event.kind].name;
    if (now.timed()) told.time_us = event.time_us;
    events.push_back(std::move(told));
  }
  return events;
}

Vocabulary Recommender::users() const {
  const Moment now(*state_);
  if (!now.overlay.has_forgotten()) return now.snapshot.users;
  std::vector<Id> users;
  for (UserIndex user = 0; user < now.snapshot.users.size(); ++user) {
    Id id = now.snapshot.users.id(user);
    if (!now.overlay.is_forgotten(id)) users.push_back(std::move(id));
  }
  return Vocabulary::from_ids(std::move(users));
}

Vocabulary Recommender::items() const { return state_->shop.now()->snapshot.items; }
Kinds Recommender::kinds() const { return state_->shop.now()->snapshot.kinds; }
Catalog Recommender::catalog() const { return state_->shop.now()->snapshot.catalog; }

std::int64_t Recommender::n_events() const {
  return state_->shop.now()->snapshot.histories.n_events();
}

FitReport Recommender::report() const {
  const auto edition = state_->shop.now();
  auto report = edition->snapshot.blend.report;
  for (const auto& term : edition->snapshot.blend.terms) {
    if (auto* tried = report.find(term.name)) tried->n_bytes = model_bytes(term.model.get());
  }
  return report;
}

std::vector<ModelReport> Recommender::models() const {
  std::vector<ModelReport> reports;
  const auto edition = state_->shop.now();
  for (const auto& term : edition->snapshot.blend.terms) {
    reports.push_back({.name = term.name,
                       .fit_seconds = term.fit_seconds,
                       .ndcg_alone = term.ndcg_alone,
                       .weight_explore = term.weights[0],
                       .weight_include = term.weights[1],
                       .weight_explore_first_visit = term.weights[2],
                       .weight_include_first_visit = term.weights[3]});
  }
  return reports;
}

}  // namespace endcap
