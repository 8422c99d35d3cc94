#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/matrix/interactions.h"

namespace endcap::detail {

// The row of the matrix that a history stands for: each item once, ascending.
struct AlsCells {
  std::vector<std::int32_t> items;
  std::vector<float> confidences;   // 1, or the weight of the event
  std::vector<std::size_t> events;  // the event that counts: the heaviest, of equals the newest

  AlsCells(std::span<const Interaction> history, std::int32_t n_items, bool use_event_weights) {
    for (std::size_t e = 0; e < history.size(); ++e) {
      if (0 <= history[e].item && history[e].item < n_items) events.push_back(e);
    }
    const auto confidence = [&](std::size_t e) {
      return use_event_weights ? history[e].weight : 1.0f;
    };
    std::sort(events.begin(), events.end(), [&](std::size_t a, std::size_t b) {
      if (history[a].item != history[b].item) return history[a].item < history[b].item;
      return std::pair(confidence(a), a) > std::pair(confidence(b), b);
    });
    const auto same = [&](std::size_t a, std::size_t b) {
      return history[a].item == history[b].item;
    };
    events.erase(std::unique(events.begin(), events.end(), same), events.end());
    for (const auto e : events) {
      items.push_back(history[e].item);
      confidences.push_back(confidence(e));
    }
  }

  [[nodiscard]] SparseRow row() const& { return {items, confidences}; }
  SparseRow row() const&& = delete;
};

// (n_users, n_items): the cells of all histories.
inline CsrMatrix als_matrix(const Interactions& interactions, bool use_event_weights) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (UserIndex user = 0; user < interactions.n_users(); ++user) {
    const AlsCells cells(interactions.events_of(user), interactions.n_items(), use_event_weights);
    columns.insert(columns.end(), cells.items.begin(), cells.items.end());
    values.insert(values.end(), cells.confidences.begin(), cells.confidences.end());
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {interactions.n_items(), std::move(offsets), std::move(columns), std::move(values)};
}

}  // namespace endcap::detail
