#include "endcap/people/people_record.h"

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "endcap/ids/id_record.h"

namespace endcap {
namespace {

void put_preference(RecordWriter& record, const Preference& preference) {
  put_id(record, preference.value);
  record.put(preference.attribute);
  record.put<std::uint8_t>(preference.like);
  record.put(preference.source);
  record.put<std::uint8_t>(preference.until_us.has_value());
  if (preference.until_us) record.put(*preference.until_us);
}

Preference get_preference(RecordReader& record) {
  Preference preference{.value = get_id(record)};
  preference.attribute = record.text();
  preference.like = record.get<std::uint8_t>() != 0;
  preference.source = record.text();
  if (record.get<std::uint8_t>() != 0) preference.until_us = record.get<std::int64_t>();
  return preference;
}

}  // namespace

void put_people(RecordWriter& record, const People& people) {
  record.put<std::uint64_t>(people.links().size());
  for (const auto& [guest, customer] : people.links()) {
    put_id(record, guest);
    put_id(record, customer);
  }
  record.put<std::uint64_t>(people.preferences().size());
  for (const auto& [id, preferences] : people.preferences()) {
    put_id(record, id);
    record.put<std::uint64_t>(preferences.size());
    for (const auto& preference : preferences) put_preference(record, preference);
  }
}

People get_people(RecordReader& record) {
  People people;
  for (auto n = record.get<std::uint64_t>(); n > 0; --n) {
    const Id guest = get_id(record);
    people.merge(guest, get_id(record));
  }
  for (auto n = record.get<std::uint64_t>(); n > 0; --n) {
    const Id id = get_id(record);
    for (auto own = record.get<std::uint64_t>(); own > 0; --own) {
      auto preference = get_preference(record);
      if (people.withdraw(id, preference.attribute, preference.value)) {
        throw std::invalid_argument("a preference stands twice");
      }
      people.prefer(id, std::move(preference));
    }
  }
  return people;
}

}  // namespace endcap
