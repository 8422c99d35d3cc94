#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/error.h"
#include "endcap/models/detail/session_index.h"
#include "endcap/models/scorer.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// Spans are in mean sessions: after that many events, what is weighed counts 1/e.
struct SessionKnnOptions {
  int neighbors = 500;      // > 0: most alike sessions that vote
  int sessions = 2500;      // > 0: of each item, the newest that are compared
  int max_events = 50;      // > 0: newest events of a session that count
  float history_span = 1;   // > 0: older events find fewer neighbours
  float neighbor_span = 1;  // > 0: what lies far from the shared item in the neighbour says less
  float match_span = 1;     // > 0: a neighbour that shares only old events says less
  float idf_weight = 5;     // >= 0: rare items gain 1 + idf_weight * ln(sessions / of the item)
  float age_share = 0.5f;   // > 0: of the log's time, after which a session counts 1/e

  void validate() const;
};

// Sessions like the visitor's own, and what else they hold. With L events, distance d of event e
// from the newest and p_e = exp(-d / history_span), for the newest event of each item:
//   similarity(s) = age(s) * sum over shared items of p_e / (|p| sqrt(items of s))
//   score(y) = sum over the most alike sessions s that hold y of similarity(s) * idf(y)
//     * exp(-|place of y - place of the newest shared item| / neighbor_span)
//     * exp(-distance of the newest shared event / match_span)
// all divided by the root of the sum of similarities, so that those with few neighbours and those
// with many get scores that another model's can be added to.
// The visitor's own session is no neighbour. Without times a session is as old as the number of
// sessions after it where users come in their order (newest_visitors_last), elsewhere all are of
// one age; of the more than `sessions` of an item the last users' are compared. Sources: D. Garg,
// P. Gupta, P. Malhotra, L. Vig, G. Shroff, "Sequence and Time Aware Neighborhood for Session-based
// Recommendations: STAN", SIGIR 2019; M. Ludewig, N. Mauro, S. Latifi, D. Jannach, "Empirical
// Analysis of Session-Based Recommendation Algorithms", UMUAI 31, 2021 (VSTAN); B. Kersbergen, O.
// Sprangers, S. Schelter, "Serenade - Low-Latency Session-Based Recommendation in e-Commerce at
// Scale", SIGMOD 2022 (the index). Fitting sorts the events; a query costs the sessions that it
// compares, at most its items times `sessions`. Immutable once fitted, so any number of threads may
// score at once.
class SessionKnn final : public Scorer {
 public:
  // Throws std::invalid_argument for an option out of range or interactions without an order.
  [[nodiscard]] static SessionKnn fit(const Interactions& interactions,
                                      const SessionKnnOptions& options = {},
                                      const Context& context = {});

  // Throws std::invalid_argument for an option out of range or arrays that disagree.
  SessionKnn(const SessionKnnOptions& options, detail::SessionIndex index);

  [[nodiscard]] std::int32_t n_items() const override { return index_.postings.size(); }
  [[nodiscard]] const SessionKnnOptions& options() const { return options_; }
  [[nodiscard]] const detail::SessionIndex& index() const { return index_; }

  void accumulate(const History& history, float weight, ScoreBoard& board) const override;

  // An event's part is its share of each neighbour's similarity: exact for the history as it is;
  // without the event other sessions would be neighbours.
  float explain(const History& history, ItemIndex item, std::span<float> parts) const override;
  void explain_each(const History& history, std::span<const ItemIndex> items,
                    std::span<float> parts, std::span<float> rests) const override;

 private:
  // One item of the visitor's, at its newest event.
  struct Own {
    ItemIndex item;
    std::size_t event;
    std::size_t distance;  // from the newest event
    float weight;          // p_e / |p|
  };
  // Newest first.
  [[nodiscard]] std::vector<Own> own_items(const History& history) const;
  // The neighbours and their similarities over the root of their sum, the most alike first.
  [[nodiscard]] std::vector<ScoredItem> neighbors_of(const std::vector<Own>& own,
                                                     UserIndex user) const;
  // Calls visit(place, factor) for each place of the session: the factor of its item's vote.
  template <class Visit>
  void vote(const std::vector<Own>& own, std::int32_t session, Visit&& visit) const;
  [[nodiscard]] float fade(std::size_t distance, float span) const {
    return std::exp(-static_cast<float>(distance) / (span * index_.mean_length));
  }

  SessionKnnOptions options_;
  detail::SessionIndex index_;
};

inline void SessionKnnOptions::validate() const {
  require(neighbors > 0, "neighbors", "be positive", neighbors);
  require(sessions > 0, "sessions", "be positive", sessions);
  require(max_events > 0, "max_events", "be positive", max_events);
  require(history_span > 0, "history_span", "be positive", history_span);
  require(neighbor_span > 0, "neighbor_span", "be positive", neighbor_span);
  require(match_span > 0, "match_span", "be positive", match_span);
  require(idf_weight >= 0, "idf_weight", "be 0 or more", idf_weight);
  require(age_share > 0, "age_share", "be positive", age_share);
}

inline SessionKnn::SessionKnn(const SessionKnnOptions& options, detail::SessionIndex index)
    : options_(options), index_(std::move(index)) {
  options_.validate();
  index_.validate();
}

