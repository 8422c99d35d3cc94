#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"
#include "endcap/matrix/shuffle_ties.h"
#include "endcap/matrix/visitor_order.h"
#include "endcap/tuning/hold_outs.h"

namespace endcap::detail {

inline std::int64_t begin_us(const Interactions& all) {
  std::int64_t begin = all.end_us();
  for (const auto& event : all.events()) begin = std::min(begin, event.time_us);
  return begin;
}

// Whether times only count from each visitor's beginning: half of all begin with the log.
inline bool times_are_relative(const Interactions& all) {
  constexpr std::int64_t kFewest = 20;  // visitors that say anything
  const auto begin = begin_us(all);
  std::int64_t visitors = 0, first = 0;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    if (events.empty()) continue;
    ++visitors;
    first += events.front().time_us == begin ? 1 : 0;
  }
  return begin < all.end_us() && visitors >= kFewest && 2 * first >= visitors;
}

// The wanted items that the history tells of, but never as a target: looked at, not bought.
inline std::vector<ItemIndex> contacts_of(const ValidationQuery& query,
                                          const std::vector<bool>& is_target) {
  std::vector<ItemIndex> met, had;
  for (const auto& event : query.history) {
    auto& items = is_target[static_cast<std::size_t>(event.kind)] ? had : met;
    items.push_back(event.item);
  }
  met = distinct(std::move(met));
  had = distinct(std::move(had));
  std::vector<ItemIndex> contacts;
  for (const auto item : query.wanted) {
    if (std::binary_search(met.begin(), met.end(), item) &&
        !std::binary_search(had.begin(), had.end(), item)) {
      contacts.push_back(item);
    }
  }
  return contacts;
}

// What a visitor had done before the event at `place`, and all targets from then on.
inline ValidationQuery question_before(UserIndex user, std::span<const Interaction> events,
                                       std::size_t place, const std::vector<bool>& is_target) {
  const auto begin = events.begin() + static_cast<std::ptrdiff_t>(place);
  ValidationQuery query{
      .user = user, .history = {events.begin(), begin}, .now_us = events[place].time_us};
  for (const auto& event : events.subspan(place)) {
    if (is_target[static_cast<std::size_t>(event.kind)]) query.wanted.push_back(event.item);
  }
  query.wanted = distinct(std::move(query.wanted));
  return query;
}

// The question as it would have been before the visitor met those items.
inline ValidationQuery unaware(ValidationQuery query, const std::vector<ItemIndex>& contacts) {
  std::erase_if(query.history, [&](const auto& event) {
    return std::binary_search(contacts.begin(), contacts.end(), event.item);
  });
  return query;
}

// The events that are a target of their item for the first time, ascending.
inline std::vector<std::size_t> discoveries_of(std::span<const Interaction> events,
                                               const std::vector<bool>& is_target) {
  std::vector<std::size_t> order(events.size()), places;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(
      order, [&](std::size_t e) { return !is_target[static_cast<std::size_t>(events[e].kind)]; });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return events[a].item < events[b].item; });
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || events[order[k]].item != events[order[k - 1]].item) places.push_back(order[k]);
  }
  std::sort(places.begin(), places.end());
  return places;
}

// Whether some events are no targets: looks, not purchases.
inline bool has_looks(const Interactions& all, const std::vector<bool>& is_target) {
  return std::any_of(all.events().begin(), all.events().end(), [&](const auto& event) {
    return !is_target[static_cast<std::size_t>(event.kind)];
  });
}

// Asks a visitor before some of the discoveries from the event at `begin` on.
inline void add_discoveries(UserIndex user, std::span<const Interaction> events, std::size_t begin,
                            const std::vector<bool>& is_target, Random& random,
                            std::vector<ValidationQuery>& queries) {
  constexpr std::size_t kMost = 4;  // nobody speaks for all
  auto places = discoveries_of(events, is_target);
  std::erase_if(places, [&](std::size_t place) { return place < begin; });
  for (const auto k : sample(places.size(), kMost, random)) {
    const auto aware = question_before(user, events, places[k], is_target);
    auto query = unaware(aware, contacts_of(aware, is_target));
    if (!query.history.empty()) queries.push_back(std::move(query));
  }
}

// The span of time whose events are asked for: what came later is not known of.
struct Span {
  std::int64_t cut = 0, end = 0;  // microseconds; after the cut, up to the end
};

