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
#include "endcap/matrix/visitor_order.h"
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

struct Session {
  std::int64_t last_us;  // time of the newest event
  UserIndex user;
};

// Of each user that has events, the one with the newest last event first, of equals the last user.
inline std::vector<Session> newest_first(const Interactions& interactions) {
  std::vector<Session> sessions;
  for (UserIndex user = interactions.n_users() - 1; user >= 0; --user) {
    const auto events = interactions.events_of(user);
    if (!events.empty()) sessions.push_back({events.back().time_us, user});
  }
  if (interactions.order() == Order::kTime) {
    std::stable_sort(sessions.begin(), sessions.end(),
                     [](const Session& a, const Session& b) { return a.last_us > b.last_us; });
  }
  return sessions;
}

// The newest `max_events` items of each user in order, each at its last place.
inline IndexLists last_places(const Interactions& interactions, std::span<const Session> sessions,
                              int max_events) {
  constexpr std::size_t kAhead = 8;  // users stand anywhere in memory: they are asked for early
  const auto longest = static_cast<std::size_t>(max_events);
  std::vector<std::int64_t> offsets = {0};
  offsets.reserve(sessions.size() + 1);
  std::vector<ItemIndex> items, own;
  items.reserve(interactions.events().size());
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    if (s + 2 * kAhead < sessions.size()) {
      __builtin_prefetch(
          &interactions.offsets()[static_cast<std::size_t>(sessions[s + 2 * kAhead].user)]);
    }
    if (s + kAhead < sessions.size()) {
      const auto later = interactions.events_of(sessions[s + kAhead].user);
      for (std::size_t e = 0; e < std::min<std::size_t>(later.size(), 16); e += 2) {
        __builtin_prefetch(&later[later.size() - 1 - e]);
      }
    }
    const auto events = interactions.events_of(sessions[s].user);
    own.clear();
    for (std::size_t e = events.size(); e > 0 && events.size() - e < longest; --e) {
      const auto item = events[e - 1].item;
      if (std::find(own.begin(), own.end(), item) == own.end()) own.push_back(item);
    }
    items.insert(items.end(), own.rbegin(), own.rend());
    offsets.push_back(static_cast<std::int64_t>(items.size()));
  }
  items.shrink_to_fit();
  return {interactions.n_items(), std::move(offsets), std::move(items)};
}

// For each session exp(-age / (age_share * the log's time)) / sqrt(its items). Where there are no
// times but sessions come in their order, those that came later are its age, and all are the time.
inline std::vector<float> session_ages(const Interactions& interactions,
                                       std::span<const Session> sessions, const IndexLists& items,
                                       float age_share) {
  const bool is_timed = interactions.order() == Order::kTime;
  const bool in_order = newest_visitors_last(interactions);
  const auto end_us = interactions.end_us();
  const auto begin_us = sessions.empty() ? end_us : sessions.back().last_us;
  const double span = is_timed ? static_cast<double>(end_us - begin_us) : items.size();
  std::vector<float> ages;
  ages.reserve(sessions.size());
  for (std::int32_t s = 0; s < items.size(); ++s) {
    const auto last_us = sessions[static_cast<std::size_t>(s)].last_us;
    const double age = is_timed ? static_cast<double>(end_us - last_us) : in_order ? s : 0;
    const double left = age > 0 ? std::exp(-age / (span * age_share)) : 1;
    ages.push_back(static_cast<float>(left / std::sqrt(static_cast<double>(items[s].size()))));
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
  const auto sessions = newest_first(interactions);
  SessionIndex index;
  const auto n_items = interactions.n_items();
  index.sessions = last_places(interactions, sessions, max_events);
  if (!sessions.empty()) {
    index.mean_length =
        static_cast<float>(index.sessions.values().size()) / static_cast<float>(sessions.size());
  }
  std::vector<std::int64_t> counts;
  index.postings = postings_of(index.sessions, n_items, longest, counts);
  index.ages = session_ages(interactions, sessions, index.sessions, age_share);
  std::vector<float> rarity;
  for (const auto count : counts) {
    const double idf =
        count > 0 ? std::log(static_cast<double>(sessions.size()) / static_cast<double>(count)) : 0;
    rarity.push_back(static_cast<float>(1 + idf_weight * idf));
  }
  index.rarity = std::move(rarity);
  std::vector<UserIndex> users;
  users.reserve(sessions.size());
  for (const auto& session : sessions) users.push_back(session.user);
  index.users = std::move(users);
  return index;
}

}  // namespace endcap::detail
