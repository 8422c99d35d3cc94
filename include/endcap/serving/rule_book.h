#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "endcap/ranking/rules_record.h"

namespace endcap {

// A shop's named scenarios, edited while they are read. A reader keeps the rules that it found.
class RuleBook {
  using Book = std::map<std::string, std::shared_ptr<const Rules>>;

 public:
  explicit RuleBook(const Scenarios& scenarios = {}) : book_(made(scenarios)) {}

  // `keep(scenarios)` stores what will be in force; if it throws, nothing changes.
  template <class Keep>
  void set(const std::string& name, const Rules& rules, Keep&& keep) {
    change(keep, [&](Book& book) { book[name] = std::make_shared<const Rules>(rules); });
  }
  // The same; throws as at() does.
  template <class Keep>
  void remove(const std::string& name, Keep&& keep) {
    change(keep, [&](Book& book) {
      (void)found(book, name);
      book.erase(name);
    });
  }

  // Throws std::invalid_argument listing the scenarios that there are.
  [[nodiscard]] std::shared_ptr<const Rules> at(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return found(book_, name);
  }

  [[nodiscard]] Scenarios all() const {
    const std::lock_guard lock(mutex_);
    return scenarios_of(book_);
  }

 private:
  template <class Keep, class Edit>
  void change(Keep&& keep, Edit&& edit) {
    const std::lock_guard one(changing_);
    auto book = book_;
    edit(book);
    keep(scenarios_of(book));
    const std::lock_guard lock(mutex_);
    book_.swap(book);
  }

  static Book made(const Scenarios& scenarios) {
    Book book;
    for (const auto& [name, rules] : scenarios) {
      book.emplace(name, std::make_shared<const Rules>(rules));
    }
    return book;
  }
  static Scenarios scenarios_of(const Book& book) {
    Scenarios scenarios;
    for (const auto& [name, rules] : book) scenarios.emplace(name, *rules);
    return scenarios;
  }
  static std::shared_ptr<const Rules> found(const Book& book, const std::string& name) {
    if (const auto rules = book.find(name); rules != book.end()) return rules->second;
    std::string known;
    for (const auto& [one, rules] : book) known += (known.empty() ? "" : ", ") + one;
    throw std::invalid_argument("scenario must be one of " + (known.empty() ? "(none)" : known) +
                                ", got " + name);
  }

  std::mutex changing_;       // held by one who changes; taken before mutex_
  mutable std::mutex mutex_;  // held for a look; book_ changes under both
  Book book_;
};

}  // namespace endcap
