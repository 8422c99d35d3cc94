#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "endcap/tuning/model_names.h"

namespace endcap {

[[nodiscard]] inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Decides which trained models are tried. Every model, trained or not, is fitted on each hold-out
// and on everything: what that will take is set aside.
class TrainingBudget {
 public:
  struct Exceeded {};

  TrainingBudget(double seconds, std::size_t fits)
      : seconds_(seconds), n_later_(static_cast<double>(fits) - 1) {}

  // Whether the model fits in: as dear as another of its shape was, or else as the last.
  [[nodiscard]] bool allows(const std::string& name) const {
    if (!is_trained(name)) return true;
    const auto known = of_shape_.find(shape_of(name));
    return fits(known == of_shape_.end() ? last_ : known->second);
  }
  void begin_model() {
    model_start_ = std::chrono::steady_clock::now();
    looked_ = 0;
  }
  // After so many epochs of the model's first fit. Throws Exceeded at the first look at one that
  // will not be done in time; then no other as dear is begun.
  void look(std::int32_t epochs) {
    constexpr double kUsualEpochs = 12;
    if (std::exchange(looked_, epochs) > 0) return;
    const double spent = seconds_since(model_start_), fit = spent * kUsualEpochs / epochs;
    if (fits({.first = fit - spent, .later = fit})) return;
    last_ = {.first = fit, .later = fit};
    throw Exceeded{};
  }
  // `seconds` of the model's first fit, and the epochs that were best, 0 if it is not trained:
  // later fits end with them.
  void spend(const std::string& name, double seconds, std::int32_t epochs = 0) {
    Cost cost{.first = seconds, .later = seconds};
    if (looked_ > 0 && epochs > 0) cost.later *= static_cast<double>(epochs) / looked_;
    reserved_ += n_later_ * cost.later;
    if (is_trained(name)) last_ = of_shape_[std::string(shape_of(name))] = cost;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  // Seconds of a model's fits: of the first, and of each that follows.
  struct Cost {
    double first = 0, later = 0;
  };

  [[nodiscard]] bool fits(const Cost& cost) const {
    const double spent = seconds_since(start_);
    return spent + reserved_ + cost.first + n_later_ * cost.later <= seconds_;
  }

  double seconds_, n_later_;
  double reserved_ = 0;                                // seconds of all fits to come
  Cost last_;                                          // of the last trained model
  std::map<std::string, Cost, std::less<>> of_shape_;  // of trained models
  std::int32_t looked_ = 0;                            // epochs of the model at its last look
  Time start_ = std::chrono::steady_clock::now(), model_start_ = start_;
};

}  // namespace endcap
