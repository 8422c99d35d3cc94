#include "endcap/tuning/portfolio.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "endcap/matrix/baskets.h"
#include "endcap/matrix/visitor_order.h"
#include "endcap/models/als.h"
#include "endcap/models/content.h"
#include "endcap/models/ease.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/next_basket.h"
#include "endcap/models/popularity.h"
#include "endcap/models/repeat_purchase.h"
#include "endcap/models/row_update.h"
#include "endcap/models/rp3beta.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/models/sequential_rules.h"
#include "endcap/models/session_knn.h"
#include "endcap/models/slist.h"
#include "endcap/models/turbo_cf.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

using Maker = std::function<std::shared_ptr<const Scorer>(const TrainingData&, const Context&)>;

enum class Needs { kNothing, kNoOrder, kOrder, kBaskets, kTimes, kNewestLast, kTokens };

struct Entry {
  Needs needs;
  Effort from;  // the least effort that tries it
  Maker make;
  // In place of `make`: whose item-item matrix it has, and how it is asked.
  std::string_view base = {};
  HistoryWeights history = {};
  std::shared_ptr<const RowUpdate> update = {};  // how it counts between two fits, if it does
};

// A shrinkage that leaves every item the rate of the average one: plain personal frequency.
constexpr float kAllAlike = 1e9f;
// For visitors who come back to what they looked at weeks ago.
constexpr HistoryWeights kLongMemory = {.position_decay = 0.97f};

template <class Model>
std::shared_ptr<const Scorer> shared(Model model) {
  return std::make_shared<const Model>(std::move(model));
}

Maker popularity(PopularityOptions options) {
  return [=](const TrainingData& data, const Context&) {
    return shared(Popularity::fit(data.interactions, options));
  };
}

Maker repeats(HistoryWeights history, float shrinkage = 10) {
  return [=](const TrainingData& data, const Context&) {
    return shared(
        RepeatPurchase::fit(data.interactions, {.shrinkage = shrinkage, .history = history}));
  };
}

Maker ease(const EaseOptions& options) {
  return [=](const TrainingData& data, const Context& context) {
    return shared(Ease::fit(data.interactions, options, context));
  };
}

Entry walk(Effort from, const Rp3BetaOptions& options) {
  return {.needs = Needs::kNothing,
          .from = from,
          .make =
              [=](const TrainingData& data, const Context& context) {
                return shared(Rp3Beta::fit(data.interactions, options, context));
              },
          .update = Rp3Beta::update_of(options)};
}

Entry bought_together() {
  constexpr Rp3BetaOptions kOptions = {.beta = 0.5f};
  return {.needs = Needs::kBaskets,
          .from = Effort::kFast,
          .make =
              [=](const TrainingData& data, const Context& context) {
                return shared(Rp3Beta::fit(by_basket(data.interactions), kOptions, context));
              },
          .update = Rp3Beta::update_of(kOptions, Party::kBasket)};
}

Maker low_pass(HistoryWeights history) {
  return [=](const TrainingData& data, const Context& context) {
    const TurboCfOptions options{.alpha = 0.4f, .power = 0.7f, .history = history};
    return shared(TurboCf::fit(data.interactions, options, context));
  };
}

Maker als(std::int32_t factors) {
  return [=](const TrainingData& data, const Context& context) {
    return shared(Als::fit(data.interactions, {.factors = factors}, context));
  };
}

Entry rules(const SequentialRulesOptions& options) {
  return {.needs = Needs::kOrder,
          .from = Effort::kFast,
          .make =
              [=](const TrainingData& data, const Context& context) {
                return shared(SequentialRules::fit(data.interactions, options, context));
              },
          .update = SequentialRules::update_of(options)};
}

Maker session_knn(float match_span) {
  return [=](const TrainingData& data, const Context& context) {
    return shared(SessionKnn::fit(data.interactions, {.match_span = match_span}, context));
  };
}

Maker slist(const SlistOptions& options) {
  return [=](const TrainingData& data, const Context& context) {
    return shared(Slist::fit(data.interactions, options, context));
  };
}