inline SessionKnn SessionKnn::fit(const Interactions& interactions,
                                  const SessionKnnOptions& options, const Context&) {
  require(interactions.order() != Order::kNone, "interactions", "have an order", "sets");
  options.validate();
  return {options, detail::session_index(interactions, options.max_events, options.sessions,
                                         options.idf_weight, options.age_share)};
}

inline std::vector<SessionKnn::Own> SessionKnn::own_items(const History& history) const {
  const auto n = history.events.size();
  std::vector<Own> own;
  double squares = 0;
  for (std::size_t d = 0; d < std::min(n, static_cast<std::size_t>(options_.max_events)); ++d) {
    const ItemIndex item = history.events[n - 1 - d].item;
    const bool known = 0 <= item && item < n_items();
    const auto same = [&](const Own& other) { return other.item == item; };
    if (!known || std::any_of(own.begin(), own.end(), same)) continue;
    own.push_back({item, n - 1 - d, d, fade(d, options_.history_span)});
    squares += own.back().weight * own.back().weight;
  }
  for (auto& event : own) event.weight /= static_cast<float>(std::sqrt(squares));
  return own;
}

inline std::vector<ScoredItem> SessionKnn::neighbors_of(const std::vector<Own>& own,
                                                        UserIndex user) const {
  thread_local std::vector<float> sums;  // 0 but where an interrupted query has touched it
  thread_local std::vector<std::int32_t> touched;
  for (const auto session : touched) sums[static_cast<std::size_t>(session)] = 0;
  touched.clear();
  sums.resize(std::max(sums.size(), index_.ages.size()));
  for (const auto& event : own) {
    for (const auto session : index_.postings[event.item]) {
      float& sum = sums[static_cast<std::size_t>(session)];
      if (sum == 0) touched.push_back(session);
      sum += event.weight;
    }
  }
  TopK best(std::min(options_.neighbors, static_cast<int>(touched.size())));
  for (const auto session : touched) {
    const auto s = static_cast<std::size_t>(session);
    if (index_.users[s] != user) best.offer({session, sums[s] * index_.ages[s]});
  }
  auto neighbors = best.take();
  double total = 0;
  for (const auto& neighbor : neighbors) total += neighbor.score;
  const auto root = static_cast<float>(std::sqrt(total));
  for (auto& neighbor : neighbors) neighbor.score = root > 0 ? neighbor.score / root : 0;
  return neighbors;
}

template <class Visit>
void SessionKnn::vote(const std::vector<Own>& own, std::int32_t session, Visit&& visit) const {
  const auto items = index_.sessions[session];
  const auto place_of = [&](ItemIndex item) {
    return static_cast<std::size_t>(std::find(items.begin(), items.end(), item) - items.begin());
  };
  std::size_t newest = 0;
  while (newest < own.size() && place_of(own[newest].item) == items.size()) ++newest;
  if (newest == own.size()) return;  // a damaged index: it shares nothing after all
  const auto last = place_of(own[newest].item);
  const float match = fade(own[newest].distance, options_.match_span);
  for (std::size_t place = 0; place < items.size(); ++place) {
    const auto apart = place > last ? place - last : last - place;
    visit(place, match * fade(apart, options_.neighbor_span) *
                     index_.rarity[static_cast<std::size_t>(items[place])]);
  }
}

inline void SessionKnn::accumulate(const History& history, float weight, ScoreBoard& board) const {
  const auto own = own_items(history);
  for (const auto& [session, similarity] : neighbors_of(own, history.user)) {
    const auto items = index_.sessions[session];
    const float scale = weight * similarity;
    vote(own, session,
         [&](std::size_t place, float factor) { board.add(items[place], scale * factor); });
  }
}

inline float SessionKnn::explain(const History& history, ItemIndex item,
                                 std::span<float> parts) const {
  float rest = 0;
  explain_each(history, {&item, 1}, parts, {&rest, 1});
  return rest;
}

inline void SessionKnn::explain_each(const History& history, std::span<const ItemIndex> asked,
                                     std::span<float> parts, std::span<float> rests) const {
  std::fill(parts.begin(), parts.end(), 0.0f);
  std::fill(rests.begin(), rests.end(), 0.0f);
  const auto own = own_items(history);
  for (const auto& [session, similarity] : neighbors_of(own, history.user)) {
    const auto items = index_.sessions[session];
    if (similarity == 0) continue;
    const auto is_shared = [&](const Own& event) {
      return std::find(items.begin(), items.end(), event.item) != items.end();
    };
    float sum = 0;
    for (const auto& event : own) sum += is_shared(event) ? event.weight : 0;
    const float share = similarity / sum;
    vote(own, session, [&](std::size_t place, float factor) {
      const auto found = std::find(asked.begin(), asked.end(), items[place]);
      if (found == asked.end()) return;
      const auto of_item =
          parts.subspan(static_cast<std::size_t>(found - asked.begin()) * history.events.size());
      for (const auto& event : own) {
        if (is_shared(event)) of_item[event.event] += share * factor * event.weight;
      }
    });
  }
}

}  // namespace endcap
