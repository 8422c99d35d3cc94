#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "endcap/events/events.h"
#include "endcap/ids/vocabulary.h"

namespace endcap {

// One honest examination: what a model may learn from, what it is asked, and what was right. Where
// a split goes by time or order, no history holds an event as late as the first that its query asks
// for, so that neither the order of a file nor an equal time gives anything away.
struct Split {
  Events train;      // to fit on; it names nothing that only answers have
  Events histories;  // what the visitor of each query had done when asked; its users: the queries
  std::vector<std::vector<Id>> relevant;  // (n_queries): what they did then, sorted, each id once
  bool known = true;  // the queries' users are users of train; else they are strangers to it

  [[nodiscard]] std::int64_t n_queries() const {
    return static_cast<std::int64_t>(relevant.size());
  }
};

// `target`: the kind of event that is asked for; any kind where the log has none of it. Kinds of
// negative weight are never asked for. All functions below throw std::invalid_argument for an
// unknown target, a number out of range, or a log that leaves nothing to learn or to ask.
struct SplitOptions {
  std::string target = "purchase";
  std::uint64_t seed = 0;
};

// As the shop would have stood at `cut_us`: trained on all events before it, asked for those from
// then on, of visitors who had been there. The strictest split. Needs times.
[[nodiscard]] Split split_by_time(const Events& events, std::int64_t cut_us,
                                  const SplitOptions& options = {});

// Each visitor's newest n events, and what stands at the same time as the oldest of them; n > 0.
// Train holds newer events of others, which flatters what follows trends. Needs an order.
[[nodiscard]] Split split_last(const Events& events, int n = 1, const SplitOptions& options = {});

// Each visitor's newest n baskets, n > 0: sessions of the log, or days where it has times but no
// sessions. Train holds newer events of others. Needs an order, and sessions or times.
[[nodiscard]] Split split_baskets(const Events& events, int n = 1,
                                  const SplitOptions& options = {});

// The last event of each visit, given the ones before it in the same visit, by strangers. The
// newest `share` of the visits is asked; where there are no times, a random share. A visit is a
// session of the log, or a visitor's day; without times or sessions, a visitor. Visits under way at
// the cut are in neither part. Needs an order.
[[nodiscard]] Split split_sessions(const Events& events, double share = 0.1,
                                   const SplitOptions& options = {});

// Items that nobody had before: a random `share` of the items is taken out of train, and asked for.
// With times, train ends at `cut_us` (default: nine tenths of the log's span) and answers are from
// then on; without, a history is what else the visitor had. Fit with a catalogue that names them.
[[nodiscard]] Split split_cold_items(const Events& events, double share = 0.1,
                                     std::optional<std::int64_t> cut_us = {},
                                     const SplitOptions& options = {});

// Strangers: all events of one fold's users are taken out of train, and the newest `share` of each
// one's events is asked for, given the rest; a random share where there is no order. 0 <= fold <
// folds; over all folds each user is asked once.
[[nodiscard]] Split split_users(const Events& events, int fold, int folds = 5, double share = 0.2,
                                const SplitOptions& options = {});

// Each event with probability `share`: for logs without times or order.
[[nodiscard]] Split split_at_random(const Events& events, double share = 0.2,
                                    const SplitOptions& options = {});

}  // namespace endcap