// What trained models learn from: where there is an order, the newest of a large log tell as much,
// and an epoch of all of it would take minutes.
Interactions trained_part(const Interactions& all, std::uint64_t seed) {
  constexpr std::int64_t kMostEvents = 1'000'000;
  return steps_of(all) == Steps::kNone ? all : newest_part(all, kMostEvents, seed);
}

// Targets a step, so that an epoch has steps enough. Sequences in no order of visitors, as reviews,
// are learned as well with more steps, and sooner; sessions are learned worse.
std::int32_t batch_targets(const Interactions& events, std::int64_t most) {
  constexpr std::int64_t kFewest = 500;
  const bool in_any_order = events.order() == Order::kSequence && !newest_visitors_last(events);
  const std::int64_t steps = in_any_order ? 50 : 25;
  return static_cast<std::int32_t>(std::clamp(events.n_events() / steps, kFewest, most));
}

// A shape of the trained model. Each starts from numbers of its own; `draw` tells two of a shape
// apart.
Maker sequence_factors(const SequenceFactorsOptions& shape, std::uint64_t draw = 0) {
  return [=](const TrainingData& data, const Context& context) {
    constexpr std::int32_t kMostEpochs = 24, kUsualEpochs = 10;
    constexpr float kEpochsToGoOn = 0.4f;  // of those that it takes from the beginning
    const TrainingPlan& plan = data.plan;
    const auto events = trained_part(data.interactions, context.seed);
    SequenceFactorsOptions options = shape;
    options.batch_targets = batch_targets(events, shape.batch_targets);
    // Smaller batches are noisier, and so take smaller steps.
    options.learning_rate *= std::sqrt(static_cast<float>(options.batch_targets) /
                                       static_cast<float>(shape.batch_targets));
    options.epochs = plan.epochs > 0 ? plan.epochs : plan.validation ? kMostEpochs : kUsualEpochs;
    Context own = context;
    own.seed += static_cast<std::uint64_t>(shape.factors) + 1000 * draw;
    const auto* start = dynamic_cast<const SequenceFactors*>(plan.start.get());
    // With the newest events a log may turn out to be baskets.
    if (start != nullptr && start->event_weights().steps != steps_of(events)) {
      start = nullptr;
    }
    if (start != nullptr) {
      options.epochs =
          static_cast<std::int32_t>(std::ceil(kEpochsToGoOn * static_cast<float>(options.epochs)));
    }
    return shared(SequenceFactors::fit(events, data.attributes, options, own,
                                       {.validation = plan.validation, .start = start}));
  };
}

