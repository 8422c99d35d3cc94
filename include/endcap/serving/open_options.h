#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/catalog/catalog.h"
#include "endcap/events/kinds.h"

namespace endcap {

// How Recommender::open opens a folder.
struct OpenOptions {
  std::optional<Catalog> catalog = {};  // in place of the one that the folder keeps
  std::optional<Kinds> kinds = {};      // the same
  // What arrives is folded into the next snapshot so long after it came, by a thread of the shop's
  // own; later where that takes longer. 0: only refresh() does. Until then models that count which
  // items go together have counted it nearly. The dearest models (EASE, SLIST)
  // follow as soon as nothing new comes, or with the model's next save.
  double fold_seconds = 0.2;
  Context context = {};  // for opening; the thread itself uses one core
};

// How an open shop is. Serving goes on whatever this says.
struct Health {
  bool writable = true;        // whether events can be told
  std::string problem = {};    // why not, or why the last folding failed
  std::int64_t n_waiting = 0;  // events that arrived and are not in the snapshot yet
  // Models of the snapshot that have not counted the newest of its events yet.
  std::vector<std::string> models_behind = {};
};

}  // namespace endcap
