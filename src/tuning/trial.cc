#include "endcap/tuning/trial.h"

#include <chrono>
#include <utility>

#include "endcap/tuning/model_names.h"
#include "endcap/tuning/model_ndcg.h"
#include "endcap/tuning/pose_blend.h"

namespace endcap {
namespace {

// The same data with other events.
TrainingData with_events(const TrainingData& data, const Interactions& events) {
  return {.interactions = events,
          .tokens = data.tokens,
          .attributes = data.attributes,
          .kinds = data.kinds};
}

// The models that are weighed for a purpose, null for those that are not.
Models heard_for(Purpose purpose, const std::vector<BlendTerm>& terms, Models models) {
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (!is_heard(terms[m].name, purpose)) models[m] = nullptr;
  }
  return models;
}

void pose(Trial& trial, const Models& models, const Validation& validation, std::int32_t n_items,
          const Context& context) {
  for (std::size_t p = 0; p < kPurposes; ++p) {
    const auto purpose = static_cast<Purpose>(p);
    const auto heard = heard_for(purpose, trial.terms, models);
    trial.problems[p].n_features = static_cast<int>(models.size());
    trial.problems[p].append(pose_blend(heard, validation, n_items, purpose, context));
  }
}

// Fits the models for which there is time, and learns how long to train those that are trained.
Models fit_first(Trial& trial, const TrainingData& data, const std::vector<std::string>& names,
                 const Validation& validation, TrainingBudget& budget, const Context& context) {
  Context quiet = context;
  quiet.progress = nullptr;
  auto older = with_events(data, train_part(data.interactions, validation));
  older.plan.validation = [&](const Scorer& model) {
    budget.look(epochs_of(model));
    return model_ndcg(model, validation, quiet);
  };
  Models models;
  FittedModels fitted;
  for (const auto& name : names) {
    if (!budget.allows(name)) {
      trial.skipped.push_back(name);
      continue;
    }
    BlendTerm term{.name = name};
    budget.begin_model();
    try {
      models.push_back(fit_term(term, older, fitted, context));
    } catch (const TrainingBudget::Exceeded&) {
      trial.skipped.push_back(name);
      continue;
    }
    budget.spend(name, term.fit_seconds, term.epochs);
    trial.trained.push_back(is_trained(name) ? models.back() : nullptr);
    trial.terms.push_back(std::move(term));
  }
  return models;
}

Models fit_again(Trial& trial, const TrainingData& data, const Validation& validation,
                 const Context& context) {
  auto older = with_events(data, train_part(data.interactions, validation));
  Models models;
  FittedModels fitted;
  for (auto& term : trial.terms) {
    const double before = term.fit_seconds;
    older.plan.epochs = term.epochs;
    models.push_back(fit_term(term, older, fitted, context));
    term.fit_seconds += before;
  }
  return models;
}

}  // namespace

bool is_heard(std::string_view name, Purpose purpose) {
  return is_of_first_visit(purpose) || name != kBoughtTogether;
}

std::shared_ptr<const Scorer> fit_term(BlendTerm& term, const TrainingData& data,
                                       FittedModels& fitted, const Context& context) {
  context.begin("fitting " + term.name, data.interactions.n_items());
  const auto start = std::chrono::steady_clock::now();
  auto model = fit_model(term.name, data, context, fitted);
  fitted[term.name] = model;
  term.fit_seconds = seconds_since(start);
  term.epochs = epochs_of(*model);
  return model;
}

Trial try_models(const TrainingData& data, const std::vector<std::string>& names,
                 const std::vector<Validation>& hold_outs, TrainingBudget& budget,
                 const Context& context) {
  Trial trial;
  if (hold_outs.empty()) {
    for (const auto& name : names) trial.terms.push_back({.name = name});
    trial.trained.resize(names.size());
  }
  for (const auto& validation : hold_outs) {
    const bool is_first = &validation == &hold_outs.front();
    const auto models = is_first ? fit_first(trial, data, names, validation, budget, context)
                                 : fit_again(trial, data, validation, context);
    pose(trial, models, validation, data.interactions.n_items(), context);
  }
  return trial;
}

}  // namespace endcap