constexpr SequenceFactorsOptions kNarrow = {.factors = 64, .dropout = 0.4f};
constexpr SequenceFactorsOptions kWide = {.factors = 256, .dropout = 0.6f};
// Of a set half is hidden as it is, and its many targets want large batches.
constexpr SequenceFactorsOptions kOfSets = {
    .factors = 64, .dropout = 0.3f, .learning_rate = .004f, .batch_targets = 30'000};

// The matrix of another model, asked in its own way.
Entry asked_as(std::string_view base, HistoryWeights history) {
  return {Needs::kOrder, Effort::kBalanced, {}, base, history};
}

// In the order in which they are tried; a name stands for one choice of options.
const std::vector<std::pair<std::string, Entry>>& entries() {
  constexpr auto root = PopularityScale::kRoot;
  static const std::vector<std::pair<std::string, Entry>> all = {
      {"popularity", {Needs::kNothing, Effort::kFast, popularity({})}},
      {"popularity/60d", {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 60})}},
      {"popularity/28d", {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 28})}},
      {"popularity/7d", {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 7})}},
      {"popularity/1d", {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 1})}},
      {"popularity/50%",
       {Needs::kNewestLast, Effort::kFast, popularity({.half_life_visitors = .5f})}},
      {"popularity/20%",
       {Needs::kNewestLast, Effort::kFast, popularity({.half_life_visitors = .2f})}},
      {"popularity/5%",
       {Needs::kNewestLast, Effort::kFast, popularity({.half_life_visitors = .05f})}},
      {"popularity/1%",
       {Needs::kNewestLast, Effort::kFast, popularity({.half_life_visitors = .01f})}},
      {"popularity/root", {Needs::kNothing, Effort::kFast, popularity({.scale = root})}},
      {"popularity/root60d",
       {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 60, .scale = root})}},
      {"popularity/root28d",
       {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 28, .scale = root})}},
      {"popularity/root7d",
       {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 7, .scale = root})}},
      {"popularity/root1d",
       {Needs::kTimes, Effort::kFast, popularity({.half_life_days = 1, .scale = root})}},
      {"popularity/root50%",
       {Needs::kNewestLast, Effort::kFast, popularity({.half_life_visitors = .5f, .scale = root})}},
      {"popularity/root20%",
       {Needs::kNewestLast, Effort::kFast, popularity({.half_life_visitors = .2f, .scale = root})}},
      {"popularity/root5%",
       {Needs::kNewestLast, Effort::kFast,
        popularity({.half_life_visitors = .05f, .scale = root})}},
      {"popularity/root1%",
       {Needs::kNewestLast, Effort::kFast,
        popularity({.half_life_visitors = .01f, .scale = root})}},
      {"rp3beta", walk(Effort::kFast, {.beta = 0.4f, .history = {.length_power = 0.5f}})},
      {"rp3beta/recent", asked_as("rp3beta", {.position_decay = 0.8f, .length_power = 0.5f})},
      {"rp3beta/popular", walk(Effort::kBalanced, {.beta = 0, .history = {.length_power = 1}})},
      {"turbo_cf", {Needs::kNoOrder, Effort::kBest, low_pass({.length_power = 0.5f})}},
      {"ease", {Needs::kNothing, Effort::kBalanced, ease({.history = {.length_power = 0.5f}})}},
      {"ease/flat",
       {Needs::kNoOrder, Effort::kBalanced,
        ease({.user_power = 0, .neighbors = 50, .history = {.length_power = 0.5f}})}},
      {"ease/loose",
       {Needs::kNoOrder, Effort::kBalanced,
        ease({.regularization = 5,
              .user_power = 0.3f,
              .neighbors = 30,
              .history = {.length_power = 0.5f}})}},
      {"als", {Needs::kNoOrder, Effort::kBalanced, als(128)}},
      {"als/wide", {Needs::kNoOrder, Effort::kBest, als(256)}},
      {"sequential_rules", rules({})},
      {"sequential_rules/long", asked_as("sequential_rules", kLongMemory)},
      {"sequential_rules/both", rules({.backward = 1, .history = kLongMemory})},
      {"session_knn", {Needs::kOrder, Effort::kBalanced, session_knn(1)}},
      {"session_knn/newest", {Needs::kOrder, Effort::kBalanced, session_knn(0.25f)}},
      {"slist", {Needs::kOrder, Effort::kBalanced, slist({})}},
      {"slist/sessions",
       {Needs::kOrder, Effort::kBalanced, slist({.regularization = 10, .alpha = 0.8f})}},
      {"slist/long", asked_as("slist", kLongMemory)},
      {"next_basket",
       {Needs::kBaskets, Effort::kBalanced,
        [](const TrainingData& data, const Context& context) {
          return shared(NextBasket::fit(data.interactions, {}, context));
        }}},
      {std::string(kBoughtTogether), bought_together()},
      {"sequence_factors/narrow", {Needs::kOrder, Effort::kBest, sequence_factors(kNarrow)}},
      {"sequence_factors", {Needs::kOrder, Effort::kBest, sequence_factors({})}},
      {"sequence_factors/wide", {Needs::kOrder, Effort::kBest, sequence_factors(kWide)}},
      {"sequence_factors/2", {Needs::kOrder, Effort::kBest, sequence_factors({}, 1)}},
      {"sequence_factors/wide2", {Needs::kOrder, Effort::kBest, sequence_factors(kWide, 1)}},
      {"sequence_factors/3", {Needs::kOrder, Effort::kBest, sequence_factors({}, 2)}},
      {"sequence_factors/wide3", {Needs::kOrder, Effort::kBest, sequence_factors(kWide, 2)}},
      {"sequence_factors/narrow2", {Needs::kOrder, Effort::kBest, sequence_factors(kNarrow, 1)}},
      {"sequence_factors/sets", {Needs::kNoOrder, Effort::kBest, sequence_factors(kOfSets)}},
      {"content",
       {Needs::kTokens, Effort::kFast,
        [](const TrainingData& data, const Context& context) {
          return shared(Content::fit(data.tokens, {}, context));
        }}},
      {"repeat_purchase", {Needs::kNothing, Effort::kFast, repeats({})}},
      {"repeat_purchase/alike", {Needs::kNothing, Effort::kFast, repeats({}, kAllAlike)}},
      {"repeat_purchase/share",
       {Needs::kNothing, Effort::kFast, repeats({.length_power = 1}, kAllAlike)}},
      {"repeat_purchase/once", {Needs::kNothing, Effort::kFast, repeats({.repeat_decay = 0})}},
      {"repeat_purchase/newest",
       {Needs::kTimes, Effort::kFast, repeats({.half_life_days = 60, .repeat_decay = 0})}},
      {"repeat_purchase/fading",
       {Needs::kNothing, Effort::kFast, repeats({.repeat_decay = 0.6f}, kAllAlike)}},
      {"repeat_purchase/last", {Needs::kOrder, Effort::kFast, repeats({.position_decay = 0.5f})}},
      {"repeat_purchase/recent",
       {Needs::kOrder, Effort::kFast, repeats({.position_decay = 0.97f, .length_power = 0.5f})}},
      {"repeat_purchase/28d", {Needs::kTimes, Effort::kFast, repeats({.half_life_days = 28})}},
      {"repeat_purchase/120d", {Needs::kTimes, Effort::kFast, repeats({.half_life_days = 120})}},
  };
  return all;
}

