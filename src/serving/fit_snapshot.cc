#include "endcap/serving/fit_snapshot.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "endcap/matrix/item_tokens.h"
#include "endcap/matrix/joined_rows.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/tuning/data_warnings.h"
#include "endcap/tuning/fit_blend.h"
#include "endcap/tuning/model_names.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

// Both vocabularies as one, and where the ids of each went.
struct Merged {
  Vocabulary ids;
  std::vector<std::int32_t> of_a, of_b;
};

Merged merge(const Vocabulary& a, const Vocabulary& b) {
  std::vector<Id> ids;
  ids.reserve(static_cast<std::size_t>(a.size()) + static_cast<std::size_t>(b.size()));
  for (std::int32_t i = 0; i < a.size(); ++i) ids.push_back(a.id(i));
  for (std::int32_t i = 0; i < b.size(); ++i) ids.push_back(b.id(i));
  Merged merged{.ids = Vocabulary::from_ids(std::move(ids)), .of_a = {}, .of_b = {}};
  for (std::int32_t i = 0; i < a.size(); ++i) merged.of_a.push_back(*merged.ids.find(a.id(i)));
  for (std::int32_t i = 0; i < b.size(); ++i) merged.of_b.push_back(*merged.ids.find(b.id(i)));
  return merged;
}

// Per user, the items of events of negative kinds, each once: (n_users, n_items).
CsrMatrix dislikes_of(const Events& events, std::span<const std::int32_t> item_of,
                      std::int32_t n_items) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  for (std::size_t user = 0; user + 1 < events.offsets().size(); ++user) {
    const auto begin = static_cast<std::size_t>(events.offsets()[user]);
    const auto end = static_cast<std::size_t>(events.offsets()[user + 1]);
    for (std::size_t e = begin; e < end; ++e) {
      if (events.kinds()[events.kind()[e]].weight < 0) {
        columns.push_back(item_of[static_cast<std::size_t>(events.item()[e])]);
      }
    }
    const auto row = columns.begin() + static_cast<std::ptrdiff_t>(offsets.back());
    std::sort(row, columns.end());
    columns.erase(std::unique(row, columns.end()), columns.end());
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  std::vector<float> values(columns.size(), 1.0f);
  return {n_items, std::move(offsets), std::move(columns), std::move(values)};
}

