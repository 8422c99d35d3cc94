#include "endcap/tuning/fit_blend.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "endcap/models/content.h"
#include "endcap/models/popularity.h"
#include "endcap/models/repeat_purchase.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/tuning/blend_weights.h"
#include "endcap/tuning/model_ndcg.h"
#include "endcap/tuning/pose_blend.h"
#include "endcap/tuning/training_budget.h"
#include "endcap/tuning/validation.h"

namespace endcap {
namespace {

constexpr std::size_t kFewestQueries = 20;  // below this, weights would be noise

bool is_about_repeats(const Scorer& model) {
  return dynamic_cast<const RepeatPurchase*>(&model) != nullptr;
}

// What completes a basket brings nobody back.
bool is_heard(std::string_view name, Purpose purpose) {
  return purpose == Purpose::kFirstVisit || name != kBoughtTogether;
}

// Weights where too little can be held out: models alike, repeats first.
void weigh_alike(std::vector<BlendTerm>& terms, const Models& models, Purpose purpose) {
  for (std::size_t m = 0; m < terms.size(); ++m) {
    const bool is_silent = (is_about_repeats(*models[m]) && purpose != Purpose::kInclude) ||
                           !is_heard(terms[m].name, purpose);
    const bool is_prior = as_popularity(models[m]) != nullptr;
    terms[m].weights[static_cast<std::size_t>(purpose)] = is_silent ? 0 : is_prior ? 1e-3f : 1;
  }
}

// First visits are weighed as any other where too few are known.
void weigh_first_visits_as_others(Blend& blend) {
  constexpr auto kFirst = static_cast<std::size_t>(Purpose::kFirstVisit);
  for (auto& term : blend.terms) term.weights[kFirst] = term.weights[0];
  blend.calibration[kFirst] = blend.calibration[0];
}

// The models that are weighed for a purpose, null for those that are not.
Models heard_for(Purpose purpose, const std::vector<BlendTerm>& terms, Models models) {
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (!is_heard(terms[m].name, purpose)) models[m] = nullptr;
  }
  return models;
}

// Learns the weights of all terms for each purpose; the models are those of the terms. Where
// the newest is known, what an item sells may count against it: that makes a trend of two
// half-lives. A random hold-out cannot tell.
void weigh(Blend& blend, const Models& models, const Validation& validation,
           const Context& context) {
  auto& terms = blend.terms;
  BlendWeightsOptions options;
  const bool has_trends = validation.train.order() != Order::kNone;
  for (const auto& model : models) {
    options.may_be_negative.push_back(has_trends && as_popularity(model) != nullptr);
  }
  for (const auto purpose : {Purpose::kExplore, Purpose::kInclude, Purpose::kFirstVisit}) {
    const auto p = static_cast<std::size_t>(purpose);
    const auto problem =
        pose_blend(heard_for(purpose, terms, models), validation, purpose, context);
    if (problem.n_relevant.size() < kFewestQueries) {
      if (purpose == Purpose::kFirstVisit)
        weigh_first_visits_as_others(blend);
      else
        weigh_alike(terms, models, purpose);
      continue;
    }
    const auto weights = learn_blend_weights(problem, options, context);
    const auto found = examine(problem, weights, context);
    blend.report.note(p, weights, found);
    blend.calibration[p] = calibrate(problem, weights, context);
    for (std::size_t m = 0; m < terms.size(); ++m) {
      terms[m].weights[p] = weights[m];
      if (purpose == Purpose::kExplore) terms[m].ndcg_alone = found.alone[m].mean;
    }
  }
}

// Content speaks at least this softly: it moves no list that events speak for (scores are
// log-odds), and a product that nobody had yet has one at all.
void let_content_whisper(std::vector<BlendTerm>& terms, const Models& models) {
  constexpr float kWhisper = 1e-3f;
  for (std::size_t m = 0; m < terms.size(); ++m) {
    if (dynamic_cast<const Content*>(models[m].get()) == nullptr) continue;
    for (auto& weight : terms[m].weights) weight = std::max(weight, kWhisper);
  }
}

// Moves what does not depend on the visitor into the prior.
void fold_prior(Blend& blend, std::int32_t n_items) {
  for (std::size_t p = 0; p < kPurposes; ++p) {
    std::vector<float> prior(static_cast<std::size_t>(n_items));
    std::vector<bool> has_sold(prior.size());
    for (auto& term : blend.terms) {
      const auto* popularity = as_popularity(term.model);
      if (popularity == nullptr) continue;
      for (std::size_t i = 0; i < prior.size(); ++i) {
        prior[i] += term.weights[p] * popularity->scores()[i];
        if (popularity->scores()[i] > 0) has_sold[i] = true;
      }
    }
    if (!prior.empty()) {  // from 0 upwards: a constant changes no list
      const float least = *std::min_element(prior.begin(), prior.end());
      // A trend that counts best sellers down says nothing of what nobody had yet.
      for (std::size_t i = 0; i < prior.size(); ++i) prior[i] = has_sold[i] ? prior[i] - least : 0;
      blend.lift[p] = -least;
    }
    std::vector<std::int32_t> order(prior.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return prior[static_cast<std::size_t>(a)] > prior[static_cast<std::size_t>(b)];
    });
    blend.prior[p] = std::move(prior);
    blend.prior_order[p] = std::move(order);
  }
  for (auto& term : blend.terms) {
    if (as_popularity(term.model) != nullptr) term.model = nullptr;
  }
}

