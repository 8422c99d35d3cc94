#include "endcap/serving/recommender.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "endcap/base/clock.h"
#include "endcap/base/parallel.h"
#include "endcap/ranking/filter_cache.h"
#include "endcap/ranking/item_mask.h"
#include "endcap/serving/overlay.h"
#include "endcap/serving/ranker_pool.h"
#include "endcap/serving/snapshot.h"

namespace endcap {
namespace {

// The most reasons that a pick of a list carries; explain() gives all.
constexpr std::size_t kReasonsPerPick = 3;

void check_k(int k) { require(k > 0, "k", "be positive", k); }

}  // namespace

struct Recommender::State {
  explicit State(Snapshot s) : snapshot(std::move(s)) {
    for (const auto& term : snapshot.blend.terms) {
      reports.push_back({.name = term.name,
                         .fit_seconds = term.fit_seconds,
                         .ndcg_alone = term.ndcg_alone,
                         .weight_explore = term.weights[0],
                         .weight_include = term.weights[1]});
    }
  }

  [[nodiscard]] bool timed() const { return snapshot.histories.order() == Order::kTime; }

  [[nodiscard]] ItemIndex item(const Id& id) const {
    if (const auto found = snapshot.items.find(id)) return *found;
    throw UnknownIdError("item must be one of the log or the catalogue, got " + to_string(id));
  }

  // Adds a session to the visitor's end, as views of this moment; unknown items say nothing.
  void append(Visitor& visitor, const std::vector<Id>& session) const {
    const auto kind = snapshot.kinds.find("view").value_or(0);
    std::int64_t place = visitor.events.empty() ? 0 : visitor.events.back().time_us + 1;
    if (timed()) visitor.now_us = std::max(visitor.now_us, snapshot.histories.end_us());
    for (const auto& id : session) {
      const auto index = snapshot.items.find(id);
      if (!index) continue;
      visitor.events.push_back({.time_us = timed() ? visitor.now_us : place++,
                                .item = *index,
                                .basket = visitor.events.empty() ? 0 : visitor.events.back().basket,
                                .weight = snapshot.kinds[kind].weight,
                                .kind = kind});
    }
  }

  // Null-like (empty) if nothing is asked for.
  [[nodiscard]] ItemMask mask(const std::string& filter, const std::vector<Id>& allow,
                              const std::vector<Id>& block) const {
    if (filter.empty() && allow.empty() && block.empty()) return {};
    ItemMask mask(snapshot.n_items(), allow.empty());
    for (const auto& id : allow) mask.set(item(id), true);
    for (const auto& id : block) mask.set(item(id), false);
    if (filter.empty()) return mask;
    const auto condition = filters.get(filter).bind({.now_us = SystemClock().now_us()});
    for (ItemIndex i = 0; i < snapshot.n_items(); ++i) {
      const auto row = snapshot.catalog_row[static_cast<std::size_t>(i)];
      const bool holds = row != kNoIndex && condition.matches(row);
      if (!holds) mask.set(i, false);
    }
    return mask;
  }

  [[nodiscard]] Reason reason(const Interaction& event, float value) const {
    Reason reason{.item = snapshot.items.id(event.item),
                  .kind = snapshot.kinds[event.kind].name,
                  .value = value};
    if (timed()) reason.time_us = event.time_us;
    return reason;
  }

  // The list with each item's largest positive parts under `purpose`.
  [[nodiscard]] std::vector<Pick> explained(const std::vector<ScoredItem>& list,
                                            const Visitor& visitor, Purpose purpose) const {
    std::vector<Pick> picks;
    std::vector<float> parts(visitor.events.size());
    for (const auto& [item, score] : list) {
      Pick pick{.item = snapshot.items.id(item), .score = score};
      (void)snapshot.blend.explain(purpose, visitor.history(), item, parts);
      std::vector<ScoredItem> largest;
      for (std::size_t e = 0; e < parts.size(); ++e) {
        if (parts[e] > 0) largest.push_back({static_cast<ItemIndex>(e), parts[e]});
      }
      std::sort(largest.begin(), largest.end(), ranks_before);
      largest.resize(std::min(largest.size(), kReasonsPerPick));
      for (const auto& [e, value] : largest) {
        pick.reasons.push_back(reason(visitor.events[static_cast<std::size_t>(e)], value));
      }
      picks.push_back(std::move(pick));
    }
    return picks;
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
      const auto ranker = rankers.lease();
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
    const ItemMask allowed = mask(filter, {}, {});
    return many(n, k, [&](std::int64_t q, Ranker& ranker) {
      const Visitor visitor = visitor_of(q);
      return ranker.rank({.history = visitor.history(),
                          .k = k,
                          .repeats = repeats,
                          .mask = &allowed,
                          .hidden = visitor.disliked});
    });
  }

