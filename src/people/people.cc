#include "endcap/people/people.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/ids/vocabulary.h"

namespace endcap {

void People::merge(const Id& guest, const Id& customer) {
  require(customer_of(guest) != customer_of(customer), "guest",
          "be another person than the customer", to_string(guest));
  require(!links_.contains(guest), "guest", "be linked to nobody yet (unmerge first)",
          to_string(guest));
  const auto known = guests_.find(customer);
  auto guests = known != guests_.end() ? known->second : std::vector<Id>();
  guests.insert(std::upper_bound(guests.begin(), guests.end(), guest), guest);
  const auto link = links_.emplace(guest, customer).first;
  try {
    guests_.insert_or_assign(customer, std::move(guests));
  } catch (...) {
    links_.erase(link);
    throw;
  }
}

void People::require_merged(const Id& guest, const Id& customer) const {
  const auto link = links_.find(guest);
  if (link != links_.end() && link->second == customer) return;
  throw std::invalid_argument("guest must have been merged with " + to_string(customer) + ", got " +
                              to_string(guest));
}

void People::unmerge(const Id& guest, const Id& customer) {
  require_merged(guest, customer);
  unlink(links_.find(guest));
}

void People::unlink(std::map<Id, Id>::iterator link) {
  const auto guests = guests_.find(link->second);
  std::erase(guests->second, link->first);
  if (guests->second.empty()) guests_.erase(guests);
  links_.erase(link);
}

Id People::customer_of(const Id& id) const {
  const Id* customer = &id;
  for (auto link = links_.find(id); link != links_.end(); link = links_.find(*customer)) {
    customer = &link->second;
  }
  return *customer;
}

void People::add_guests_of(const Id& customer, std::vector<Id>& ids) const {
  const auto guests = guests_.find(customer);
  if (guests == guests_.end()) return;
  for (const auto& guest : guests->second) {
    ids.push_back(guest);
    add_guests_of(guest, ids);
  }
}

std::vector<Id> People::ids_of(const Id& id) const {
  std::vector<Id> ids = {customer_of(id)};
  add_guests_of(Id(ids.front()), ids);
  std::sort(ids.begin() + 1, ids.end());
  return ids;
}

void People::prefer(const Id& id, Preference preference) {
  auto own = declared_by(id);
  std::erase_if(
      own, [&](const auto& one) { return one.is_about(preference.attribute, preference.value); });
  own.push_back(std::move(preference));
  preferences_.insert_or_assign(id, std::move(own));
}

std::vector<Preference> People::declared_by(const Id& id) const {
  const auto own = preferences_.find(id);
  return own == preferences_.end() ? std::vector<Preference>() : own->second;
}

void People::put_back(const Id& id, std::vector<Preference> declared) {
  if (declared.empty()) {
    preferences_.erase(id);
  } else {
    preferences_[id] = std::move(declared);
  }
}

bool People::withdraw(const Id& id, const std::string& attribute, const Id& value) {
  const auto own = preferences_.find(id);
  if (own == preferences_.end()) return false;
  const auto n = std::erase_if(
      own->second, [&](const auto& preference) { return preference.is_about(attribute, value); });
  if (own->second.empty()) preferences_.erase(own);
  return n > 0;
}

std::vector<Preference> People::preferences_of(const Id& id) const {
  std::vector<Preference> all;
  if (preferences_.empty()) return all;
  for (const auto& one : ids_of(id)) {
    const auto own = preferences_.find(one);
    if (own != preferences_.end()) all.insert(all.end(), own->second.begin(), own->second.end());
  }
  return all;
}

void People::forget(const Id& id) {
  preferences_.erase(id);
  if (const auto link = links_.find(id); link != links_.end()) unlink(link);
  for (auto guests = guests_.find(id); guests != guests_.end(); guests = guests_.find(id)) {
    unlink(links_.find(guests->second.front()));
  }
}

}  // namespace endcap
