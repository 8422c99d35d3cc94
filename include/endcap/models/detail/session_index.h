#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/matrix/index_lists.h"
#include "endcap/matrix/interactions.h"
#include "endcap/storage/array.h"

namespace endcap::detail {

// Sessions and where each item stands in them. Sessions are numbered from the newest, so that every
// list of sessions has the newest first.
struct SessionIndex {
  IndexLists sessions;        // n_sessions lists of distinct items, each at its last place
  IndexLists postings;        // n_items lists of sessions, the newest ones only
  Array<std::int32_t> users;  // (n_sessions,): whose it is
  Array<float> ages;          // (n_sessions,): what age and length leave of a similarity; > 0
  Array<float> rarity;        // (n_items,): what a vote for the item counts; >= 0
  float mean_length = 1;      // distinct items of a session; > 0

  void validate() const {
    const auto n_sessions = static_cast<std::size_t>(sessions.size());
    const auto n_items = static_cast<std::size_t>(postings.size());
    require(sessions.n_values() == postings.size(), "sessions", "hold items of the model",
            sessions.n_values());
    require(postings.n_values() == sessions.size(), "postings", "hold its sessions",
            postings.n_values());
    require(users.size() == n_sessions, "users", "have one for each session", users.size());
    require(ages.size() == n_sessions, "ages", "have one for each session", ages.size());
    require(rarity.size() == n_items, "rarity", "have one for each item", rarity.size());
    require(mean_length > 0, "mean_length", "be positive", mean_length);
    for (const float age : ages) require(age >= 0, "ages", "be 0 or more", age);
    for (const float value : rarity) require(value >= 0, "rarity", "be 0 or more", value);
  }
};

// The users that have events, the one with the newest last event first, of equals the last user.
inline std::vector<UserIndex> newest_first(const Interactions& interactions) {
  struct Last {
    std::int64_t time_us;
    UserIndex user;
  };
  std::vector<Last> lasts;
  for (UserIndex user = interactions.n_users() - 1; user >= 0; --user) {
    const auto events = interactions.events_of(user);
    if (!events.empty()) lasts.push_back({events.back().time_us, user});
  }
  if (interactions.order() == Order::kTime) {
    std::stable_sort(lasts.begin(), lasts.end(),
                     [](const Last& a, const Last& b) { return a.time_us > b.time_us; });
  }
  std::vector<UserIndex> users;
  users.reserve(lasts.size());
  for (const auto& last : lasts) users.push_back(last.user);
  return users;
}

// The newest `max_events` items of a user in order, each at its last place.
inline std::vector<ItemIndex> last_places(std::span<const Interaction> events, int max_events) {
  std::vector<ItemIndex> items;
  const auto newest = events.last(std::min(events.size(), static_cast<std::size_t>(max_events)));
  for (std::size_t e = newest.size(); e-- > 0;) {
    if (std::find(items.begin(), items.end(), newest[e].item) == items.end()) {
      items.push_back(newest[e].item);
    }
  }
  std::reverse(items.begin(), items.end());
  return items;
}

// For each session exp(-age / (age_share * the log's time)) / sqrt(its items).
inline std::vector<float> session_ages(const Interactions& interactions, const IndexLists& sessions,
                                       std::span<const UserIndex> users, float age_share) {
  std::vector<float> ages;
  std::int64_t begin_us = interactions.end_us();
  for (const auto user : users) {
    begin_us = std::min(begin_us, interactions.events_of(user).back().time_us);
  }
  const double span = static_cast<double>(interactions.end_us() - begin_us) * age_share;
  const bool timed = interactions.order() == Order::kTime && span > 0;
  for (std::int32_t s = 0; s < sessions.size(); ++s) {
    const auto& last = interactions.events_of(users[static_cast<std::size_t>(s)]).back();
    const auto age = static_cast<double>(interactions.end_us() - last.time_us);
    const double left = timed ? std::exp(-age / span) : 1;
    ages.push_back(static_cast<float>(left / std::sqrt(static_cast<double>(sessions[s].size()))));
  }
  return ages;
}

// The transposed lists, the first `longest` of each. counts[i] becomes their length before the cut.
inline IndexLists postings_of(const IndexLists& sessions, std::int32_t n_items, int longest,
                              std::vector<std::int64_t>& counts) {
  counts.assign(static_cast<std::size_t>(n_items), 0);
  for (const auto item : sessions.values()) ++counts[static_cast<std::size_t>(item)];
  std::vector<std::int64_t> offsets = {0};
  for (const auto count : counts) {
    offsets.push_back(offsets.back() + std::min<std::int64_t>(count, longest));
  }
  std::vector<std::int32_t> values(static_cast<std::size_t>(offsets.back()));
  auto next = offsets;
  for (std::int32_t s = 0; s < sessions.size(); ++s) {
    for (const auto item : sessions[s]) {
      const auto i = static_cast<std::size_t>(item);
      if (next[i] < offsets[i + 1]) values[static_cast<std::size_t>(next[i]++)] = s;
    }
  }
  return {sessions.size(), std::move(offsets), std::move(values)};
}

inline SessionIndex session_index(const Interactions& interactions, int max_events, int longest,
                                  float idf_weight, float age_share) {
  auto users = newest_first(interactions);
  std::vector<std::int64_t> offsets = {0};
  std::vector<ItemIndex> items;
  for (const auto user : users) {
    const auto own = last_places(interactions.events_of(user), max_events);
    items.insert(items.end(), own.begin(), own.end());
    offsets.push_back(static_cast<std::int64_t>(items.size()));
  }
  SessionIndex index;
  const auto n_items = interactions.n_items();
  if (!users.empty()) {
    index.mean_length = static_cast<float>(items.size()) / static_cast<float>(users.size());
  }
  index.sessions = IndexLists(n_items, std::move(offsets), std::move(items));
  std::vector<std::int64_t> counts;
  index.postings = postings_of(index.sessions, n_items, longest, counts);
  index.ages = session_ages(interactions, index.sessions, users, age_share);
  std::vector<float> rarity;
  for (const auto count : counts) {
    const double idf =
        count > 0 ? std::log(static_cast<double>(users.size()) / static_cast<double>(count)) : 0;
    rarity.push_back(static_cast<float>(1 + idf_weight * idf));
  }
  index.rarity = std::move(rarity);
  index.users = std::move(users);
  return index;
}

}  // namespace endcap::detail
