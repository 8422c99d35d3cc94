#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/models/scorer.h"
#include "endcap/storage/array.h"
#include "endcap/tuning/calibration.h"
#include "endcap/tuning/cold_items.h"
#include "endcap/tuning/fit_report.h"
#include "endcap/tuning/purpose.h"
#include "endcap/tuning/reranker.h"

namespace endcap {

// One model's share of the blend.
struct BlendTerm {
  std::string name;  // of the model: the header under models/, and its variant
  std::shared_ptr<const Scorer> model = {};  // null for what only the prior holds
  float weights[kPurposes] = {};             // by Purpose
  double fit_seconds = 0;
  std::int32_t epochs = 0;  // that a trained model was trained for; 0 for others
  double ndcg_alone = 0;    // on the validation part, new items only
  bool is_behind = false;   // the model has not counted the newest events yet: the next whole
                            // refresh does; no file holds such a one

  [[nodiscard]] bool has_weight() const {
    return std::any_of(std::begin(weights), std::end(weights), [](float w) { return w != 0; });
  }
};

// The score of the shop: a weighted sum of models, each a sum over the visitor's events, and a
// prior for every item that no event explains (how much, and how lately, it sells). Items that
// nobody had yet score what those score that are like them. Where trees pay, they correct the
// scores of the best items.
struct Blend {
  std::vector<BlendTerm> terms;
  ColdItems cold;
  Array<float> prior[kPurposes];               // by Purpose, (n_items,)
  Array<std::int32_t> prior_order[kPurposes];  // by Purpose: items by falling prior, ties by index
  float lift[kPurposes] = {};                  // by Purpose: what every prior was raised by
  Reranker rerankers[kPurposes];               // by Purpose: what corrects the best scores
  Calibration calibration[kPurposes];          // by Purpose: what a score less its lift promises
  FitReport report = {};                       // how the terms and weights were chosen

  // Adds the terms (not the prior) to the board.
  void accumulate(Purpose purpose, const History& history, ScoreBoard& board) const {
    for (const auto& term : terms) {
      const float weight = term.weights[static_cast<std::size_t>(purpose)];
      if (weight != 0 && term.model) term.model->accumulate(history, weight, board);
    }
    cold.fill_in(board);
  }

  [[nodiscard]] bool is_behind() const { return std::ranges::any_of(terms, &BlendTerm::is_behind); }

  [[nodiscard]] bool reranks() const {
    return std::any_of(std::begin(rerankers), std::end(rerankers),
                       [](const auto& reranker) { return !reranker.empty(); });
  }

  // What the re-ranker of the purpose looks at in each item, (n_items, n_features). The board is
  // empty, and is again afterwards.
  [[nodiscard]] std::vector<float> rerank_features(Purpose purpose, const History& history,
                                                   std::span<const ItemIndex> items,
                                                   ScoreBoard& board) const {
    const auto p = static_cast<std::size_t>(purpose);
    const auto& reranker = rerankers[p];
    const auto n = reranker.n_features();
    const auto asked = cold.spokesmen(items);
    std::vector<float> features(items.size() * n), scores(asked.items.size());
    for (std::size_t t = 0; t < reranker.terms().size(); ++t) {
      const auto& term = terms[static_cast<std::size_t>(reranker.terms()[t])];
      if (!term.model) continue;
      term.model->score_items(history, asked.items, board, scores);
      for (std::size_t i = 0; i < items.size(); ++i) {
        for (auto k = asked.begin[i]; k < asked.begin[i + 1]; ++k) {
          features[i * n + t] += term.weights[p] * asked.shares[k] * scores[k];
        }
      }
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      features[(i + 1) * n - 1] = prior[p][static_cast<std::size_t>(items[i])] - lift[p];
    }
    return features;
  }

  // parts[e] becomes the part of event e; returns the rest, prior included.
  float explain(Purpose purpose, const History& history, ItemIndex item,
                std::span<float> parts) const {
    const auto each = explain_each(purpose, history, {&item, 1});
    std::copy(each.parts.begin(), each.parts.end(), parts.begin());
    return each.rests[0];
  }

