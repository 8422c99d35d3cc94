#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "endcap/people/people.h"

namespace endcap {

// Who is whose guest and what people declared, changed while it is read. Any number of threads may
// do both; a lock is held for a look or a change.
class PeopleBook {
 public:
  explicit PeopleBook(People people) : people_(std::move(people)) {}

  [[nodiscard]] People all() const {
    const std::shared_lock lock(mutex_);
    return people_;
  }
  [[nodiscard]] std::vector<Id> ids_of(const Id& user) const {
    const std::shared_lock lock(mutex_);
    return people_.ids_of(user);
  }
  [[nodiscard]] std::vector<Preference> preferences_of(const Id& user) const {
    const std::shared_lock lock(mutex_);
    return people_.preferences_of(user);
  }

  template <class Change>
  void change(Change&& change) {
    const std::unique_lock lock(mutex_);
    change(people_);
  }

 private:
  mutable std::shared_mutex mutex_;
  People people_;
};

}  // namespace endcap
