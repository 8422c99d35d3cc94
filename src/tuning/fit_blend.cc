#include "endcap/tuning/fit_blend.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "endcap/models/item_item_model.h"
#include "endcap/models/popularity.h"
#include "endcap/tuning/blend_weights.h"
#include "endcap/tuning/boosting.h"
#include "endcap/tuning/fit_reranker.h"
#include "endcap/tuning/model_names.h"
#include "endcap/tuning/pose_blend.h"
#include "endcap/tuning/trial.h"

namespace endcap {
namespace {

constexpr std::int64_t kFewestQueries = 20;  // below this, weights would be noise

// Weights where too little can be held out: models alike, repeats first.
void weigh_alike(std::vector<BlendTerm>& terms, Purpose purpose) {
  for (auto& term : terms) {
    const auto family = family_of(term.name);
    const bool is_silent =
        (family == Family::kRepeats && !includes_repeats(purpose)) || !is_heard(term.name, purpose);
    const bool is_prior = family == Family::kPopularity;
    term.weights[static_cast<std::size_t>(purpose)] = is_silent ? 0 : is_prior ? 1e-3f : 1;
  }
}

// Weights for a purpose that too little is known of: first visits are weighed as any other.
void weigh_unasked(Blend& blend, Purpose purpose) {
  if (!is_of_first_visit(purpose)) return weigh_alike(blend.terms, purpose);
  const auto p = static_cast<std::size_t>(purpose);
  const auto other = static_cast<std::size_t>(after_first_visit(purpose));
  for (auto& term : blend.terms) term.weights[p] = term.weights[other];
  blend.rerankers[p] = blend.rerankers[other];
  blend.calibration[p] = blend.calibration[other];
}

// Trees that correct the blend of a purpose, if they pay, and how they fared.
void rerank(Blend& blend, std::size_t p, const BlendProblem& problem,
            std::span<const float> weights, const std::vector<bool>& is_prior,
            std::int32_t best_model, const Context& context) {
  const auto fitted = fit_reranker(problem, weights, is_prior, context);
  auto* tried = blend.report.find(kBoostedTrees);
  tried->fit_seconds += fitted.seconds;
  if (!fitted.wins()) return;
  std::vector<float> alone(weights.size());
  alone[static_cast<std::size_t>(best_model)] = 1;
  blend.report.blend[p] = ndcg_gain(problem, fitted.scores, {}, context);
  blend.report.over_best[p] =
      ndcg_gain(problem, fitted.scores, blend_scores(problem, alone), context);
  tried->gain[p] = fitted.gain;
  tried->weights[p] = 1;
  tried->n_bytes += static_cast<std::int64_t>(fitted.trees.nodes().span().size_bytes());
  blend.calibration[p] = calibrate(problem, fitted.scores, context);
  blend.rerankers[p] = {std::vector<std::int32_t>(fitted.terms), fitted.trees};
}

// Learns the weights of all terms for each purpose. Where it is known what is new, what an item
// sells may count against it: that makes a trend of two half-lives. A random hold-out cannot tell.
// Trained models look at every item in every answer, so they must pay for sure.
void weigh(Blend& blend, const Trial& trial, bool has_trends, bool reranks,
           const Context& context) {
  BlendWeightsOptions options;
  std::vector<bool> is_prior;
  for (const auto& term : blend.terms) {
    const bool is_popularity = family_of(term.name) == Family::kPopularity;
    is_prior.push_back(is_popularity);
    options.may_be_negative.push_back(has_trends && is_popularity);
    options.is_dear.push_back(is_trained(term.name));
  }
  for (const auto purpose : kAllPurposes) {
    const auto p = static_cast<std::size_t>(purpose);
    const auto& problem = trial.problems[p];
    if (problem.n_queries() < kFewestQueries) {
      weigh_unasked(blend, purpose);
      continue;
    }
    const auto weights = learn_blend_weights(problem, options, context);
    const auto found = examine(problem, weights, context);
    blend.report.note(p, weights, found);
    blend.calibration[p] = calibrate(problem, blend_scores(problem, weights), context);
    for (std::size_t m = 0; m < blend.terms.size(); ++m) {
      blend.terms[m].weights[p] = weights[m];
      if (purpose == Purpose::kExplore) blend.terms[m].ndcg_alone = found.alone[m].mean;
    }
    if (reranks) rerank(blend, p, problem, weights, is_prior, found.best, context);
  }
}

// Content speaks at least this softly: it moves no list that events speak for (scores are
// log-odds), and what few events speak of has a score at all.
void let_content_whisper(std::vector<BlendTerm>& terms) {
  constexpr float kWhisper = 1e-3f;
  for (auto& term : terms) {
    if (family_of(term.name) != Family::kContent) continue;
    for (auto& weight : term.weights) weight = std::max(weight, kWhisper);
  }
}

// Who stands in for the items that nobody had yet.
ColdItems cold_items(const Blend& blend, const Interactions& interactions) {
  const auto* content = dynamic_cast<const ItemItemModel*>(blend.find("content"));
  if (content == nullptr) return {};
  std::vector<bool> is_known(static_cast<std::size_t>(interactions.n_items()));
  for (const auto& event : interactions.events()) {
    is_known[static_cast<std::size_t>(event.item)] = true;
  }
  return ColdItems::fit(content->matrix(), is_known);
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
    blend.cold.fill_in(std::span<float>(prior));
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

// The model of each term, fitted on `data`, or the one that the term has already.
Models refit_terms(std::vector<BlendTerm>& terms, const TrainingData& data,
                   const Context& context) {
  Models models;
  FittedModels fitted;
  auto own = data;
  for (auto& term : terms) {
    own.plan.epochs = term.epochs;
    models.push_back(term.model ? term.model : fit_term(term, own, fitted, context));
  }
  return models;
}

void complete(Blend& blend, const Models& models, const Interactions& interactions) {
  for (std::size_t m = 0; m < models.size(); ++m) blend.terms[m].model = models[m];
  blend.cold = cold_items(blend, interactions);
  fold_prior(blend, interactions.n_items());
}

// When the newest event came that is learned from.
std::int64_t learned_until(const Interactions& all, const Validation& validation) {
  std::int64_t until = 0;
  for (std::size_t e = 0; e < all.events().size(); ++e) {
    if (!validation.held_out[e]) until = std::max(until, all.events()[e].time_us);
  }
  return until;
}

// The report before any weight is known: what is compared, and on what.
FitReport begin_report(const std::vector<BlendTerm>& terms, const Interactions& all,
                       const std::vector<Validation>& hold_outs) {
  FitReport report;
  for (const auto& term : terms) {
    report.models.push_back(TriedModel{.name = term.name, .fit_seconds = term.fit_seconds});
  }
  report.n_train = all.n_events();
  report.n_hold_outs = static_cast<std::int64_t>(hold_outs.size());
  if (hold_outs.empty()) return report;
  const auto& first = hold_outs.front();
  report.n_held_out = std::count(first.held_out.begin(), first.held_out.end(), true);
  report.n_train = all.n_events() - report.n_held_out;
  const auto until = learned_until(all, first);
  const bool newest =
      all.order() == Order::kTime &&  // and all that is asked came after all that is learned from
      std::all_of(first.queries.begin(), first.queries.end(),
                  [&](const auto& query) { return query.now_us > until; });
  report.held_out = newest ? "newest" : tells_order(all) ? "last" : "random";
  if (newest) report.cut_us = until + 1;
  return report;
}

// All that is held out in turn; nothing where too little could be asked.
std::vector<Validation> hold_outs_of(const Interactions& all, const std::vector<bool>& is_target,
                                     bool newest_only, std::uint64_t seed) {
  auto first = hold_out(all, is_target, seed);
  if (static_cast<std::int64_t>(first.queries.size()) < kFewestQueries) return {};
  std::vector<Validation> hold_outs;
  if (!newest_only) hold_outs = more_hold_outs(all, is_target, seed, first);
  hold_outs.insert(hold_outs.begin(), std::move(first));
  return hold_outs;
}

// The same where terms have other places.
Reranker moved(const Reranker& reranker, const std::vector<std::int32_t>& places) {
  if (reranker.empty()) return {};
  std::vector<std::int32_t> terms;
  for (const auto term : reranker.terms()) terms.push_back(places[static_cast<std::size_t>(term)]);
  return {std::move(terms), reranker.trees()};
}

// What became of each model, now that all is fitted.
void end_report(Blend& blend, const std::vector<std::string>& skipped) {
  auto& report = blend.report;
  for (auto& tried : report.models) tried.fate = FitReport::kNoGain;
  if (auto* trees = report.find(kBoostedTrees)) {
    trees->fate = blend.reranks() ? FitReport::kInUse
                  : can_boost()   ? FitReport::kNoGain
                                  : FitReport::kNotInstalled;
  }
  for (const auto& term : blend.terms) {
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
                const std::vector<bool>& is_target, const FitBlendOptions& options,
                const Context& context) {
  const auto hold_outs =
      hold_outs_of(data.interactions, is_target, options.newest_only, context.seed);
  constexpr double kShareOfFits = 0.9;  // the rest is for weighing, and for trees
  TrainingBudget budget(kShareOfFits * options.time_budget_seconds, hold_outs.size() + 1);
  auto trial = try_models(data, names, hold_outs, budget, context);
  Blend blend;
  blend.terms = trial.terms;
  blend.report = begin_report(blend.terms, data.interactions, hold_outs);
  if (hold_outs.empty()) {
    for (const auto purpose : kAllPurposes) weigh_unasked(blend, purpose);
  } else {
    context.begin("weighing the models", trial.problems[0].n_queries());
    // Of a set so much is hidden that what trees learn there does not hold for whole sets.
    const bool wants_trees = options.rerank && tells_order(data.interactions);
    if (wants_trees) {
      blend.report.models.push_back(TriedModel{.name = std::string(kBoostedTrees)});
    }
    const bool has_trends = data.interactions.order() != Order::kNone;
    weigh(blend, trial, has_trends, wants_trees && can_boost(), context);
    let_content_whisper(blend.terms);
  }
  TrainingData all = data;
  Models models;
  FittedModels fitted;
  std::vector<BlendTerm> useful;
  std::vector<std::int32_t> places;  // of each term among the useful ones
  // What was held out in time are whole days, whose products are new to what was trained before.
  const bool goes_on = options.go_on && data.interactions.order() != Order::kTime;
  for (std::size_t m = 0; m < blend.terms.size(); ++m) {
    auto& term = blend.terms[m];
    places.push_back(static_cast<std::int32_t>(useful.size()));
    if (!options.keep_all && !term.has_weight()) continue;
    all.plan.epochs = term.epochs;
    if (goes_on) all.plan.start = trial.trained[m];
    models.push_back(fit_term(term, all, fitted, context));
    useful.push_back(term);
  }
  blend.terms = std::move(useful);
  for (auto& reranker : blend.rerankers) reranker = moved(reranker, places);
  end_report(blend, trial.skipped);
  complete(blend, models, data.interactions);
  return blend;
}

Blend refit_blend(const TrainingData& data, Blend like, const Context& context) {
  complete(like, refit_terms(like.terms, data, context), data.interactions);
  return like;
}

}  // namespace endcap
