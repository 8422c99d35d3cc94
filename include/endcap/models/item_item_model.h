#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/models/row_update.h"
#include "endcap/models/scorer.h"

namespace endcap {

// How much each event of a history counts when an item-item model is asked.
struct HistoryWeights {
  float position_decay = 1;  // in (0, 1]: factor per step back, one time being one step; 1 for sets
  float half_life_days = std::numeric_limits<float>::infinity();  // > 0; used when time is known
  float length_power = 0;          // in [0, 1]: all weights are divided by (sum of weights)^this
  float repeat_decay = 1;          // in [0, 1]: factor per newer event with the same item
  std::int32_t max_events = 500;   // > 0: the newest events that count
  bool use_event_weights = false;  // multiply by Interaction::weight
  std::int16_t kind = kAnyKind;    // of event that counts

  static constexpr std::int16_t kAnyKind = -1;

  void validate() const {
    require(position_decay > 0 && position_decay <= 1, "position_decay", "be in (0, 1]",
            position_decay);
    require(half_life_days > 0, "half_life_days", "be positive", half_life_days);
    require(length_power >= 0 && length_power <= 1, "length_power", "be in [0, 1]", length_power);
    require(repeat_decay >= 0 && repeat_decay <= 1, "repeat_decay", "be in [0, 1]", repeat_decay);
    require(max_events > 0, "max_events", "be positive", max_events);
    require(kind >= kAnyKind, "kind", "be -1 (any) or more", kind);
  }

  // weights[e] becomes the weight of event e, 0 where it does not count.
  // Requires weights.size() == history.events.size().
  void fill(const History& history, std::span<float> weights) const {
    const auto n = static_cast<std::int32_t>(weights.size());
    const bool ages = std::isfinite(half_life_days);
    float decay = 1, sum = 0;
    for (std::int32_t e = n - 1; e >= 0; --e) {
      const auto& event = history.events[static_cast<std::size_t>(e)];
      float weight = n - e > max_events ? 0 : decay;
      if (e > 0 && history.events[static_cast<std::size_t>(e) - 1].time_us != event.time_us) {
        decay *= position_decay;
      }
      if (ages) {
        const auto age_us =
            static_cast<double>(std::max<std::int64_t>(0, history.now_us - event.time_us));
        weight *= static_cast<float>(std::exp2(-age_us / kMicrosecondsPerDay / half_life_days));
      }
      if (use_event_weights) weight *= event.weight;
      if (kind != kAnyKind && event.kind != kind) weight = 0;
      if (repeat_decay < 1) weight *= fade_of_repeat(history, static_cast<std::size_t>(e));
      weights[static_cast<std::size_t>(e)] = weight;
      sum += weight;
    }
    if (length_power == 0 || sum <= 0) return;
    const float scale = std::pow(sum, -length_power);
    for (auto& weight : weights) weight *= scale;
  }

 private:
  // repeat_decay^(newer events with the item of event e).
  [[nodiscard]] float fade_of_repeat(const History& history, std::size_t e) const {
    float fade = 1;
    for (std::size_t newer = e + 1; newer < history.events.size() && fade > 0; ++newer) {
      if (history.events[newer].item == history.events[e].item) fade *= repeat_decay;
    }
    return fade;
  }
};

// A model whose whole knowledge is a sparse matrix W of shape (n_items, n_items):
// score(j) = sum over events e of weight_e * W[item_e, j]. A query costs the rows it adds up. Where
// there is news of an item and the model knows how to count it, so much of W is counted further.
class ItemItemModel : public Scorer {
 public:
  // Without `update`, news waits for the next fit. Throws std::invalid_argument if the matrix is
  // not square or the weights are out of range.
  ItemItemModel(CsrMatrix matrix, HistoryWeights history_weights,
                std::shared_ptr<const RowUpdate> update = nullptr)
      : matrix_(std::move(matrix)), history_weights_(history_weights), update_(std::move(update)) {
    require(matrix_.n_rows() == matrix_.n_columns(), "matrix", "be square", matrix_.n_rows());
    history_weights_.validate();
  }

  [[nodiscard]] std::int32_t n_items() const final { return matrix_.n_rows(); }
  [[nodiscard]] const CsrMatrix& matrix() const { return matrix_; }
  [[nodiscard]] const HistoryWeights& history_weights() const { return history_weights_; }
  [[nodiscard]] const std::shared_ptr<const RowUpdate>& update() const { return update_; }

