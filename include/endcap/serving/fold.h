#pragma once

#include <cstdint>

#include "endcap/events/events.h"
#include "endcap/serving/edition.h"

namespace endcap {

// The log that the edition was made from and what arrived since, up to a position of its overlay;
// without those who are forgotten.
[[nodiscard]] Events events_of(const Edition& edition, std::int64_t end);

}  // namespace endcap
