#include "endcap/serving/recommender.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "endcap/base/clock.h"
#include "endcap/base/parallel.h"
#include "endcap/serving/journal.h"
#include "endcap/serving/live_shop.h"
#include "endcap/serving/rule_book.h"

namespace endcap {
namespace {

void check_k(int k) { require(k > 0, "k", "be positive", k); }

std::vector<ScoredItem> scored(const std::vector<Placed>& list) {
  std::vector<ScoredItem> items;
  items.reserve(list.size());
  for (const auto& placed : list) items.push_back({placed.item, placed.score});
  return items;
}

}  // namespace

// A shop, the rules that its lists keep, and the lists that it gave lately.
struct Recommender::State {
  explicit State(Snapshot snapshot) : rule_book(snapshot.scenarios), shop(std::move(snapshot)) {}

  RuleBook rule_book;
  const std::shared_ptr<const Rules> no_rules = std::make_shared<const Rules>();
  mutable Journal journal{static_cast<std::uint64_t>(SystemClock().now_us())};
  LiveShop shop;
};

// What one answer is made from, and how.
struct Recommender::Moment {
  explicit Moment(const State& s) : state(s), edition(s.shop.now()) {}

  [[nodiscard]] bool timed() const { return snapshot.histories.order() == Order::kTime; }

  [[nodiscard]] ItemIndex item(const Id& id) const {
    if (const auto found = overlay.find_item(id)) return *found;
    throw UnknownIdError("item must be one of the log or the catalogue, got " + to_string(id));
  }

  // The rules of a query: its own, a scenario's, or none.
  [[nodiscard]] std::shared_ptr<const Rules> rules_of(const Query& query) const {
    require(query.scenario.empty() || !query.rules, "rules",
            "stand in the query or in a scenario, not in both", query.scenario);
    if (query.rules) return std::make_shared<const Rules>(*query.rules);
    return query.scenario.empty() ? state.no_rules : state.rule_book.at(query.scenario);
  }

  [[nodiscard]] std::shared_ptr<const Plan> plan_of(const Query& query) const {
    check_k(query.k);
    return lists.plans().get(rules_of(query), query);
  }

  [[nodiscard]] Visitor visitor_of(const Query& query) const {
    auto visitor = query.user ? overlay.visitor(*query.user) : Visitor{};
    lists.append_session(query.session, visitor);
    return visitor;
  }

  [[nodiscard]] std::vector<Id> shown_to(const Query& query, const Plan& plan) const {
    return query.user && plan.rules.rotation > 0 ? state.journal.shown(*query.user)
                                                 : std::vector<Id>();
  }

  // The list of a query, kept for replay, without what other lists of the page hold.
  [[nodiscard]] Recommendation recommend(const Query& query,
                                         std::span<const ItemIndex> taken = {}) const {
    const auto plan = plan_of(query);
    auto list = lists.make(query, visitor_of(query), *plan,
                           {.taken = taken, .shown = shown_to(query, *plan)});
    if (query.user && plan->rules.rotation > 0) state.journal.show(*query.user, list.picks);
    return state.journal.record(std::move(list));
  }

  // One list for each of n requests, which `fill` writes, as a table.
  template <class Fill>
  [[nodiscard]] Picks many(std::int64_t n, int k, Fill&& fill) const {
    check_k(k);
    Picks picks{
        .n = n, .k = k, .vocabulary = snapshot.items, .items = {}, .scores = {}, .counts = {}};
    const auto places = static_cast<std::size_t>(n) * static_cast<std::size_t>(k);
    picks.items.assign(places, kNoIndex);
    picks.scores.assign(places, std::numeric_limits<float>::quiet_NaN());
    picks.counts.assign(static_cast<std::size_t>(n), 0);
    parallel_for({}, n, 16, [&](std::int64_t begin, std::int64_t end, int) {
      const auto ranker = lists.rankers().lease();
      for (auto q = begin; q < end; ++q) {
        const auto list = fill(q, *ranker);
        picks.counts[static_cast<std::size_t>(q)] = static_cast<std::int32_t>(list.size());
        auto place = static_cast<std::size_t>(q) * static_cast<std::size_t>(k);
        for (const auto& [item, score] : list) {
          picks.items[place] = item;
          picks.scores[place++] = score;
        }
      }
    });
    return picks;
  }