  // The items themselves are hidden; what goes with them is listed.
  [[nodiscard]] std::vector<ScoredItem> alike(Ranker& ranker, const Visitor& visitor, int k,
                                              const ItemMask& allowed) const {
    const Ranker::Request request{.history = visitor.history(), .k = k, .mask = &allowed};
    return ranker.rank_by(BlendScorer(snapshot.blend, snapshot.n_items()), request);
  }

  Snapshot snapshot;
  std::vector<ModelReport> reports;
  Overlay overlay{snapshot};
  RankerPool rankers{snapshot};
  FilterCache filters{snapshot.catalog};
};

Recommender::Recommender(std::unique_ptr<State> state) : state_(std::move(state)) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;

Recommender Recommender::fit(const Events& events, const Catalog& catalog,
                             const FitOptions& options) {
  return Recommender(std::make_unique<State>(fit_snapshot(events, catalog, options)));
}

Recommender Recommender::load(const std::filesystem::path& path) {
  return Recommender(std::make_unique<State>(Snapshot::load(path)));
}

void Recommender::save(const std::filesystem::path& path) const { state_->snapshot.save(path); }

std::vector<Pick> Recommender::recommend(const Query& query) const {
  check_k(query.k);
  require(query.diversity >= 0 && query.diversity <= 1, "diversity", "be in [0, 1]",
          query.diversity);
  auto visitor = query.user ? state_->overlay.visitor(*query.user) : Visitor{};
  state_->append(visitor, query.session);
  const auto mask = state_->mask(query.filter, query.allow, query.block);
  const auto ranker = state_->rankers.lease();
  const auto list = ranker->rank({.history = visitor.history(),
                                  .k = query.k,
                                  .repeats = query.repeats,
                                  .mask = &mask,
                                  .hidden = visitor.disliked,
                                  .diversity = query.diversity});
  const auto purpose = query.repeats == Repeats::kExclude ? Purpose::kExplore : Purpose::kInclude;
  return state_->explained(list, visitor, purpose);
}

std::vector<Pick> Recommender::similar(const Id& item, int k) const {
  check_k(k);
  (void)state_->item(item);
  Visitor visitor;
  state_->append(visitor, {item});
  const auto ranker = state_->rankers.lease();
  return state_->explained(state_->alike(*ranker, visitor, k, {}), visitor, Purpose::kExplore);
}

std::vector<Pick> Recommender::bought_together(const std::vector<Id>& items, int k) const {
  check_k(k);
  Visitor visitor;
  state_->append(visitor, items);
  if (visitor.events.empty()) {
    throw UnknownIdError("items must hold one of the log or the catalogue, got " +
                         std::to_string(items.size()) + " unknown");
  }
  const auto* model = state_->snapshot.blend.find(kBoughtTogether);
  const auto ranker = state_->rankers.lease();
  const auto list = ranker->rank_by(*model, {.history = visitor.history(), .k = k});
  std::vector<Pick> picks;
  std::vector<float> parts(visitor.events.size());
  for (const auto& [item, score] : list) {
    Pick pick{.item = state_->snapshot.items.id(item), .score = score};
    (void)model->explain(visitor.history(), item, parts);
    for (std::size_t e = 0; e < parts.size(); ++e) {
      if (parts[e] > 0) pick.reasons.push_back(state_->reason(visitor.events[e], parts[e]));
    }
    picks.push_back(std::move(pick));
  }
  return picks;
}

std::vector<Pick> Recommender::buy_again(const Id& user, int k) const {
  return recommend({.user = user, .k = k, .repeats = Repeats::kOnly});
}

std::vector<Pick> Recommender::next(const std::vector<Id>& items, int k, Repeats repeats) const {
  return recommend({.session = items, .k = k, .repeats = repeats});
}

Picks Recommender::recommend_many(const std::vector<Id>& users, int k, Repeats repeats,
                                  const std::string& filter) const {
  return state_->many_visitors(
      static_cast<std::int64_t>(users.size()), k, repeats, filter,
      [&](std::int64_t q) { return state_->overlay.visitor(users[static_cast<std::size_t>(q)]); });
}

Picks Recommender::similar_many(const std::vector<Id>& items, int k,
                                const std::string& filter) const {
  const auto mask = state_->mask(filter, {}, {});
  return state_->many(static_cast<std::int64_t>(items.size()), k,
                      [&](std::int64_t q, Ranker& ranker) {
                        const auto& id = items[static_cast<std::size_t>(q)];
                        (void)state_->item(id);
                        Visitor visitor;
                        state_->append(visitor, {id});
                        return state_->alike(ranker, visitor, k, mask);
                      });
}

Picks Recommender::next_many(const std::vector<std::vector<Id>>& histories, int k, Repeats repeats,
                             const std::string& filter) const {
  return state_->many_visitors(static_cast<std::int64_t>(histories.size()), k, repeats, filter,
                               [&](std::int64_t q) {
                                 Visitor visitor;
                                 state_->append(visitor, histories[static_cast<std::size_t>(q)]);
                                 return visitor;
                               });
}

Picks Recommender::next_many(const Events& histories, int k, Repeats repeats,
                             const std::string& filter) const {
  const auto& snapshot = state_->snapshot;
  std::vector<ItemIndex> item_of;  // unknown items become n_items, which says nothing
  for (std::int32_t i = 0; i < histories.items().size(); ++i) {
    item_of.push_back(snapshot.items.find(histories.items().id(i)).value_or(snapshot.n_items()));
  }
  std::vector<std::int16_t> kind_of;
  for (std::int16_t kind = 0; kind < histories.kinds().size(); ++kind) {
    kind_of.push_back(snapshot.kinds.at(histories.kinds()[kind].name));
  }
  const auto asked = histories.interactions(item_of, snapshot.n_items() + 1);
  return state_->many_visitors(asked.n_users(), k, repeats, filter, [&](std::int64_t q) {
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
  const auto visitor = state_->overlay.visitor(user);
  const ItemIndex index = state_->item(item);
  const bool had = std::any_of(visitor.events.begin(), visitor.events.end(),
                               [&](const auto& event) { return event.item == index; });
  std::vector<float> parts(visitor.events.size());
  Explanation explanation{.item = item};
  explanation.base = state_->snapshot.blend.explain(had ? Purpose::kInclude : Purpose::kExplore,
                                                    visitor.history(), index, parts);
  explanation.score = explanation.base;
  for (std::size_t e = 0; e < parts.size(); ++e) {
    explanation.score += parts[e];
    explanation.reasons.push_back(state_->reason(visitor.events[e], parts[e]));
  }
  return explanation;
}

void Recommender::observe(const Id& user, const Id& item, std::string_view kind,
                          std::optional<std::int64_t> time_us) {
  const auto& snapshot = state_->snapshot;
  const auto kind_index = snapshot.kinds.at(kind);
  const ItemIndex index = state_->item(item);
  if (snapshot.users.size() > 0) {
    require(snapshot.users.is_text() == std::holds_alternative<std::string>(user), "user",
            snapshot.users.is_text() ? "be a text" : "be a number", to_string(user));
  }
  Interaction event{.item = index, .weight = snapshot.kinds[kind_index].weight, .kind = kind_index};
  if (state_->timed()) event.time_us = time_us.value_or(SystemClock().now_us());
  require(0 <= event.time_us && event.time_us < kYear10000Us, "time",
          "lie between the years 1970 and 9999 (microseconds)", event.time_us);
  state_->overlay.add(user, event);
}

std::vector<Event> Recommender::history(const Id& user) const {
  std::vector<Event> events;
  for (const auto& event : state_->overlay.visitor(user).events) {
    Event told{.user = user, .item = state_->snapshot.items.id(event.item)};
    told.kind = state_->snapshot.kinds[event.kind].name;
    if (state_->timed()) told.time_us = event.time_us;
    events.push_back(std::move(told));
  }
  return events;
}

const Vocabulary& Recommender::users() const { return state_->snapshot.users; }
const Vocabulary& Recommender::items() const { return state_->snapshot.items; }
const Kinds& Recommender::kinds() const { return state_->snapshot.kinds; }
const Catalog& Recommender::catalog() const { return state_->snapshot.catalog; }
std::int64_t Recommender::n_events() const { return state_->snapshot.histories.n_events(); }
const std::vector<ModelReport>& Recommender::models() const { return state_->reports; }

}  // namespace endcap
