#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "endcap/ranking/rules.h"

namespace endcap {

// A shop's named scenarios, edited while they are read. A reader keeps the rules that it found.
class RuleBook {
 public:
  using Scenarios = std::map<std::string, Rules>;

  explicit RuleBook(const Scenarios& scenarios = {}) {
    for (const auto& [name, rules] : scenarios) set(name, rules);
  }

  void set(const std::string& name, Rules rules) {
    auto made = std::make_shared<const Rules>(std::move(rules));
    const std::lock_guard lock(mutex_);
    scenarios_[name] = std::move(made);
  }

  // Throws std::invalid_argument listing the scenarios that there are.
  [[nodiscard]] std::shared_ptr<const Rules> at(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    if (const auto found = scenarios_.find(name); found != scenarios_.end()) return found->second;
    std::string known;
    for (const auto& [one, rules] : scenarios_) known += (known.empty() ? "" : ", ") + one;
    throw std::invalid_argument("scenario must be one of " + (known.empty() ? "(none)" : known) +
                                ", got " + name);
  }

  // Throws as at() does.
  void remove(const std::string& name) {
    (void)at(name);
    const std::lock_guard lock(mutex_);
    scenarios_.erase(name);
  }

  [[nodiscard]] Scenarios all() const {
    const std::lock_guard lock(mutex_);
    Scenarios copy;
    for (const auto& [name, rules] : scenarios_) copy.emplace(name, *rules);
    return copy;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Rules>> scenarios_;
};

}  // namespace endcap
