#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "endcap/catalog/catalog.h"
#include "endcap/events/kinds.h"
#include "endcap/ids/vocabulary.h"
#include "endcap/ranking/filter_cache.h"
#include "endcap/ranking/rules.h"

namespace endcap {

// Rules made ready for one shop: conditions parsed, names looked up. Immutable.
struct Plan {
  // A condition; without one, every item.
  using When = std::optional<Filter>;
  struct Raise {
    std::string rule;  // as the reasons name it
    When when;
    float factor;
  };
  struct Keep {  // at most so many of a value
    std::int32_t column;
    int at_most;
  };
  struct Veil {  // hides items of the history
    std::optional<std::int16_t> kind;
    When when;
    std::int64_t for_us;  // 0: for ever
  };

  Rules rules;
  std::uint64_t version = 0;
  When filter;  // of the rules
  When asked;   // of the question: no back-fill goes beyond it
  std::optional<std::vector<ItemIndex>> few, few_asked;  // all that filter and asked let pass
  std::optional<std::vector<ItemIndex>> allow;           // sorted
  std::vector<ItemIndex> block;
  std::vector<Veil> veils;
  std::vector<Raise> raises;
  std::vector<std::pair<int, ItemIndex>> pins;  // by position
  std::vector<Keep> keeps;
  std::optional<std::int32_t> variants, diversity_by;  // columns
  std::vector<When> backfill;
};

// What a plan is made for; all must outlive it.
struct PlanContext {
  const Catalog& catalog;
  const Vocabulary& items;
  const Kinds& kinds;
  const FilterCache& filters;
  std::span<const ItemIndex> item_of_row;  // of the catalogue
};

// Throws std::invalid_argument for rules that check() refuses, a wrong condition, an unknown column
// or kind; UnknownIdError for an item that the shop does not have. `filter` and `allow` narrow the
// rules' own further.
[[nodiscard]] Plan make_plan(Rules rules, const PlanContext& context,
                             const std::string& filter = {}, const std::vector<Id>& allow = {});

}  // namespace endcap
