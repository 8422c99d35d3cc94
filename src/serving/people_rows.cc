#include "endcap/serving/people_rows.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace endcap {
namespace {

constexpr std::string_view kKinds = "endcap:";
constexpr std::string_view kMerge = "endcap:merge";
constexpr std::string_view kLike = "endcap:like";
constexpr std::string_view kDislike = "endcap:dislike";

// The rest of a kind that is `name`, or `name:` and a source.
std::optional<std::string> source_of(std::string_view kind, std::string_view name) {
  if (!kind.starts_with(name)) return std::nullopt;
  kind.remove_prefix(name.size());
  if (kind.empty()) return "";
  if (kind[0] != ':') return std::nullopt;
  return std::string(kind.substr(1));
}

std::optional<Preference> preference_of(const LoggedEvent& row) {
  const auto& event = row.event;
  const auto liked = source_of(event.kind, kLike), disliked = source_of(event.kind, kDislike);
  if (!liked && !disliked) return std::nullopt;
  Preference preference{.value = event.item};
  if (event.session) preference.attribute = std::get<std::string>(*event.session);
  preference.like = liked.has_value();
  preference.source = liked ? *liked : *disliked;
  preference.until_us = event.time_us;
  return preference;
}

}  // namespace

LoggedEvent merge_row(const Id& guest, const Id& customer) {
  return {.event = {.user = guest, .item = customer, .kind = std::string(kMerge)}};
}

LoggedEvent preference_row(const Id& id, const Preference& preference) {
  std::string kind(preference.like ? kLike : kDislike);
  if (!preference.source.empty()) kind += ":" + preference.source;
  LoggedEvent row{.event = {.user = id, .item = preference.value, .kind = std::move(kind)}};
  row.event.time_us = preference.until_us;
  if (!preference.attribute.empty()) row.event.session = Id(preference.attribute);
  return row;
}

bool is_about_people(const LoggedEvent& row) { return row.event.kind.starts_with(kKinds); }

bool is_merge_with(const Id& customer, const LoggedEvent& row) {
  return row.event.kind == kMerge && row.event.item == customer;
}

bool is_preference_about(const std::string& attribute, const Id& value, const LoggedEvent& row) {
  const auto preference = preference_of(row);
  return preference && preference->is_about(attribute, value);
}

void apply(const LoggedEvent& row, People& people) {
  if (row.event.kind == kMerge) return people.merge(row.event.user, row.event.item);
  auto preference = preference_of(row);
  if (!preference) {
    throw std::invalid_argument("kind of a row must be known, got " + row.event.kind);
  }
  people.prefer(row.event.user, *std::move(preference));
}

}  // namespace endcap
