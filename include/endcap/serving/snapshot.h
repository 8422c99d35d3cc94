#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "endcap/catalog/catalog.h"
#include "endcap/events/kinds.h"
#include "endcap/ids/vocabulary.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/scorer.h"
#include "endcap/people/people.h"
#include "endcap/ranking/rules.h"
#include "endcap/storage/container.h"
#include "endcap/tuning/blend.h"

namespace endcap {

// All that a recommender knows at one moment: who did what, what there is, and the fitted blend.
// Immutable, so any number of threads may read; its arrays may lie in a mapped file.
struct Snapshot {
  Vocabulary users, items;
  Kinds kinds;
  Catalog catalog;
  Array<std::int32_t> catalog_row;  // (n_items,): the item's row in the catalogue, or kNoIndex
  Interactions histories;           // (n_users) lists of all events of positive kinds
  Array<std::int32_t> sessions;     // (n_baskets,): session_key() of each basket of the histories,
                                    // -1 for none, users in turn; empty where there are no sessions
  CsrMatrix dislikes;               // (n_users, n_items): events of negative kinds
  People people;                    // whose ids belong together, and what they declared
  Blend blend;
  std::map<std::string, Rules> scenarios;  // by name, as they were at the fit, or when saved

  [[nodiscard]] std::int32_t n_items() const { return items.size(); }

  // Throws std::system_error.
  void save(const std::filesystem::path& path) const;
  // Throws CorruptFileError, std::system_error.
  [[nodiscard]] static Snapshot load(const std::filesystem::path& path);
};

}  // namespace endcap
