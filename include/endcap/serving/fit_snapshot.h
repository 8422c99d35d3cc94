#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/catalog/catalog.h"
#include "endcap/events/events.h"
#include "endcap/serving/snapshot.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {

class Recommender;

struct FitOptions {
  std::string target = "purchase";  // the kind to predict; where the log has none, every kind is
  Effort effort = Effort::kBalanced;
  std::vector<std::string> models = {};  // exactly these, by name; empty: chosen on the log
  // With Effort::kBest only; > 0 (900 if not given). How many trained models are tried: another is
  // while one as dear as the last of its shape fits into nine tenths of it. What is tried does not
  // otherwise depend on time.
  std::optional<double> time_budget_seconds = {};
  const Recommender* like = nullptr;  // if any: its models, weights and, where none is given,
                                      // catalogue; nothing is held out or chosen
  Context context = {};
};

// What a snapshot is made from: who did what, what there is, and who is whose guest. The events are
// let go as soon as they are histories, before anything is fitted.
struct ShopData {
  Events events;
  const Catalog& catalog;
  const People& people = kNobody;
  inline static const People kNobody = {};
};

// All that is known after the log: its events, the catalogue, and the blend fitted on both. Leaves
// `options.like` to its caller. Throws
// std::invalid_argument for an empty log, an unknown target or model name, or a
// time budget that is not positive or goes with less than the best effort.
[[nodiscard]] Snapshot fit_snapshot(ShopData data, const FitOptions& options = {});

// The same with the terms and weights of `like`: nothing is held out or chosen. The log may be
// empty.
[[nodiscard]] Snapshot refit_snapshot(ShopData data, const Blend& like,
                                      const Context& context = {});

// When a refresh fits models whose rows are solved (is_solved(), model_names.h).
enum class Solving {
  kNow,
  kLater,  // they stay as they are, behind the others, until the next refresh that does
};

// What follows `before` once the shop is `data`: as refit_snapshot() with its choice, but a trained
// model stays as it is until the next fit; new items say nothing to it.
[[nodiscard]] Snapshot refresh_snapshot(ShopData data, const Snapshot& before,
                                        const Context& context = {},
                                        Solving solving = Solving::kNow);

// A shop in which nothing has happened yet, with times: the models of the fast portfolio, which
// count alike.
[[nodiscard]] Snapshot first_snapshot(const Catalog& catalog, const Kinds& kinds,
                                      const Context& context = {});

}  // namespace endcap
