#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "endcap/base/index_count.h"
#include "endcap/events/events.h"

namespace endcap {

// Collects events that come one by one, in any order, into a log.
class EventGatherer {
 public:
  EventGatherer(Kinds kinds, Order order) {
    columns_.kinds = std::move(kinds);
    columns_.order = order;
  }

  // What ids are called in add(), to be asked once for many events.
  [[nodiscard]] std::int32_t user(const Id& id) { return users_.number(id); }
  [[nodiscard]] std::int32_t item(const Id& id) { return items_.number(id); }

  // Requires a kind of the table. `session`: a session_key() or kNoIndex. `quantity` counts where
  // there is no order.
  void add(std::int32_t user, std::int32_t item, std::int16_t kind, std::int64_t time_us,
           std::int32_t session = kNoIndex, float quantity = 1) {
    columns_.user.push_back(user);
    columns_.item.push_back(item);
    columns_.kind.push_back(kind);
    columns_.time_us.push_back(time_us);
    columns_.session.push_back(session);
    columns_.quantity.push_back(quantity);
    any_session_ = any_session_ || session != kNoIndex;
  }

  // The log of all of them; it may be empty. Throws std::invalid_argument as Events does.
  [[nodiscard]] Events finish() && {
    if (columns_.item.empty()) return Events::none(std::move(columns_.kinds), columns_.order);
    columns_.users = users_.finish(columns_.user);
    columns_.items = items_.finish(columns_.item);
    if (!any_session_) columns_.session.clear();
    if (columns_.order != Order::kNone) columns_.quantity.clear();
    return Events(std::move(columns_));
  }

 private:
  // Ids numbered as they come, and by their order in the end.
  class Numbering {
   public:
    std::int32_t number(const Id& id) {
      return numbers_.emplace(id, index_count("number of ids", numbers_.size())).first->second;
    }
    Vocabulary finish(std::vector<std::int32_t>& column) const {
      std::vector<Id> ids;
      ids.reserve(numbers_.size());
      for (const auto& entry : numbers_) ids.push_back(entry.first);
      auto vocabulary = Vocabulary::from_ids(std::move(ids));
      std::vector<std::int32_t> sorted(numbers_.size());
      for (const auto& [id, number] : numbers_) {
        sorted[static_cast<std::size_t>(number)] = *vocabulary.find(id);
      }
      for (auto& value : column) value = sorted[static_cast<std::size_t>(value)];
      return vocabulary;
    }

   private:
    std::unordered_map<Id, std::int32_t> numbers_;
  };

  EventColumns columns_;
  Numbering users_, items_;
  bool any_session_ = false;
};

}  // namespace endcap
