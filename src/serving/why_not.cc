#include "endcap/serving/why_not.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "endcap/serving/wishes.h"

namespace endcap {
namespace {

bool has(std::span<const ItemIndex> items, ItemIndex item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

template <class T>
void take_out(std::vector<T>& list, std::size_t place) {
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(place));
}

class Inquiry {
 public:
  Inquiry(Ranker& ranker, const Ranker::Request& request, const Plan& plan,
          const Snapshot& snapshot, const FilterCache& filters, ItemIndex item)
      : ranker_(ranker),
        gate_(ranker.gate()),
        request_(request),
        plan_(plan),
        snapshot_(snapshot),
        filters_(filters),
        item_(item) {}

  WhyNot answer() {
    if (auto place = listed()) return *place;
    ranker_.weigh(request_);
    WhyNot why = removed();
    why.score = ranker_.score(item_);
    if (!why.reason.empty()) return why;
    why.rank = ranker_.rank_of(item_);
    if (auto cause = lost()) {
      why.reason = cause->reason;
      why.detail = cause->detail;
    }
    return why;
  }

 private:
  std::optional<WhyNot> listed() {
    const auto list = ranker_.rank(request_);
    const auto place = std::find_if(list.begin(), list.end(),
                                    [&](const Placed& placed) { return placed.item == item_; });
    if (place == list.end()) return std::nullopt;
    return WhyNot{.reason = place->origin == Origin::kPin ? "pinned" : "listed",
                  .position = static_cast<int>(place - list.begin()) + 1,
                  .score = place->score};
  }

  // What forbids the item, whatever its score.
  WhyNot removed() const {
    if (has(request_.disliked, item_)) return {.reason = "disliked"};
    if (has(request_.taken, item_)) return {.reason = "on the page already"};
    if (has(plan_.block, item_)) return {.reason = "blocked"};
    if (plan_.allow && !has(*plan_.allow, item_)) return {.reason = "not in the allow list"};
    if (auto why = had(); !why.reason.empty()) return why;
    if (gate_.is_hidden_variant(item_)) return {.reason = "variant of an item already had"};
    if (!gate_.meets(gate_.settled().asked, item_)) {
      return {.reason = "filter", .detail = failing_clause(*plan_.asked)};
    }
    if (!gate_.meets(gate_.settled().filter, item_)) {
      return {.reason = "filter", .detail = failing_clause(*plan_.filter)};
    }
    return {};
  }

  WhyNot had() const {
    bool is_had = false;
    for (const auto& event : request_.history.events) {
      if (event.item != item_ || event.kind == kDeclared) continue;
      is_had = true;
      if (gate_.hides(event)) {
        return {.reason = "already had", .detail = snapshot_.kinds[event.kind].name};
      }
    }
    if (request_.repeats == Repeats::kOnly && !is_had) return {.reason = "never had"};
    return {};
  }

  std::string failing_clause(const Filter& filter) const {
    for (const auto& clause : filter.clauses()) {
      const auto condition = filters_.get(clause).bind(gate_.asker());
      if (!gate_.meets(condition, item_)) return clause;
    }
    return "";
  }

  // The rule without which the item would be listed; at last, its rank.
  std::optional<WhyNot> lost() {
    for (std::size_t c = plan_.variants ? 1 : 0; c < plan_.keeps.size(); ++c) {
      const auto& cap = plan_.rules.caps[c - (plan_.variants ? 1 : 0)];
      if (listed_without([c](Plan& plan) { take_out(plan.keeps, c); })) {
        return WhyNot{.reason = "cap",
                      .detail = "at most " + std::to_string(cap.at_most) + " of a " + cap.column};
      }
    }
    if (plan_.variants && listed_without([](Plan& p) { p.keeps.erase(p.keeps.begin()); })) {
      return WhyNot{.reason = "cap", .detail = "one of the variants by " + plan_.rules.variants};
    }
    const std::pair<const char*, std::function<void(Plan&)>> others[] = {
        {"cap", [](Plan& plan) { plan.keeps.clear(); }},
        {"minimum relevance", [](Plan& plan) { plan.rules.minimum_relevance = 0; }},
        {"diversity", [](Plan& plan) { plan.rules.diversity = 0; }},
        {"exploration", [](Plan& plan) { plan.rules.exploration = 0; }},
        {"pins", [](Plan& plan) { plan.pins.clear(); }},
        {"rotation", [](Plan& plan) { plan.rules.rotation = 0; }}};
    for (const auto& [reason, relax] : others) {
      if (listed_without(relax)) return WhyNot{.reason = reason};
    }
    for (std::size_t r = 0; r < plan_.raises.size(); ++r) {
      if (listed_without([r](Plan& plan) { take_out(plan.raises, r); })) {
        return WhyNot{.reason = "rank", .detail = plan_.raises[r].rule};
      }
    }
    return WhyNot{.reason = "rank", .detail = "below place " + std::to_string(request_.k)};
  }

  template <class Relax>
  bool listed_without(const Relax& relax) {
    Plan relaxed = plan_;
    relax(relaxed);
    auto request = request_;
    request.plan = &relaxed;
    const auto list = ranker_.rank(request);
    return std::any_of(list.begin(), list.end(),
                       [&](const Placed& placed) { return placed.item == item_; });
  }

  Ranker& ranker_;
  const Gate& gate_;
  const Ranker::Request& request_;
  const Plan& plan_;
  const Snapshot& snapshot_;
  const FilterCache& filters_;
  ItemIndex item_;
};

}  // namespace

WhyNot why_not(Ranker& ranker, const Ranker::Request& request, const Plan& plan,
               const Snapshot& snapshot, const FilterCache& filters, ItemIndex item) {
  return Inquiry(ranker, request, plan, snapshot, filters, item).answer();
}

}  // namespace endcap
