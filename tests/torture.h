#pragma once

#include <cstdlib>

namespace endcap {

// How often a test of endurance repeats: as usual, or under `make torture`, which sets
// ENDCAP_TORTURE.
inline int repeats(int usual, int torture) {
  return std::getenv("ENDCAP_TORTURE") != nullptr ? torture : usual;
}

}  // namespace endcap