bool has(Needs needs, const TrainingData& data) {
  switch (needs) {
    case Needs::kNothing:
      return true;
    case Needs::kNoOrder:  // each query of a dense model costs O(n_items): not for live sessions
      return !tells_order(data.interactions);
    case Needs::kOrder:
      return tells_order(data.interactions);
    case Needs::kBaskets:
      return data.interactions.order() != Order::kNone && has_baskets(data.interactions);
    case Needs::kTimes:
      return data.interactions.order() == Order::kTime;
    case Needs::kNewestLast:
      return newest_visitors_last(data.interactions);
    case Needs::kTokens:
      return data.tokens.nnz() > 0;
  }
  return false;
}

std::shared_ptr<const Scorer> fit_entry(const Entry& entry, const TrainingData& data,
                                        const Context& context, const FittedModels& fitted) {
  if (entry.base.empty()) return entry.make(data, context);
  const auto known = fitted.find(entry.base);
  const auto base = known != fitted.end()
                        ? known->second
                        : fit_model(std::string(entry.base), data, context, fitted);
  const auto& matrix = dynamic_cast<const ItemItemModel&>(*base).matrix();
  return shared(ItemItemModel(matrix, entry.history));
}

constexpr std::string_view kRepeatsOfKind = "repeat_purchase/kind:";

// One model of repeats for each kind of event, where there are several.
std::vector<std::string> repeats_by_kind(const TrainingData& data) {
  std::vector<bool> occurs(static_cast<std::size_t>(data.kinds.size()));
  for (const auto& event : data.interactions.events()) {
    const auto kind = static_cast<std::size_t>(event.kind);
    if (kind < occurs.size()) occurs[kind] = true;
  }
  std::vector<std::string> names;
  for (std::int16_t kind = 0; kind < data.kinds.size(); ++kind) {
    if (!occurs[static_cast<std::size_t>(kind)]) continue;
    names.push_back(std::string(kRepeatsOfKind) + data.kinds[kind].name);
  }
  return names.size() > 1 ? names : std::vector<std::string>();
}