std::shared_ptr<const Scorer> fit_term(BlendTerm& term, const TrainingData& data,
                                       const Context& context) {
  context.begin("fitting " + term.name, data.interactions.n_items());
  const auto start = std::chrono::steady_clock::now();
  auto model = fit_model(term.name, data, context);
  term.fit_seconds = seconds_since(start);
  return model;
}

// The epochs that a trained model took; 0 for others.
std::int32_t epochs_of(const Scorer& model) {
  const auto* trained = dynamic_cast<const SequenceFactors*>(&model);
  return trained == nullptr ? 0 : trained->epochs();
}

// The model of each term, fitted on `data`, or the one that the term has already.
Models refit_terms(std::vector<BlendTerm>& terms, const TrainingData& data,
                   const Context& context) {
  Models models;
  for (auto& term : terms) {
    models.push_back(term.model ? term.model : fit_term(term, data, context));
  }
  return models;
}

void complete(Blend& blend, const Models& models, std::int32_t n_items) {
  for (std::size_t m = 0; m < models.size(); ++m) blend.terms[m].model = models[m];
  fold_prior(blend, n_items);
}

// Whether all that is asked came after all that is learned from.
bool asks_the_newest(const Validation& validation) {
  const auto learned_us = validation.train.end_us();
  return validation.train.order() == Order::kTime &&
         std::all_of(validation.queries.begin(), validation.queries.end(),
                     [&](const auto& query) { return query.now_us > learned_us; });
}

// The report before any weight is known: what is compared, and on what.
FitReport begin_report(const std::vector<BlendTerm>& terms, const Interactions& all,
                       const Validation& validation, bool can_weigh) {
  FitReport report;
  report.n_train = can_weigh ? validation.train.n_events() : all.n_events();
  report.n_held_out = all.n_events() - report.n_train;
  for (const auto& term : terms) {
    report.models.push_back(TriedModel{.name = term.name, .fit_seconds = term.fit_seconds});
  }
  if (!can_weigh) return report;
  const bool newest = asks_the_newest(validation);
  report.held_out = newest ? "newest" : all.order() == Order::kNone ? "random" : "last";
  if (newest) report.cut_us = validation.train.end_us() + 1;
  return report;
}

// What became of each model, now that all is fitted.
void end_report(FitReport& report, const std::vector<BlendTerm>& terms,
                const std::vector<std::string>& skipped) {
  for (auto& tried : report.models) tried.fate = FitReport::kNoGain;
  for (const auto& term : terms) {
    auto* tried = report.find(term.name);
    tried->fate = FitReport::kInUse;
    tried->fit_seconds += term.fit_seconds;
    std::copy_n(term.weights, kPurposes, tried->weights);
  }
  for (const auto& name : skipped) {
    report.models.push_back(TriedModel{.name = name, .fate = std::string(FitReport::kNoTime)});
  }
}

}  // namespace

Blend fit_blend(const TrainingData& data, const std::vector<std::string>& names,
                const std::vector<bool>& is_target, Keep keep, const Context& context,
                double time_budget_seconds) {
  Blend blend;
  TrainingBudget budget(time_budget_seconds);
  std::map<std::string, std::int32_t> epochs;
  std::vector<std::string> skipped;
  TrainingData all = data;
  Models models;
  const auto validation = hold_out(data.interactions, is_target, context.seed);
  const bool can_weigh = validation.queries.size() >= kFewestQueries;
  Context quiet = context;
  quiet.progress = nullptr;
  const TrainingData older{.interactions = validation.train,
                           .tokens = data.tokens,
                           .attributes = data.attributes,
                           .kinds = data.kinds,
                           .plan = {.validation = [&](const Scorer& model) {
                             budget.look(epochs_of(model));
                             return model_ndcg(model, validation, quiet);
                           }}};
  for (const auto& name : names) {
    if (!budget.allows(name)) {
      skipped.push_back(name);
      continue;
    }
    BlendTerm term{.name = name};
    if (can_weigh) {
      budget.begin_model();
      try {
        models.push_back(fit_term(term, older, context));
      } catch (const TrainingBudget::Exceeded&) {
        skipped.push_back(name);
        continue;
      }
      budget.spend(name, term.fit_seconds);
      epochs[name] = epochs_of(*models.back());
    }
    blend.terms.push_back(std::move(term));
  }
  blend.report = begin_report(blend.terms, data.interactions, validation, can_weigh);
  if (can_weigh) {
    context.begin("weighing the models", static_cast<std::int64_t>(validation.queries.size()));
    weigh(blend, models, validation, context);
    let_content_whisper(blend.terms, models);
    std::erase_if(blend.terms,
                  [&](const auto& term) { return keep == Keep::kUseful && !term.has_weight(); });
    models.clear();
  }
  for (auto& term : blend.terms) {
    all.plan.epochs = epochs[term.name];
    models.push_back(fit_term(term, all, context));
  }
  if (!can_weigh) {
    for (const auto purpose : {Purpose::kExplore, Purpose::kInclude}) {
      weigh_alike(blend.terms, models, purpose);
    }
    weigh_first_visits_as_others(blend);
  }
  end_report(blend.report, blend.terms, skipped);
  complete(blend, models, data.interactions.n_items());
  return blend;
}

Blend refit_blend(const TrainingData& data, Blend like, const Context& context) {
  complete(like, refit_terms(like.terms, data, context), data.interactions.n_items());
  return like;
}

}  // namespace endcap