  // Lists for visitors that `visitor_of(q)` makes.
  template <class VisitorOf>
  [[nodiscard]] Picks many_visitors(std::int64_t n, int k, Repeats repeats,
                                    const std::string& filter, VisitorOf&& visitor_of) const {
    const Plan plan = lists.plans().make({}, {.filter = filter});
    const auto now_us = SystemClock().now_us();
    return many(n, k, [&](std::int64_t q, Ranker& ranker) {
      const Visitor visitor = visitor_of(q);
      return scored(ranker.rank({.history = visitor.history(),
                                 .k = k,
                                 .repeats = repeats,
                                 .plan = &plan,
                                 .disliked = visitor.disliked,
                                 .now_us = now_us}));
    });
  }

  // The items themselves are hidden; what goes with them is listed.
  [[nodiscard]] std::vector<ScoredItem> alike(Ranker& ranker, const Visitor& visitor, int k,
                                              const Plan& plan) const {
    const Ranker::Request request{.history = visitor.history(),
                                  .k = k,
                                  .plan = &plan,
                                  .anchor = visitor.events[0].item,
                                  .now_us = SystemClock().now_us()};
    return ranker.rank_by(BlendScorer(snapshot.blend, snapshot.n_items()), request);
  }

  const State& state;
  const Published<Edition>::Pinned edition;
  const Snapshot& snapshot = edition->snapshot;
  const Overlay& overlay = edition->overlay;
  const ListMaker& lists = edition->lists;
};

Recommender::Recommender(std::unique_ptr<State> state) : state_(std::move(state)) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;

Recommender Recommender::fit(const Events& events, const Catalog& catalog,
                             const FitOptions& options) {
  if (options.like == nullptr) {
    return Recommender(std::make_unique<State>(fit_snapshot(events, catalog, options)));
  }
  const auto& theirs = *options.like;
  const Blend choice = theirs.state_->shop.now()->snapshot.blend.choice();
  auto snapshot = refit_snapshot(events, catalog.items().size() > 0 ? catalog : theirs.catalog(),
                                 choice, options.context);
  snapshot.scenarios = theirs.state_->rule_book.all();
  return Recommender(std::make_unique<State>(std::move(snapshot)));
}

Recommender Recommender::load(const std::filesystem::path& path) {
  return Recommender(std::make_unique<State>(Snapshot::load(path)));
}

void Recommender::save(const std::filesystem::path& path) const {
  Snapshot snapshot = state_->shop.now()->snapshot;  // shares the arrays
  snapshot.scenarios = state_->rule_book.all();
  snapshot.save(path);
}

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
  const auto plan = now.plan_of(query);
  return now.lists.why_not(query, now.visitor_of(query), *plan,
                           {.shown = now.shown_to(query, *plan)}, item);
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
  state_->rule_book.set(scenario, rules);
}

void Recommender::remove_rules(const std::string& scenario) { state_->rule_book.remove(scenario); }

Rules Recommender::rules(const std::string& scenario) const {
  return *state_->rule_book.at(scenario);
}

std::vector<std::string> Recommender::scenarios() const {
  std::vector<std::string> names;
  for (const auto& [name, rules] : state_->rule_book.all()) names.push_back(name);
  return names;
}

std::vector<Pick> Recommender::similar(const Id& item, int k) const {
  const Moment now(*state_);
  check_k(k);
  (void)now.item(item);
  Visitor visitor;
  now.lists.append_session({item}, visitor);
  const auto ranker = now.lists.rankers().lease();
  std::vector<Pick> picks;
  for (const auto& [found, score] : now.alike(*ranker, visitor, k, {})) {
    picks.push_back(now.lists.explainer().pick(Purpose::kExplore, visitor, found, score));
  }
  return picks;
}

std::vector<Pick> Recommender::bought_together(const std::vector<Id>& items, int k) const {
  const Moment now(*state_);
  check_k(k);
  Visitor visitor;
  now.lists.append_session(items, visitor);
  if (visitor.events.empty()) {
    throw UnknownIdError("items must hold one of the log or the catalogue, got " +
                         std::to_string(items.size()) + " unknown");
  }
  const auto* model = now.snapshot.blend.find(kBoughtTogether);
  const auto ranker = now.lists.rankers().lease();
  std::vector<Pick> picks;
  for (const auto& [item, score] :
       ranker->rank_by(*model, {.history = visitor.history(), .k = k})) {
    picks.push_back(now.lists.explainer().pick(*model, visitor, item, score, kBoughtTogether));
  }
  return picks;
}