// The trained model that there is enough to learn for, and a minute or two are enough, if any.
// Where order is all that is known, models are fitted on one hold-out and on everything, elsewhere
// on several, so that fewer events must do; but baskets are few, and quick, and single visits many,
// so that the newest tell enough.
std::string_view quickly_trained(const Interactions& interactions) {
  constexpr std::int64_t kFewEvents = 20'000, kManyEvents = 300'000, kTooManyOfSets = 1'000'000;
  constexpr std::int64_t kTooManyForSeveralFits = 200'000;
  const auto n_events = interactions.n_events();
  if (n_events < kFewEvents) return {};
  const auto steps = steps_of(interactions);
  if (steps == Steps::kBaskets) return "sequence_factors";
  if (steps == Steps::kNone) return n_events > kTooManyOfSets ? "" : "sequence_factors/sets";
  if (interactions.order() == Order::kTime) {
    const bool is_quick = visits_are_single(interactions) || n_events <= kTooManyForSeveralFits;
    return is_quick ? "sequence_factors/narrow" : "";
  }
  return n_events > kManyEvents ? "sequence_factors/narrow" : "sequence_factors";
}

}  // namespace

std::vector<std::string> portfolio(const TrainingData& data, Effort effort) {
  std::vector<std::string> names;
  const auto quick = quickly_trained(data.interactions);
  std::map<Needs, bool> known;  // what the data has is told from all events: once for each need
  const auto is_met = [&](Needs needs) {
    const auto [at, is_new] = known.try_emplace(needs);
    if (is_new) at->second = has(needs, data);
    return at->second;
  };
  for (const auto& [name, entry] : entries()) {
    const auto from = name == quick ? Effort::kBalanced : entry.from;
    if (effort >= from && is_met(entry.needs)) names.push_back(name);
  }
  for (auto& name : repeats_by_kind(data)) names.push_back(std::move(name));
  return names;
}

std::int32_t epochs_of(const Scorer& model) {
  const auto* trained = dynamic_cast<const SequenceFactors*>(&model);
  return trained == nullptr ? 0 : trained->epochs();
}

std::shared_ptr<const Scorer> fit_model(const std::string& name, const TrainingData& data,
                                        const Context& context, const FittedModels& fitted) {
  if (name.starts_with(kRepeatsOfKind)) {
    const auto kind = data.kinds.at(name.substr(kRepeatsOfKind.size()));
    return repeats({.kind = kind}, kAllAlike)(data, context);
  }
  std::string known;
  for (const auto& [entry_name, entry] : entries()) {
    if (entry_name == name) return counting_on(name, fit_entry(entry, data, context, fitted));
    known += (known.empty() ? "" : ", ") + entry_name;
  }
  throw std::invalid_argument("models must be among " + known + ", got " + name);
}

std::shared_ptr<const Scorer> counting_on(std::string_view name,
                                          std::shared_ptr<const Scorer> model) {
  const auto entry = std::ranges::find(entries(), name, &std::pair<std::string, Entry>::first);
  if (entry == entries().end()) return model;
  if (!entry->second.base.empty()) return counting_on(entry->second.base, std::move(model));
  const auto& update = entry->second.update;
  const auto* counted = dynamic_cast<const ItemItemModel*>(model.get());
  if (!update || counted == nullptr) return model;
  return shared(ItemItemModel(counted->matrix(), counted->history_weights(), update));
}

Interactions by_basket(const Interactions& interactions) {
  if (!has_baskets(interactions)) return interactions;
  std::vector<std::int64_t> offsets = {0};
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const auto events = interactions.events_of(user);
    const auto first = interactions.offsets()[static_cast<std::size_t>(user)];
    for (std::size_t e = 1; e <= events.size(); ++e) {
      if (e < events.size() && events[e].basket == events[e - 1].basket) continue;
      offsets.push_back(first + static_cast<std::int64_t>(e));
    }
  }
  return {interactions.n_items(), interactions.order(), std::move(offsets), interactions.events()};
}

}  // namespace endcap