  // The same for several items: the parts of their events, (n_items, n_events), the rests, and the
  // term that adds the most to each, null where the prior does.
  struct Shares {
    std::vector<float> parts, rests;
    std::vector<const BlendTerm*> leaders;
  };
  [[nodiscard]] Shares explain_each(Purpose purpose, const History& history,
                                    std::span<const ItemIndex> items) const {
    const auto p = static_cast<std::size_t>(purpose);
    const std::size_t n = history.events.size();
    Shares all{.parts = std::vector<float>(items.size() * n), .rests = {}, .leaders = {}};
    all.leaders.resize(items.size());
    all.rests.reserve(items.size());
    for (const auto item : items) {
      all.rests.push_back(prior[p].empty() ? 0 : prior[p][static_cast<std::size_t>(item)]);
    }
    const auto asked = cold.spokesmen(items);
    std::vector<float> most = all.rests, parts(asked.items.size() * n), rests(asked.items.size());
    for (const auto& term : terms) {
      if (term.weights[p] == 0 || !term.model) continue;
      term.model->explain_each(history, asked.items, parts, rests);
      for (std::size_t i = 0; i < items.size(); ++i) {
        float sum = 0;
        float* of_item = all.parts.data() + i * n;
        for (auto k = asked.begin[i]; k < asked.begin[i + 1]; ++k) {
          const float weight = term.weights[p] * asked.shares[k];
          const float* of_asked = parts.data() + k * n;
          float told = rests[k];
          all.rests[i] += weight * told;
          for (std::size_t e = 0; e < n; ++e) {
            of_item[e] += weight * of_asked[e];
            told += of_asked[e];
          }
          sum += weight * told;
        }
        if (sum > std::max(most[i], 0.0f)) {
          most[i] = sum;
          all.leaders[i] = &term;
        }
      }
    }
    return all;
  }

  // How likely it is that an item of this score, prior included, is what the visitor wants next;
  // NaN where held-out events were too few to tell.
  [[nodiscard]] float probability(Purpose purpose, float score) const {
    const auto p = static_cast<std::size_t>(purpose);
    return calibration[p].probability(score - lift[p]);
  }

  // What a fit chooses: names and weights of all terms, without their models, and why.
  [[nodiscard]] Blend choice() const {
    Blend choice = *this;
    choice.cold = {};
    for (auto& term : choice.terms) {
      term.model = nullptr;
      term.is_behind = false;
    }
    for (auto& of_purpose : choice.prior) of_purpose = {};
    for (auto& of_purpose : choice.prior_order) of_purpose = {};
    return choice;
  }

  // The first term of this name, or null.
  [[nodiscard]] const Scorer* find(std::string_view name) const {
    for (const auto& term : terms) {
      if (term.name == name) return term.model.get();
    }
    return nullptr;
  }
};

// The terms of a blend, for new items, as one model.
class BlendScorer final : public Scorer {
 public:
  // The blend must outlive this.
  BlendScorer(const Blend& blend, std::int32_t n_items) : blend_(blend), n_items_(n_items) {}

  [[nodiscard]] std::int32_t n_items() const override { return n_items_; }
  void accumulate(const History& history, float weight, ScoreBoard& board) const override {
    for (const auto& term : blend_.terms) {
      if (term.weights[0] != 0 && term.model) {
        term.model->accumulate(history, weight * term.weights[0], board);
      }
    }
    blend_.cold.fill_in(board);
  }
  float explain(const History& history, ItemIndex item, std::span<float> parts) const override {
    const float rest = blend_.explain(Purpose::kExplore, history, item, parts);
    return rest - blend_.prior[0][static_cast<std::size_t>(item)];
  }

 private:
  const Blend& blend_;
  std::int32_t n_items_;
};

}  // namespace endcap
