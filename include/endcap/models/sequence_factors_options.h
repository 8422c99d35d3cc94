#pragma once

#include <cstdint>

#include "endcap/base/error.h"

namespace endcap {

struct SequenceFactorsOptions {
  std::int32_t factors = 128;         // > 0: length of an item's vectors
  std::int32_t max_history = 50;      // > 0: the newest events that count
  float dropout = .5f;                // in [0, 1): share of numbers hidden while training
  float learning_rate = .006f;        // > 0
  std::int32_t batch_targets = 6000;  // > 0: next items predicted per step
  std::int32_t negatives = 512;       // >= 0: items drawn per step to tell them from; 0: all items
  std::int32_t epochs = 12;           // > 0: passes over the histories; the most, with a validation
  float averaging = .985f;            // in [0, 1): kept per step by the moving average of weights

  void validate() const {
    require(factors > 0, "factors", "be positive", factors);
    require(max_history > 0, "max_history", "be positive", max_history);
    require(dropout >= 0 && dropout < 1, "dropout", "be in [0, 1)", dropout);
    require(learning_rate > 0, "learning_rate", "be positive", learning_rate);
    require(batch_targets > 0, "batch_targets", "be positive", batch_targets);
    require(negatives >= 0, "negatives", "be 0 (all items) or more", negatives);
    require(epochs > 0, "epochs", "be positive", epochs);
    require(averaging >= 0 && averaging < 1, "averaging", "be in [0, 1)", averaging);
  }
};

}  // namespace endcap
