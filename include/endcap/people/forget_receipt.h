#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "endcap/base/types.h"

namespace endcap {

// What forgetting a person did, and what is still to come.
struct ForgetReceipt {
  std::vector<Id> ids;        // all that the person was known by: merged guests too
  std::int64_t n_events = 0;  // of theirs that are gone
  // Models of counts: from the next snapshot on, which is on its way in an open shop and is made by
  // save() and refresh() elsewhere, they are as if they had never seen the person.
  std::vector<std::string> exact;
  // Trained models, which hold no vector of the person but have learned from them, and wait for the
  // next fit.
  std::vector<std::string> pending;
};

}  // namespace endcap
