#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "endcap/tuning/portfolio.h"

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
      : seconds_(seconds), fits_(static_cast<double>(fits)) {}

  // Whether another model as dear as the last fits in.
  [[nodiscard]] bool allows(const std::string& name) const {
    return !is_trained(name) || seconds_since(start_) + reserved_ + fits_ * last_ <= seconds_;
  }
  void begin_model() {
    model_start_ = std::chrono::steady_clock::now();
    looked_ = false;
  }
  // Throws Exceeded at the first look at a model that will not be done in time; then no other as
  // dear is begun.
  void look(std::int32_t epochs) {
    constexpr double kUsualEpochs = 12;
    if (std::exchange(looked_, true)) return;
    const double spent = seconds_since(model_start_), fit = spent * kUsualEpochs / epochs;
    if (seconds_since(start_) + reserved_ + fits_ * fit - spent <= seconds_) return;
    last_ = fit;
    throw Exceeded{};
  }
  void spend(const std::string& name, double seconds) {
    reserved_ += (fits_ - 1) * seconds;
    if (is_trained(name)) last_ = seconds;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  double seconds_, fits_;
  double last_ = 0, reserved_ = 0;  // seconds: the last trained model's first fit, all to come
  bool looked_ = false;
  Time start_ = std::chrono::steady_clock::now(), model_start_ = start_;
};

}  // namespace endcap