// The user's events up to the end.
inline std::span<const Interaction> known_events(const Interactions& all, UserIndex user,
                                                 std::int64_t end) {
  const auto events = all.events_of(user);
  const auto known = std::partition_point(events.begin(), events.end(),
                                          [&](const auto& event) { return event.time_us <= end; });
  return events.first(static_cast<std::size_t>(known - events.begin()));
}

// Asks each visitor before their first target event in the span and, where there are looks, before
// some of their discoveries.
inline Validation hold_out_span(const Interactions& all, const std::vector<bool>& is_target,
                                const Span& span, Random& random) {
  const bool discover = has_looks(all, is_target);
  Validation result = empty_validation(all);
  result.cut_us = span.cut;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = known_events(all, user, span.end);
    const auto first = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
    const auto last = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user) + 1]);
    const auto begin = known_events(all, user, span.cut).size();
    for (auto e = first + begin; e < last; ++e) result.held_out[e] = true;
    auto asked = begin;
    while (asked < events.size() && !is_target[static_cast<std::size_t>(events[asked].kind)])
      ++asked;
    if (asked == events.size()) continue;
    auto query = question_before(user, events, asked, is_target);
    std::erase_if(query.history, [&](const auto& event) { return event.time_us >= query.now_us; });
    const auto contacts = contacts_of(query, is_target);
    for (std::size_t e = 0; e < begin; ++e) {
      if (std::binary_search(contacts.begin(), contacts.end(), events[e].item))
        result.held_out[first + e] = true;
    }
    if (!query.history.empty()) result.queries.push_back(std::move(query));
    if (discover) add_discoveries(user, events, begin, is_target, random, result.discoveries);
  }
  return result;
}

// Where what a visitor does next ends: with the step that brings the tenth target from `begin` on,
// or with the events.
inline std::size_t end_of_next(std::span<const Interaction> events, std::size_t begin,
                               const std::vector<bool>& is_target) {
  constexpr int kTargets = 10;
  int found = 0;
  auto end = begin;
  const auto goes_on = [&] { return events[end].time_us == events[end - 1].time_us; };
  while (end < events.size() && (found < kTargets || goes_on())) {
    found += is_target[static_cast<std::size_t>(events[end++].kind)] ? 1 : 0;
  }
  return end;
}

// Visitors who came in the span, each asked after one to sixteen events, mostly few, of their first
// day for what they did next.
inline std::vector<ValidationQuery> first_visits_in(const Interactions& all,
                                                    const std::vector<bool>& is_target,
                                                    const Span& span, Random& random) {
  constexpr double kMostEvents = 16;
  std::vector<ValidationQuery> queries;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto known = known_events(all, user, span.end);
    if (known.size() < 2 || known.front().time_us <= span.cut) continue;
    std::vector<Interaction> events(known.begin(), known.end());
    shuffle_ties(known, std::span(events),
                 [&](const auto&, std::uint64_t n) { return random.below(n); });
    const auto end_of_day = events.front().time_us + kMicrosecondsPerDay;
    std::size_t begun = std::min(events.size() - 1,
                                 static_cast<std::size_t>(std::pow(kMostEvents, random.uniform())));
    while (events[begun - 1].time_us >= end_of_day) --begun;
    events.resize(end_of_next(events, begun, is_target));
    auto query = question_before(user, events, begun, is_target);
    query.now_us = events[begun - 1].time_us;
    if (!query.wanted.empty()) queries.push_back(std::move(query));
  }
  return queries;
}

// Of guests, who did all at one time, those of the span, each asked for a part of it.
inline Validation hold_out_guests(const Interactions& all, const std::vector<bool>& is_target,
                                  const Span& span, Random& random,
                                  const ValidationOptions& options) {
  Validation result = empty_validation(all);
  result.cut_us = span.cut;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    if (events.empty() || events.back().time_us <= span.cut) continue;
    const bool is_asked = events.size() >= 2 && events.front().time_us > span.cut &&
                          events.back().time_us <= span.end;
    if (is_asked) hold_out_part(all, user, is_target, random, options, result);
    const auto end = result.held_out.begin() + all.offsets()[static_cast<std::size_t>(user) + 1];
    std::fill(end - std::ssize(events), end, true);
  }
  return result;
}