Recommendation Recommender::buy_again(const Id& user, int k) const {
  return recommend({.user = user, .k = k, .repeats = Repeats::kOnly});
}

Recommendation Recommender::next(const std::vector<Id>& items, int k, Repeats repeats) const {
  return recommend({.session = items, .k = k, .repeats = repeats});
}

Picks Recommender::recommend_many(const std::vector<Id>& users, int k, Repeats repeats,
                                  const std::string& filter) const {
  const Moment now(*state_);
  return now.many_visitors(
      static_cast<std::int64_t>(users.size()), k, repeats, filter,
      [&](std::int64_t q) { return now.overlay.visitor(users[static_cast<std::size_t>(q)]); });
}

Picks Recommender::similar_many(const std::vector<Id>& items, int k,
                                const std::string& filter) const {
  const Moment now(*state_);
  const Plan plan = now.lists.plans().make({}, {.filter = filter});
  return now.many(static_cast<std::int64_t>(items.size()), k, [&](std::int64_t q, Ranker& ranker) {
    const auto& id = items[static_cast<std::size_t>(q)];
    (void)now.item(id);
    Visitor visitor;
    now.lists.append_session({id}, visitor);
    return now.alike(ranker, visitor, k, plan);
  });
}

Picks Recommender::next_many(const std::vector<std::vector<Id>>& histories, int k, Repeats repeats,
                             const std::string& filter) const {
  const Moment now(*state_);
  return now.many_visitors(
      static_cast<std::int64_t>(histories.size()), k, repeats, filter, [&](std::int64_t q) {
        Visitor visitor;
        now.lists.append_session(histories[static_cast<std::size_t>(q)], visitor);
        return visitor;
      });
}

Picks Recommender::next_many(const Events& histories, int k, Repeats repeats,
                             const std::string& filter) const {
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
  return now.many_visitors(asked.n_users(), k, repeats, filter, [&](std::int64_t q) {
    Visitor visitor;
    for (auto event : asked.events_of(static_cast<UserIndex>(q))) {
      if (event.item == snapshot.n_items()) continue;
      event.kind = kind_of[static_cast<std::size_t>(event.kind)];
      visitor.now_us = std::max(visitor.now_us, event.time_us);
      visitor.events.push_back(event);
    }
    return visitor;
  });
}

Explanation Recommender::explain(const Id& user, const Id& item) const {
  const Moment now(*state_);
  return now.lists.explainer().explain(now.overlay.visitor(user), now.item(item));
}

void Recommender::observe(const Id& user, const Id& item, std::string_view kind,
                          std::optional<std::int64_t> time_us) {
  state_->shop.observe({.user = user, .item = item, .kind = std::string(kind), .time_us = time_us});
}

void Recommender::refresh(const Context& context) { state_->shop.refresh(context); }

std::vector<Event> Recommender::history(const Id& user) const {
  const Moment now(*state_);
  std::vector<Event> events;
  for (const auto& event : now.overlay.visitor(user).events) {
    Event told{.user = user, .item = now.overlay.item_id(event.item)};
    told.kind = now.snapshot.kinds[event.kind].name;
    if (now.timed()) told.time_us = event.time_us;
    events.push_back(std::move(told));
  }
  return events;
}

Vocabulary Recommender::users() const { return state_->shop.now()->snapshot.users; }
Vocabulary Recommender::items() const { return state_->shop.now()->snapshot.items; }
Kinds Recommender::kinds() const { return state_->shop.now()->snapshot.kinds; }
Catalog Recommender::catalog() const { return state_->shop.now()->snapshot.catalog; }

std::int64_t Recommender::n_events() const {
  return state_->shop.now()->snapshot.histories.n_events();
}

std::vector<ModelReport> Recommender::models() const {
  std::vector<ModelReport> reports;
  const auto edition = state_->shop.now();
  for (const auto& term : edition->snapshot.blend.terms) {
    reports.push_back({.name = term.name,
                       .fit_seconds = term.fit_seconds,
                       .ndcg_alone = term.ndcg_alone,
                       .weight_explore = term.weights[0],
                       .weight_include = term.weights[1]});
  }
  return reports;
}

}  // namespace endcap
