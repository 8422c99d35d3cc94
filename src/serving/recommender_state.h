#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/clock.h"
#include "endcap/base/parallel.h"
#include "endcap/serving/journal.h"
#include "endcap/serving/live_shop.h"
#include "endcap/serving/recommender.h"
#include "endcap/serving/wishes.h"

namespace endcap {

inline void check_k(int k) { require(k > 0, "k", "be positive", k); }

inline std::int64_t time_of(const Query& query) {
  return query.time_us.value_or(SystemClock().now_us());
}

inline std::vector<ScoredItem> scored(const std::vector<Placed>& list) {
  std::vector<ScoredItem> items;
  items.reserve(list.size());
  for (const auto& placed : list) items.push_back({placed.item, placed.score});
  return items;
}

// A shop and the lists that it gave lately.
struct Recommender::State {
  explicit State(Snapshot snapshot) : shop(std::move(snapshot)) {}
  State(const std::filesystem::path& folder, const OpenOptions& options) : shop(folder, options) {}

  LiveShop shop;
  const std::shared_ptr<const Rules> no_rules = std::make_shared<const Rules>();
  mutable Journal journal{static_cast<std::uint64_t>(SystemClock().now_us())};
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
    return query.scenario.empty() ? state.no_rules : state.shop.rules().at(query.scenario);
  }

  [[nodiscard]] std::shared_ptr<const Plan> plan_of(const Query& query) const {
    check_k(query.k);
    return lists.plans().get(rules_of(query), query);
  }

  // What the person declared, as of a time.
  [[nodiscard]] Wishes wishes_of(const std::optional<Id>& user, std::int64_t time_us) const {
    const auto preferences =
        user ? state.shop.people().preferences_of(*user) : std::vector<Preference>();
    return {preferences, time_us, *edition};
  }

  [[nodiscard]] Visitor visitor_of(const Query& query, const Wishes& wishes) const {
    Visitor visitor;
    if (query.user) {
      visitor = overlay.visitor(state.shop.people().ids_of(*query.user));
      wishes.add_to(visitor);
    }
    lists.append_session(query.session, visitor);
    return informed(std::move(visitor));
  }
  // One of whom nothing but these views is known.
  [[nodiscard]] Visitor visitor_of_session(const std::vector<Id>& session) const {
    Visitor visitor;
    lists.append_session(session, visitor);
    return informed(std::move(visitor));
  }
  // The visitor with what was told about their items since the snapshot.
  [[nodiscard]] Visitor informed(Visitor visitor) const {
    visitor.news = overlay.news_of(visitor.events);
    return visitor;
  }

  [[nodiscard]] std::vector<Id> shown_to(const Query& query, const Plan& plan) const {
    return query.user && plan.rules.rotation > 0 ? state.journal.shown(*query.user)
                                                 : std::vector<Id>();
  }

  // The list of a query, kept for replay, without what other lists of the page hold.
  [[nodiscard]] Recommendation recommend(const Query& query,
                                         std::span<const ItemIndex> taken = {}) const {
    const auto wishes = wishes_of(query.user, time_of(query));
    const auto plan = wishes.added_to(plan_of(query));
    auto list = lists.make(query, visitor_of(query, wishes), *plan,
                           {.taken = taken, .shown = shown_to(query, *plan)});
    list = state.journal.record(std::move(list));
    if (query.user && plan->rules.rotation > 0) state.journal.show(*query.user, list.picks);
    return list;
  }

  // One list for each of n requests, which `fill` writes, as a table.
  template <class Fill>
  [[nodiscard]] Picks many(std::int64_t n, int k, Fill&& fill) const {
    check_k(k);
    Picks picks{.n = n,
                .k = k,
                .vocabulary = snapshot.items,
                .items = {},
                .scores = {},
                .probabilities = {},
                .counts = {}};
    const auto places = static_cast<std::size_t>(n) * static_cast<std::size_t>(k);
    picks.items.assign(places, kNoIndex);
    picks.scores.assign(places, std::numeric_limits<float>::quiet_NaN());
    picks.probabilities = picks.scores;
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

  // Lists for visitors that `visitor_of(q, plan)` makes, which may exchange the plan.
  template <class VisitorOf>
  [[nodiscard]] Picks many_visitors(std::int64_t n, const Query& query,
                                    VisitorOf&& visitor_of) const {
    const auto shared_plan = plan_of(query);
    const auto now_us = SystemClock().now_us();
    std::vector<Purpose> purposes(static_cast<std::size_t>(n));
    auto picks = many(n, query.k, [&](std::int64_t q, Ranker& ranker) {
      auto plan = shared_plan;  // NOLINT(performance-unnecessary-copy-initialization)
      const Visitor visitor = visitor_of(q, plan);
      auto list = scored(ranker.rank({.history = visitor.history(),
                                      .k = query.k,
                                      .repeats = query.repeats,
                                      .plan = plan.get(),
                                      .disliked = visitor.disliked,
                                      .now_us = now_us}));
      purposes[static_cast<std::size_t>(q)] = ranker.purpose();
      return list;
    });
    for (std::size_t place = 0; place < picks.scores.size(); ++place) {
      picks.probabilities[place] = snapshot.blend.probability(
          purposes[place / static_cast<std::size_t>(query.k)], picks.scores[place]);
    }
    return picks;
  }

  // The items themselves are hidden; what goes with them is listed. An item newer than the snapshot
  // goes with what is popular.
  [[nodiscard]] std::vector<ScoredItem> alike(Ranker& ranker, const Visitor& visitor, int k,
                                              const Plan& plan) const {
    const Ranker::Request request{
        .history = visitor.history(),
        .k = k,
        .plan = &plan,
        .anchor = visitor.events.empty() ? kNoIndex : visitor.events[0].item,
        .now_us = SystemClock().now_us()};
    return ranker.rank_by(BlendScorer(snapshot.blend, snapshot.n_items()), request);
  }

  const State& state;
  const Published<Edition>::Pinned edition;
  const Snapshot& snapshot = edition->snapshot;
  const Overlay& overlay = edition->overlay;
  const ListMaker& lists = edition->lists;
};

}  // namespace endcap
