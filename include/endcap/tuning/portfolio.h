#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/events/kinds.h"
#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/scorer.h"

namespace endcap {

// How long to train what is trained by gradient; other models need none of it.
struct TrainingPlan {
  std::function<double(const Scorer&)> validation = {};  // higher is better: tells when to end
  std::int32_t epochs = 0;                               // > 0: exactly so many, unvalidated
  // What was trained on fewer events, to go on from: that takes two fifths of the epochs.
  std::shared_ptr<const Scorer> start = {};
};

// What models are fitted on: who did what, and what the catalogue says about the items.
struct TrainingData {
  Interactions interactions;
  CsrMatrix tokens;      // (n_items, n_tokens): words and attributes; no rows without a catalogue
  CsrMatrix attributes;  // (n_items, n_attributes): categories and tags; the same
  Kinds kinds = Kinds::empty();  // of the events
  TrainingPlan plan = {};
};

// How hard a fit tries.
enum class Effort {
  kFast,      // a fixed portfolio, in seconds
  kBalanced,  // every model that can pay, chosen on the newest part of the log: a minute or two
  kBest,      // the same with trained models of several shapes, and trees that correct the best
};

// The names (model_names.h) of the models worth trying on this data; "repeat_purchase/kind:cart"
// listens to one kind of event alone.
[[nodiscard]] std::vector<std::string> portfolio(const TrainingData& data, Effort effort);

// The epochs that a trained model was trained for; 0 for others.
[[nodiscard]] std::int32_t epochs_of(const Scorer& model);

// Models that were fitted on the same data, by name.
using FittedModels = std::map<std::string, std::shared_ptr<const Scorer>, std::less<>>;

// A model that differs from one of the fitted ones only in how it is asked shares its matrix.
// Throws std::invalid_argument for a name that is in no portfolio.
[[nodiscard]] std::shared_ptr<const Scorer> fit_model(const std::string& name,
                                                      const TrainingData& data,
                                                      const Context& context,
                                                      const FittedModels& fitted = {});

// The model as the one of this name counts on between two fits (models/row_update.h); the same
// model for a name that waits for the next fit.
[[nodiscard]] std::shared_ptr<const Scorer> counting_on(std::string_view name,
                                                        std::shared_ptr<const Scorer> model);

// The interactions with every basket as a visitor of its own; unchanged where fewer than one basket
// in ten holds several events, so that baskets say next to nothing.
[[nodiscard]] Interactions by_basket(const Interactions& interactions);

}  // namespace endcap
