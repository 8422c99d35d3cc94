#pragma once

#include <map>
#include <vector>

#include "endcap/base/types.h"
#include "endcap/people/preference.h"

namespace endcap {

// Which ids belong to one person, and what persons declared. A guest who turns out to be a customer
// is linked to them; the link can be taken back, as each id keeps what is its own. All calls cost
// O(log n) in the number of links and preferences, and what they return. Without memory,
// merge() and prefer() throw and change nothing; what takes something back needs none.
class People {
 public:
  // `guest` is from now on one person with `customer`. Throws std::invalid_argument if they are one
  // already or the guest is linked to another.
  void merge(const Id& guest, const Id& customer);
  // Both throw std::invalid_argument unless merge() said the same.
  void unmerge(const Id& guest, const Id& customer);
  void require_merged(const Id& guest, const Id& customer) const;

  // All ids of this person, the customer first, then guests in the order of their ids.
  [[nodiscard]] std::vector<Id> ids_of(const Id& id) const;
  // The customer whom this id belongs to in the end; itself without a link.
  [[nodiscard]] Id customer_of(const Id& id) const;

  // Replaces what the same id said about the same thing.
  void prefer(const Id& id, Preference preference);
  // Returns whether there was anything to take back.
  bool withdraw(const Id& id, const std::string& attribute, const Id& value);
  // What this id alone declared, and the same put back.
  [[nodiscard]] std::vector<Preference> declared_by(const Id& id) const;
  void put_back(const Id& id, std::vector<Preference> declared);
  // What any id of this person declared, in the order of ids_of() and of declaration.
  [[nodiscard]] std::vector<Preference> preferences_of(const Id& id) const;

  // Takes one id out, with its links and preferences.
  void forget(const Id& id);

  [[nodiscard]] bool empty() const { return links_.empty() && preferences_.empty(); }
  [[nodiscard]] const std::map<Id, Id>& links() const { return links_; }  // guest to customer
  [[nodiscard]] const std::map<Id, std::vector<Preference>>& preferences() const {
    return preferences_;
  }
  friend bool operator==(const People&, const People&) = default;

 private:
  void add_guests_of(const Id& customer, std::vector<Id>& ids) const;
  void unlink(std::map<Id, Id>::iterator link);

  std::map<Id, Id> links_;
  std::map<Id, std::vector<Id>> guests_;  // the same the other way round, each list sorted
  std::map<Id, std::vector<Preference>> preferences_;
};

}  // namespace endcap
