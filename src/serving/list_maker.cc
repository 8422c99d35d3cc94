#include "endcap/serving/list_maker.h"

#include <algorithm>
#include <map>

#include "endcap/base/clock.h"
#include "endcap/serving/why_not.h"
#include "endcap/storage/checksum.h"
#include "endcap/storage/record.h"

namespace endcap {
namespace {

// What a model is told apart by: its terms, its prior and how much it has seen.
std::uint64_t model_version_of(const Snapshot& snapshot) {
  RecordWriter record;
  for (const auto& term : snapshot.blend.terms) {
    record.put(term.name);
    for (const float weight : term.weights) record.put(weight);
  }
  for (const auto& prior : snapshot.blend.prior) {
    record.put(checksum(prior.data(), prior.size() * sizeof(float)));
  }
  record.put(snapshot.users.size());
  record.put(snapshot.n_items());
  record.put(snapshot.histories.n_events());
  record.put(snapshot.histories.end_us());
  return checksum(record.bytes().data(), record.bytes().size());
}

// What looking at a page's products counts as: a view, or what the log holds if it holds no views.
std::int16_t session_kind_of(const Snapshot& snapshot) {
  const auto view = snapshot.kinds.find("view").value_or(0);
  const auto& events = snapshot.histories.events();
  const bool viewed = std::any_of(events.begin(), events.end(),
                                  [&](const auto& event) { return event.kind == view; });
  return viewed || events.empty() ? view : events[0].kind;
}

std::string rule_of(const Placed& placed, const Rules& rules) {
  switch (placed.origin) {
    case Origin::kPin:
      return "pin";
    case Origin::kExplore:
      return "exploration";
    case Origin::kBackfill: {
      const auto& when = rules.backfill[static_cast<std::size_t>(placed.backfill)];
      return when.empty() ? "backfill" : "backfill: " + when;
    }
    default:
      return "";
  }
}

}  // namespace

ListMaker::ListMaker(const Snapshot& snapshot, const Overlay& overlay)
    : snapshot_(snapshot),
      overlay_(overlay),
      model_version_(model_version_of(snapshot)),
      session_kind_(session_kind_of(snapshot)),
      plans_(snapshot),
      rankers_(snapshot),
      explainer_(snapshot, overlay) {}

void ListMaker::append_session(const std::vector<Id>& session, Visitor& visitor) const {
  const bool timed = snapshot_.histories.order() == Order::kTime;
  std::int64_t place = visitor.events.empty() ? 0 : visitor.events.back().time_us + 1;
  if (timed) visitor.now_us = std::max(visitor.now_us, snapshot_.histories.end_us());
  for (const auto& id : session) {
    const auto index = snapshot_.items.find(id);
    if (!index) continue;
    visitor.events.push_back({.time_us = timed ? visitor.now_us++ : place++,  // one after the other
                              .item = *index,
                              .basket = visitor.events.empty() ? 0 : visitor.events.back().basket,
                              .weight = snapshot_.kinds[session_kind_].weight,
                              .kind = session_kind_});
  }
}

ListMaker::Shown ListMaker::count(const std::vector<Id>& shown) const {
  std::map<ItemIndex, int> counts;
  for (const auto& id : shown) {
    if (const auto item = snapshot_.items.find(id)) ++counts[*item];
  }
  return {counts.begin(), counts.end()};
}

Ranker::Request ListMaker::request(const Query& query, const Visitor& visitor, const Plan& plan,
                                   std::span<const ItemIndex> taken, const Shown& shown) const {
  const std::string name = query.user ? to_string(*query.user) : "";
  const auto page =
      query.session.empty() ? std::nullopt : snapshot_.items.find(query.session.back());
  return {.history = visitor.history(),
          .k = query.k,
          .repeats = query.repeats,
          .plan = &plan,
          .disliked = visitor.disliked,
          .taken = taken,
          .shown = shown,
          .anchor = page.value_or(kNoIndex),
          .now_us = query.time_us.value_or(SystemClock().now_us()),
          .seed = checksum(name.data(), name.size()) + query.seed};
}

Recommendation ListMaker::make(const Query& query, const Visitor& visitor, const Plan& plan,
                               const Surroundings& around) const {
  const auto shown = count(around.shown);
  const auto asked = request(query, visitor, plan, around.taken, shown);
  const auto ranker = rankers_.lease();
  Recommendation list{.model_version = model_version_,
                      .rules_version = plan.version,
                      .user = query.user,
                      .scenario = query.scenario};
  const auto places = ranker->rank(asked);
  std::vector<ScoredItem> scored;
  scored.reserve(places.size());
  for (const auto& placed : places) scored.push_back({placed.item, placed.score});
  list.picks = explainer_.picks(ranker->purpose(), visitor, scored);
  for (std::size_t place = 0; place < places.size(); ++place) {
    const auto& placed = places[place];
    auto& pick = list.picks[place];
    float own = placed.score;  // without what rules added
    for (const auto& [rule, value] : ranker->rule_parts(placed.item)) {
      own -= value;
      pick.reasons.push_back({.item = pick.item, .kind = "rule", .value = value, .rule = rule});
    }
    pick.probability = snapshot_.blend.probability(ranker->purpose(), own);
    pick.rule = rule_of(placed, plan.rules);
    pick.position = static_cast<int>(place) + 1;
    pick.propensity = placed.propensity;
  }
  add_new_items(query, visitor, plan, around.taken, list);
  return list;
}

void ListMaker::add_new_items(const Query& query, const Visitor& visitor, const Plan& plan,
                              std::span<const ItemIndex> taken, Recommendation& list) const {
  const auto is_full = [&] { return list.size() == static_cast<std::size_t>(query.k); };
  // Conditions are on the catalogue, which has no row of a new item.
  const bool may_be_new = !plan.filter && !plan.asked && !plan.allow;
  if (is_full() || !may_be_new || query.repeats == Repeats::kOnly) return;
  const auto has = [](std::span<const ItemIndex> items, ItemIndex item) {
    return std::find(items.begin(), items.end(), item) != items.end();
  };
  std::vector<ItemIndex> had;
  for (const auto& event : visitor.new_items) had.push_back(event.item);
  for (const auto& [item, times] : overlay_.new_items()) {
    if (is_full()) return;
    if (times == 0 || has(visitor.disliked, item) || has(taken, item)) continue;
    if (query.repeats == Repeats::kExclude && has(had, item)) continue;
    list.picks.push_back({.item = overlay_.item_id(item),
                          .source = "popularity",
                          .position = static_cast<int>(list.size()) + 1});
  }
}

// The same for an item newer than the snapshot, which stands behind all that it knows.
WhyNot ListMaker::why_not_new(const Query& query, const Visitor& visitor, const Plan& plan,
                              const Surroundings& around, ItemIndex item) const {
  const auto list = make(query, visitor, plan, around);
  for (const auto& pick : list) {
    if (pick.item == overlay_.item_id(item)) {
      return {.reason = "listed", .position = pick.position, .score = pick.score};
    }
  }
  const auto is_it = [&](const auto& event) { return event.item == item; };
  if (std::find(visitor.disliked.begin(), visitor.disliked.end(), item) != visitor.disliked.end()) {
    return {.reason = "disliked"};
  }
  if (std::any_of(visitor.new_items.begin(), visitor.new_items.end(), is_it)) {
    return {.reason = "already had"};
  }
  return {.reason = "rank", .detail = "newer than the model"};
}

WhyNot ListMaker::why_not(const Query& query, const Visitor& visitor, const Plan& plan,
                          const Surroundings& around, const Id& item) const {
  const auto index = overlay_.find_item(item);
  if (!index) return {.reason = "unknown item"};
  if (*index >= snapshot_.n_items()) return why_not_new(query, visitor, plan, around, *index);
  const auto shown = count(around.shown);
  const auto asked = request(query, visitor, plan, around.taken, shown);
  const auto ranker = rankers_.lease();
  return endcap::why_not(*ranker, asked, plan, snapshot_, plans_.filters(), *index);
}

}  // namespace endcap
