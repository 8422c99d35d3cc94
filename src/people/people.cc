#include "endcap/people/people.h"

#include <algorithm>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/ids/vocabulary.h"

namespace endcap {

void People::merge(const Id& guest, const Id& customer) {
  require(customer_of(guest) != customer_of(customer), "guest",
          "be another person than the customer", to_string(guest));
  require(!links_.contains(guest), "guest", "be linked to nobody yet (unmerge first)",
          to_string(guest));
  links_.emplace(guest, customer);
  auto& guests = guests_[customer];
  guests.insert(std::upper_bound(guests.begin(), guests.end(), guest), guest);
}

void People::unmerge(const Id& guest, const Id& customer) {
  const auto link = links_.find(guest);
  require(link != links_.end() && link->second == customer, "guest",
          "have been merged with " + to_string(customer), to_string(guest));
  links_.erase(link);
  auto& guests = guests_.at(customer);
  std::erase(guests, guest);
  if (guests.empty()) guests_.erase(customer);
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
  (void)withdraw(id, preference.attribute, preference.value);
  preferences_[id].push_back(std::move(preference));
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
  if (const auto link = links_.find(id); link != links_.end()) unmerge(id, Id(link->second));
  while (guests_.contains(id)) unmerge(Id(guests_.at(id).front()), id);
}

}  // namespace endcap
