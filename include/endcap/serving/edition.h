#pragma once

#include <utility>

#include "endcap/serving/list_maker.h"
#include "endcap/serving/overlay.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// All that an answer is made from: a snapshot and what arrived since. A recommender publishes one
// after the other; each answer is made from one.
struct Edition {
  explicit Edition(Snapshot fitted) : snapshot(std::move(fitted)) {}

  const Snapshot snapshot;
  Overlay overlay{snapshot};
  const ListMaker lists{snapshot, overlay};
};

}  // namespace endcap
