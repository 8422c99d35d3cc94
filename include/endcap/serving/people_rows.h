#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "endcap/events/event_log.h"
#include "endcap/people/people.h"

namespace endcap {

// What people declare as rows of a shop's log; docs/formats/people.md says how.
[[nodiscard]] LoggedEvent merge_row(const Id& guest, const Id& customer);
[[nodiscard]] LoggedEvent preference_row(const Id& id, const Preference& preference);

// Whether a row is one of these, and no event.
[[nodiscard]] bool is_about_people(const LoggedEvent& row);
[[nodiscard]] bool is_merge_with(const Id& customer, const LoggedEvent& row);
[[nodiscard]] bool is_preference_about(const std::string& attribute, const Id& value,
                                       const LoggedEvent& row);

// Does what the row says. Requires is_about_people(row). Throws std::invalid_argument as People
// does, or for a kind that is not known.
void apply(const LoggedEvent& row, People& people);

}  // namespace endcap
