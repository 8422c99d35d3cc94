#include "event_parts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "endcap/base/error.h"

namespace endcap {
namespace {

// The ids in use, and the new number of each old one.
struct Renumbered {
  Vocabulary ids;
  std::vector<std::int32_t> number;  // kNoIndex where it is not in use
};

Renumbered renumber(const Vocabulary& ids, const std::vector<bool>& used) {
  Renumbered result{.ids = {}, .number = std::vector<std::int32_t>(used.size(), kNoIndex)};
  std::vector<Id> kept;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    result.number[i] = static_cast<std::int32_t>(kept.size());
    kept.push_back(ids.id(static_cast<std::int32_t>(i)));
  }
  result.ids = Vocabulary::from_ids(std::move(kept));
  return result;
}

template <class T>
std::vector<T> picked(const Array<T>& column, const std::vector<std::size_t>& rows) {
  std::vector<T> values;
  if (column.empty()) return values;
  values.reserve(rows.size());
  for (const auto row : rows) values.push_back(column[row]);
  return values;
}

// Some rows of a log as a log of its own, row r of user user_of[r] among `users`.
Events select(const Events& events, const std::vector<std::size_t>& rows,
              std::span<const std::int32_t> user_of, const Vocabulary& users) {
  std::vector<bool> user_used(static_cast<std::size_t>(users.size()));
  std::vector<bool> item_used(static_cast<std::size_t>(events.items().size()));
  for (const auto row : rows) {
    user_used[static_cast<std::size_t>(user_of[row])] = true;
    item_used[static_cast<std::size_t>(events.item()[row])] = true;
  }
  auto new_users = renumber(users, user_used);
  auto new_items = renumber(events.items(), item_used);
  EventColumns columns;
  for (const auto row : rows) {
    columns.user.push_back(new_users.number[static_cast<std::size_t>(user_of[row])]);
    columns.item.push_back(new_items.number[static_cast<std::size_t>(events.item()[row])]);
  }
  columns.users = std::move(new_users.ids);
  columns.items = std::move(new_items.ids);
  columns.kinds = events.kinds();
  columns.order = events.order();
  columns.kind = picked(events.kind(), rows);
  columns.time_us = picked(events.time_us(), rows);
  columns.quantity = picked(events.quantity(), rows);
  columns.price = picked(events.price(), rows);
  columns.session = picked(events.session(), rows);
  return Events(std::move(columns));
}

std::vector<std::int32_t> users_of_rows(const Events& events) {
  std::vector<std::int32_t> user_of;
  user_of.reserve(static_cast<std::size_t>(events.size()));
  for (std::int32_t user = 0; user < events.users().size(); ++user) {
    const auto u = static_cast<std::size_t>(user);
    user_of.insert(user_of.end(),
                   static_cast<std::size_t>(events.offsets()[u + 1] - events.offsets()[u]), user);
  }
  return user_of;
}

std::vector<bool> target_kinds(const Events& events, const std::string& target) {
  const auto& kinds = events.kinds();
  const auto wanted = kinds.at(target);
  const bool occurs =
      std::find(events.kind().begin(), events.kind().end(), wanted) != events.kind().end();
  std::vector<bool> is_target(static_cast<std::size_t>(kinds.size()));
  for (std::int16_t kind = 0; kind < kinds.size(); ++kind) {
    is_target[static_cast<std::size_t>(kind)] =
        kinds[kind].weight > 0 && (kind == wanted || !occurs);
  }
  return is_target;
}

}  // namespace

EventParts::EventParts(const Events& events, const SplitOptions& options)
    : events_(events),
      is_target_(target_kinds(events, options.target)),
      roles_(static_cast<std::size_t>(events.size()), Role::kTrain) {}

std::size_t EventParts::begin_of(std::int32_t user) const {
  return static_cast<std::size_t>(events_.offsets()[static_cast<std::size_t>(user)]);
}

std::size_t EventParts::end_of(std::int32_t user) const {
  return static_cast<std::size_t>(events_.offsets()[static_cast<std::size_t>(user) + 1]);
}

bool EventParts::is_target(std::size_t row) const {
  return is_target_[static_cast<std::size_t>(events_.kind()[row])];
}

void EventParts::ask_from(std::int32_t user, std::size_t row, Role before) {
  const auto begin = begin_of(user), end = end_of(user);
  while (row > begin && events_.time_us()[row - 1] == events_.time_us()[row]) --row;
  std::fill(roles_.begin() + static_cast<std::ptrdiff_t>(begin),
            roles_.begin() + static_cast<std::ptrdiff_t>(row), before);
  std::fill(roles_.begin() + static_cast<std::ptrdiff_t>(row),
            roles_.begin() + static_cast<std::ptrdiff_t>(end), Role::kAnswer);
}

Split EventParts::by_visitor(bool known) const {
  return finish(users_of_rows(events_), events_.users(), known);
}

Split EventParts::by_query(std::span<const std::int32_t> query_of_row,
                           std::int32_t n_queries) const {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(n_queries));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return finish(query_of_row, Vocabulary(std::move(numbers)), false);
}

Split EventParts::finish(std::span<const std::int32_t> query_of_row, const Vocabulary& names,
                         bool known) const {
  const auto n_queries = static_cast<std::size_t>(names.size());
  std::vector<std::vector<Id>> answers(n_queries);
  std::vector<bool> has_history(n_queries);
  std::vector<std::size_t> train;
  for (std::size_t row = 0; row < roles_.size(); ++row) {
    if (roles_[row] == Role::kTrain) train.push_back(row);
    if (query_of_row[row] == kNoIndex) continue;
    const auto query = static_cast<std::size_t>(query_of_row[row]);
    if (roles_[row] == Role::kAnswer && is_target(row)) {
      answers[query].push_back(events_.items().id(events_.item()[row]));
    }
    has_history[query] =
        has_history[query] || roles_[row] == Role::kTrain || roles_[row] == Role::kHistory;
  }
  const auto is_asked = [&](std::size_t row) {
    if (query_of_row[row] == kNoIndex) return false;
    if (roles_[row] != Role::kTrain && roles_[row] != Role::kHistory) return false;
    return !answers[static_cast<std::size_t>(query_of_row[row])].empty();
  };
  std::vector<std::size_t> asked;
  for (std::size_t row = 0; row < roles_.size(); ++row) {
    if (is_asked(row)) asked.push_back(row);
  }
  require(!train.empty(), "events", "leave some to learn from", train.size());
  require(!asked.empty(), "events", "leave a visitor with a history and an answer", asked.size());
  Split split{.train = select(events_, train, users_of_rows(events_), events_.users()),
              .histories = select(events_, asked, query_of_row, names),
              .relevant = {},
              .known = known};
  for (std::size_t query = 0; query < n_queries; ++query) {
    if (answers[query].empty() || !has_history[query]) continue;
    auto& of_query = answers[query];
    std::sort(of_query.begin(), of_query.end());
    of_query.erase(std::unique(of_query.begin(), of_query.end()), of_query.end());
    split.relevant.push_back(std::move(of_query));
  }
  return split;
}

}  // namespace endcap