// The same model over other items: item i is what was[i] was, or one that says nothing.
SequenceFactors renumbered(const SequenceFactors& model, std::span<const ItemIndex> was) {
  const auto width = static_cast<std::size_t>(model.factors());
  const auto rows = [&](const Array<float>& table) {
    std::vector<float> moved(was.size() * width);
    for (std::size_t i = 0; i < was.size(); ++i) {
      if (was[i] == kNoIndex) continue;
      const auto* row = table.data() + static_cast<std::size_t>(was[i]) * width;
      std::copy_n(row, width, moved.begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    return moved;
  };
  return {model.factors(), rows(model.queries()), rows(model.items()), model.event_weights(),
          model.epochs()};
}

// The same for a matrix of items by items.
CsrMatrix renumbered(const CsrMatrix& matrix, std::span<const ItemIndex> was) {
  std::vector<ItemIndex> is(static_cast<std::size_t>(matrix.n_rows()), kNoIndex);
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (was[i] != kNoIndex) is[static_cast<std::size_t>(was[i])] = static_cast<ItemIndex>(i);
  }
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  offsets.reserve(was.size() + 1);
  columns.reserve(matrix.columns().size());
  values.reserve(matrix.columns().size());
  for (const auto old : was) {
    const auto row = old == kNoIndex ? SparseRow() : matrix.row(old);
    for (std::size_t k = 0; k < row.size(); ++k) {
      const auto column = is[static_cast<std::size_t>(row.columns[k])];
      if (column == kNoIndex) continue;
      columns.push_back(column);
      values.push_back(row.values[k]);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  const auto n_items = static_cast<std::int32_t>(was.size());
  return {n_items, std::move(offsets), std::move(columns), std::move(values)};
}

// The model of a term of `before`, if it stays as it is, over the items of now; else null.
std::shared_ptr<const Scorer> kept_model(const BlendTerm& term, const Snapshot& before,
                                         std::span<const ItemIndex> was, Solving solving) {
  const auto* trained = dynamic_cast<const SequenceFactors*>(term.model.get());
  const auto* solved = dynamic_cast<const ItemItemModel*>(term.model.get());
  if (!is_solved(term.name) || solving == Solving::kNow) solved = nullptr;
  if (trained == nullptr && solved == nullptr) return nullptr;
  const bool none_is_new = std::ranges::find(was, kNoIndex) == was.end();
  if (none_is_new && std::ssize(was) == before.n_items()) return term.model;
  if (trained != nullptr) {
    return std::make_shared<const SequenceFactors>(renumbered(*trained, was));
  }
  return std::make_shared<const ItemItemModel>(renumbered(solved->matrix(), was),
                                               solved->history_weights());
}

// By kind: whether it is what the lists should predict.
std::vector<bool> targets(const Kinds& kinds, const Interactions& interactions,
                          const std::string& target) {
  const auto wanted = kinds.at(target);
  std::vector<bool> is_target(static_cast<std::size_t>(kinds.size()));
  is_target[static_cast<std::size_t>(wanted)] = true;
  const bool occurs = std::any_of(interactions.events().begin(), interactions.events().end(),
                                  [&](const auto& event) { return event.kind == wanted; });
  if (!occurs) is_target.assign(is_target.size(), true);
  return is_target;
}

// How long trained models may take.
double time_budget_seconds(const FitOptions& options) {
  constexpr double kUsualSeconds = 900;
  if (!options.time_budget_seconds) {
    if (options.effort == Effort::kBest) return kUsualSeconds;
    return kNoTimeBudget;
  }
  const double seconds = *options.time_budget_seconds;
  require(seconds > 0, "time_budget", "be positive (seconds)", seconds);
  require(options.effort == Effort::kBest, "time_budget", "go with effort \"best\"", seconds);
  return seconds;
}

// The histories of persons: what the ids of one did stands in the row of the first of them.
Interactions joined(const Snapshot& shop) {
  const auto& histories = shop.histories;
  std::map<UserIndex, std::vector<UserIndex>> persons;  // of several rows, by the first
  std::vector<bool> moves(static_cast<std::size_t>(shop.users.size()));
  for (const auto& [guest, customer] : shop.people.links()) {
    std::vector<UserIndex> rows;
    for (const auto& id : shop.people.ids_of(guest)) {
      if (const auto row = shop.users.find(id)) rows.push_back(*row);
    }
    if (rows.size() < 2) continue;
    for (std::size_t r = 1; r < rows.size(); ++r) moves[static_cast<std::size_t>(rows[r])] = true;
    persons.emplace(rows.front(), rows);
  }
  if (persons.empty()) return histories;
  const bool by_session = !shop.sessions.empty();
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (UserIndex user = 0; user < shop.users.size(); ++user) {
    const auto person = persons.find(user);
    if (person != persons.end()) {
      std::vector<std::span<const Interaction>> rows;
      for (const auto row : person->second) rows.push_back(histories.events_of(row));
      const auto own = joined_rows(rows, histories.order(), by_session);
      events.insert(events.end(), own.begin(), own.end());
    } else if (!moves[static_cast<std::size_t>(user)]) {
      const auto own = histories.events_of(user);
      events.insert(events.end(), own.begin(), own.end());
    }
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {histories.n_items(), histories.order(), std::move(offsets), std::move(events)};
}

// Fills all of the snapshot but the blend; returns what its models are fitted on. The events end
// here.
TrainingData prepare(ShopData shop, Snapshot& s) {
  const auto events = std::move(shop.events);
  const auto& catalog = shop.catalog;
  auto merged = merge(events.items(), catalog.items());
  const auto n_items = merged.ids.size();
  s.users = events.users();
  s.kinds = events.kinds();
  s.catalog = catalog;
  s.people = shop.people;
  std::vector<std::int32_t> sessions;
  s.histories = events.interactions(merged.of_a, n_items, &sessions);
  s.sessions = std::move(sessions);
  s.dislikes = dislikes_of(events, merged.of_a, n_items);
  std::vector<std::int32_t> rows(static_cast<std::size_t>(n_items), kNoIndex);
  for (std::size_t row = 0; row < merged.of_b.size(); ++row) {
    rows[static_cast<std::size_t>(merged.of_b[row])] = static_cast<std::int32_t>(row);
  }
  s.catalog_row = std::move(rows);
  s.items = std::move(merged.ids);

  TrainingData data{.interactions = joined(s), .tokens = {}, .attributes = {}, .kinds = s.kinds};
  if (catalog.items().size() > 0) {
    data.tokens = token_matrix(catalog, merged.of_b, n_items);
    data.attributes = attribute_matrix(catalog, merged.of_b, n_items);
  }
  return data;
}

// Unless it has a share in the blend.
void add_bought_together(const TrainingData& data, const Context& context, Blend& blend) {
  const std::string name(kBoughtTogether);
  if (blend.find(name) != nullptr) return;
  blend.terms.push_back({.name = name, .model = fit_model(name, data, context)});
}

}  // namespace

Snapshot fit_snapshot(ShopData shop, const FitOptions& options) {
  require(shop.events.size() > 0, "events", "not be empty", shop.events.size());
  const auto start = std::chrono::steady_clock::now();
  const auto order = shop.events.order();
  const auto begin_us = shop.events.begin_us(), end_us = shop.events.end_us();
  auto warnings = data_warnings(shop.events, shop.catalog, options.target);
  Snapshot s;
  const auto data = prepare(std::move(shop), s);
  const auto is_target = targets(s.kinds, s.histories, options.target);
  const bool by_hand = !options.models.empty();
  s.blend = fit_blend(data, by_hand ? options.models : portfolio(data, options.effort), is_target,
                      {.keep_all = by_hand,
                       .newest_only = options.effort == Effort::kFast,
                       .rerank = options.effort == Effort::kBest && !by_hand,
                       .go_on = options.effort != Effort::kBest,
                       .time_budget_seconds = time_budget_seconds(options)},
                      options.context);
  add_bought_together(data, options.context, s.blend);
  auto& report = s.blend.report;
  if (order == Order::kTime) {
    report.begin_us = begin_us;
    report.end_us = end_us;
  }
  report.warnings = std::move(warnings);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return s;
}

Snapshot first_snapshot(const Catalog& catalog, const Kinds& kinds, const Context& context) {
  Snapshot s;
  const auto data = prepare({Events::none(kinds, Order::kTime), catalog}, s);
  const std::vector<bool> is_target(static_cast<std::size_t>(kinds.size()), true);
  s.blend = fit_blend(data, portfolio(data, Effort::kFast), is_target, {.keep_all = true}, context);
  add_bought_together(data, context, s.blend);
  return s;
}

Snapshot refit_snapshot(ShopData shop, const Blend& like, const Context& context) {
  Snapshot s;
  const auto data = prepare(std::move(shop), s);
  s.blend = refit_blend(data, like.choice(), context);
  return s;
}

Snapshot refresh_snapshot(ShopData shop, const Snapshot& before, const Context& context,
                          Solving solving) {
  Snapshot s;
  const auto data = prepare(std::move(shop), s);
  std::vector<ItemIndex> was;  // what each item was before, or kNoIndex
  was.reserve(static_cast<std::size_t>(s.n_items()));
  for (ItemIndex i = 0; i < s.n_items(); ++i) {
    was.push_back(before.items.find(s.items.id(i)).value_or(kNoIndex));
  }
  auto like = before.blend.choice();
  for (std::size_t t = 0; t < like.terms.size(); ++t) {
    auto& term = like.terms[t];
    term.model = kept_model(before.blend.terms[t], before, was, solving);
    term.is_behind = term.model != nullptr && is_solved(term.name);
  }
  s.blend = refit_blend(data, std::move(like), context);
  return s;
}

}  // namespace endcap
