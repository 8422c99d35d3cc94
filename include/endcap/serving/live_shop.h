#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "endcap/base/context.h"
#include "endcap/base/published.h"
#include "endcap/events/events.h"
#include "endcap/serving/edition.h"

namespace endcap {

// The live half of a recommender: what is told goes into the overlay of the present edition;
// refresh() folds it into the next one and publishes that. Any number of threads may do all of
// this at once, and none of it makes a reader wait.
class LiveShop {
 public:
  explicit LiveShop(Snapshot first) : editions_(std::make_unique<Edition>(std::move(first))) {}

  // What an answer is made from, kept for as long as it is held.
  [[nodiscard]] Published<Edition>::Pinned now() const { return editions_.read(); }

  // The next answer for this visitor knows the event. Throws std::invalid_argument for an unknown
  // kind, an id of the wrong type or a bad time, UnknownIdError for an unknown item.
  void observe(const Event& event);

  // Publishes the edition that a fit of all events would give, with the present choice of models.
  void refresh(const Context& context = {});

 private:
  Published<Edition> editions_;
  std::mutex changing_;    // held while an overlay changes or is exchanged
  std::mutex refreshing_;  // one refresh at a time
};

}  // namespace endcap
