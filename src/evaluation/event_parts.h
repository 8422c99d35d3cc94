#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "endcap/evaluation/split.h"

namespace endcap {

// What a split does with one event.
enum class Role : std::uint8_t {
  kDropped,
  kTrain,    // learned from, and part of its visitor's history
  kHistory,  // part of a query's history only
  kAnswer,   // asked for
};

// A split in the making: a role for every row of the log.
class EventParts {
 public:
  // Every row is in train at first. The log must outlive this.
  EventParts(const Events& events, const SplitOptions& options);

  [[nodiscard]] std::span<Role> roles() { return roles_; }
  [[nodiscard]] std::size_t begin_of(std::int32_t user) const;
  [[nodiscard]] std::size_t end_of(std::int32_t user) const;
  [[nodiscard]] bool is_target(std::size_t row) const;

  // The row's visitor answers for what they do from this row on, and for what stands at its time.
  void ask_from(std::int32_t user, std::size_t row, Role before);

  // One query per visitor.
  [[nodiscard]] Split by_visitor(bool known) const;
  // One query per number of `query_of_row`, (n_events,), asked by strangers; kNoIndex: no query.
  [[nodiscard]] Split by_query(std::span<const std::int32_t> query_of_row,
                               std::int32_t n_queries) const;

 private:
  [[nodiscard]] Split finish(std::span<const std::int32_t> query_of_row, const Vocabulary& names,
                             bool known) const;

  const Events& events_;
  std::vector<bool> is_target_;  // by kind
  std::vector<Role> roles_;      // by row
};

}  // namespace endcap