// All that a span can be asked for.
inline Validation hold_out_visits(const Interactions& all, const std::vector<bool>& is_target,
                                  const Span& span, Random& random,
                                  const ValidationOptions& options) {
  if (!tells_order(all)) return hold_out_guests(all, is_target, span, random, options);
  auto result = hold_out_span(all, is_target, span, random);
  result.first_visits = first_visits_in(all, is_target, span, random);
  if (visits_are_single(all)) {  // then what any list is for is how a visit goes on
    std::move(result.first_visits.begin(), result.first_visits.end(),
              std::back_inserter(result.queries));
    result.first_visits.clear();
  }
  return result;
}

// Since when the newest share of the events has come. Requires an event.
inline std::int64_t begin_of_newest(const Interactions& all, double share) {
  std::vector<std::int64_t> times;
  times.reserve(all.events().size());
  for (const auto& event : all.events()) times.push_back(event.time_us);
  const auto older = static_cast<std::ptrdiff_t>((1 - share) * static_cast<double>(times.size()));
  std::nth_element(times.begin(), times.begin() + older, times.end());
  return times[static_cast<std::size_t>(older)];
}

// Where the log thins out, so that its last days ask little, its newest events count, whenever they
// came.
inline Validation hold_out_newest(const Interactions& all, const std::vector<bool>& is_target,
                                  Random& random, const ValidationOptions& options) {
  constexpr int kWidest = 3;
  const auto whole = static_cast<double>(all.end_us() - begin_us(all));
  const double window =
      std::min(whole * options.newest_share, options.longest_days * kMicrosecondsPerDay);
  Span span{.cut = all.end_us(), .end = all.end_us()};
  Validation result;
  for (int width = 1; width <= kWidest; ++width) {
    span.cut = all.end_us() - static_cast<std::int64_t>(width * window);
    result = hold_out_visits(all, is_target, span, random, options);
    if (result.queries.size() >= options.enough_queries) return result;
  }
  const auto cut = begin_of_newest(all, options.newest_share) - 1;
  if (cut >= span.cut) return result;
  return hold_out_visits(all, is_target, {.cut = cut, .end = span.end}, random, options);
}

// The last discoveries of all visitors, whenever they came: of one half in one hold-out, of the
// others in another. All else is known, as it is to a shop that learns every day.
inline std::vector<Validation> hold_out_discoveries(const Interactions& all,
                                                    const std::vector<bool>& is_target,
                                                    Random& random) {
  std::vector<Validation> halves(2, empty_validation(all));
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    const auto events = all.events_of(user);
    const auto places = discoveries_of(events, is_target);
    if (places.empty()) continue;
    auto& half = halves[random.below(2)];
    const auto aware = question_before(user, events, places.back(), is_target);
    const auto contacts = contacts_of(aware, is_target);
    auto question = unaware(aware, contacts);
    if (question.history.empty()) continue;
    const auto first = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
    for (std::size_t e = 0; e < events.size(); ++e) {
      half.held_out[first + e] =
          e >= places.back() ||
          std::binary_search(contacts.begin(), contacts.end(), events[e].item);
    }
    half.discoveries.push_back(std::move(question));
  }
  std::erase_if(halves, [](const auto& half) { return half.discoveries.empty(); });
  return halves;
}

// Each asked visitor's last basket that has a target, and what came after it.
inline Validation hold_out_last_baskets(const Interactions& all, const std::vector<bool>& is_target,
                                        Random& random, const ValidationOptions& options) {
  const auto begin_of_last = [&](UserIndex user) {  // 0: nothing comes before it
    const auto events = all.events_of(user);
    auto begin = events.size();
    while (begin > 0 && !is_target[static_cast<std::size_t>(events[begin - 1].kind)]) --begin;
    const auto basket = begin > 0 ? events[begin - 1].basket : kNoIndex;
    while (begin > 0 && events[begin - 1].basket == basket) --begin;
    return begin;
  };
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < all.n_users(); ++user) {
    if (begin_of_last(user) > 0) users.push_back(user);
  }
  Validation result = empty_validation(all);
  for (const auto user : some_of(users, random, options)) {
    const auto events = all.events_of(user);
    const auto begin = begin_of_last(user);
    const auto first = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
    for (auto e = begin; e < events.size(); ++e) result.held_out[first + e] = true;
    result.queries.push_back(question_before(user, events, begin, is_target));
  }
  return result;
}

}  // namespace endcap::detail