  void accumulate(const History& history, float weight, ScoreBoard& board) const final;
  float explain(const History& history, ItemIndex item, std::span<float> parts) const final {
    float rest = 0;
    explain_each(history, {&item, 1}, parts, {&rest, 1});
    return rest;
  }
  void explain_each(const History& history, std::span<const ItemIndex> items,
                    std::span<float> parts, std::span<float> rests) const final;

 private:
  // The newest events that can count: older ones have weight 0 or next to nothing.
  [[nodiscard]] History recent(const History& history) const {
    const auto kept =
        std::min(history.events.size(), static_cast<std::size_t>(history_weights_.max_events));
    return {history.events.last(kept), history.now_us, history.user, history.news};
  }
  [[nodiscard]] bool knows(ItemIndex item) const { return 0 <= item && item < n_items(); }
  // Adds weight * what changes in the row that the news is of.
  void add_change(const ItemNews& news, float weight, ScoreBoard& board) const;
  // Calls visit(e, news of its item) for events that count and have some. Requires an update.
  template <class Visit>
  void for_each_news(const History& history, const News& news, std::span<const float> weights,
                     Visit&& visit) const {
    for (std::size_t e = 0; e < weights.size(); ++e) {
      if (weights[e] == 0) continue;
      const auto* of_item = news.find(update_->party(), history.events[e].item);
      if (of_item != nullptr) visit(e, *of_item);
    }
  }

  CsrMatrix matrix_;
  HistoryWeights history_weights_;
  std::shared_ptr<const RowUpdate> update_;
};

inline void ItemItemModel::accumulate(const History& history, float weight,
                                      ScoreBoard& board) const {
  const History newest = recent(history);
  thread_local std::vector<float> weights;
  weights.resize(newest.events.size());
  history_weights_.fill(newest, weights);
  for (std::size_t e = 0; e < weights.size(); ++e) {
    const ItemIndex item = newest.events[e].item;
    if (weights[e] != 0 && knows(item)) board.add(matrix_.row(item), weight * weights[e]);
  }
  if (history.news == nullptr || !update_) return;
  for_each_news(newest, *history.news, weights, [&](std::size_t e, const ItemNews& news) {
    add_change(news, weight * weights[e], board);
  });
}

inline void ItemItemModel::add_change(const ItemNews& news, float weight, ScoreBoard& board) const {
  const auto row = matrix_.row(news.item);
  std::vector<float> added(news.meetings.size());
  board.add(row, weight * (update_->apply(row, news, added) - 1));
  for (std::size_t m = 0; m < added.size(); ++m) {
    if (added[m] != 0) board.add(news.meetings[m].other, weight * added[m]);
  }
}

inline void ItemItemModel::explain_each(const History& history, std::span<const ItemIndex> items,
                                        std::span<float> parts, std::span<float> rests) const {
  std::fill(parts.begin(), parts.end(), 0.0f);
  std::fill(rests.begin(), rests.end(), 0.0f);
  const History newest = recent(history);
  std::vector<float> weights(newest.events.size());
  history_weights_.fill(newest, weights);
  const std::size_t n = history.events.size(), first = n - weights.size();
  for (std::size_t e = 0; e < weights.size(); ++e) {
    if (weights[e] == 0 || !knows(newest.events[e].item)) continue;
    const auto row = matrix_.row(newest.events[e].item);
    for (std::size_t i = 0; i < items.size(); ++i) {
      parts[i * n + first + e] = weights[e] * row.at(items[i]);
    }
  }
  if (history.news == nullptr || !update_) return;
  std::vector<std::pair<ItemIndex, std::size_t>> sorted;  // the items and their places
  for (const auto item : items) sorted.emplace_back(item, sorted.size());
  std::sort(sorted.begin(), sorted.end());
  for_each_news(newest, *history.news, weights, [&](std::size_t e, const ItemNews& news) {
    std::vector<float> added(news.meetings.size());
    const float kept = update_->apply(matrix_.row(news.item), news, added);
    for (std::size_t i = 0; i < items.size(); ++i) parts[i * n + first + e] *= kept;
    for (std::size_t m = 0; m < added.size(); ++m) {
      const ItemIndex other = news.meetings[m].other;
      auto at = std::lower_bound(sorted.begin(), sorted.end(), std::pair(other, std::size_t{0}));
      for (; at != sorted.end() && at->first == other; ++at) {
        parts[at->second * n + first + e] += weights[e] * added[m];
      }
    }
  });
}

}  // namespace endcap
