#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/types.h"
#include "endcap/evaluation/bootstrap.h"
#include "endcap/storage/record.h"
#include "endcap/tuning/purpose.h"

namespace endcap {

struct BlendProblem;

// What the held-out queries of one kind say, in NDCG@20. Intervals hold 95 %,
// by the normal distribution of the mean over queries.
struct Examination {
  std::int64_t n_queries = 0;
  Interval blend = {};
  std::vector<Interval> alone = {};  // by model: its own list
  std::vector<Interval> gain = {};   // by model: what the blend has more than it has without it
  std::int32_t best = kNoIndex;      // the model whose own lists are best
  Interval over_best = {};           // what the blend has more than that one, query by query
};

// Throws what Progress throws. Costs a pass over the rows for each model.
[[nodiscard]] Examination examine(const BlendProblem& problem, std::span<const float> weights,
                                  const Context& context = {});

// What lists by the one scores of all rows, (n_rows,), have more than lists by the other ones, or
// than nothing where there are none, in NDCG@20.
[[nodiscard]] Interval ndcg_gain(const BlendProblem& problem, std::span<const float> scores,
                                 std::span<const float> over, const Context& context = {});

// What became of one model that a fit thought of.
struct TriedModel {
  std::string name;
  std::string fate = {};           // "in use", or why it is not
  double fit_seconds = 0;          // on the older part and on everything
  std::int64_t n_bytes = 0;        // of the fitted model, as in the model file
  float weights[kPurposes] = {};   // by Purpose, as the fit chose them
  Interval alone[kPurposes] = {};  // by Purpose, as in Examination
  Interval gain[kPurposes] = {};
};

// What a fit tried, what won and by how much, and what it noticed: for whoever
// answers for the lists. Times are microseconds UTC, 0 where there are none.
struct FitReport {
  static constexpr std::string_view kInUse = "in use";
  static constexpr std::string_view kNoGain = "no gain";
  static constexpr std::string_view kNoTime = "no time";
  static constexpr std::string_view kNotInstalled = "not installed";

  std::string held_out = "nothing";  // or "newest", "last", "random": what the queries ask for
  std::int64_t n_train = 0;          // events that models were compared on
  std::int64_t n_held_out = 0;       // events kept from them
  std::int64_t n_hold_outs = 0;      // parts of the log that were kept from them in turn
  std::int64_t begin_us = 0, cut_us = 0,
               end_us = 0;                 // of the log; what is held out is from cut on
  std::int64_t n_queries[kPurposes] = {};  // by Purpose
  Interval blend[kPurposes] = {};          // by Purpose, NDCG@20
  std::string best_model[kPurposes] = {};  // by Purpose: the best single one
  Interval over_best[kPurposes] = {};      // by Purpose: the blend's lead over it
  std::vector<TriedModel> models = {};
  std::vector<std::string> warnings = {};  // about the data, in plain words
  double seconds = 0;                      // the whole fit took

  // The models are those of the examination, in its order.
  void note(std::size_t purpose, std::span<const float> weights, const Examination& found);
  [[nodiscard]] TriedModel* find(std::string_view name);
};

void put_report(RecordWriter& record, const FitReport& report);
// Throws std::out_of_range if the record ends too early, std::invalid_argument for what is no
// number.
[[nodiscard]] FitReport get_report(RecordReader& record);

}  // namespace endcap
