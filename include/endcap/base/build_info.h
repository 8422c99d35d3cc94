#pragma once

#include <string>
#include <vector>

namespace endcap {

// What this library is and what it has found, for a report of a fault.
struct BuildInfo {
  std::string version;
  std::string compiler;
  std::string instructions;         // that the whole library is compiled for
  std::string kernels;              // that the kernels with a choice run at, on this processor
  std::vector<std::string> levels;  // that there is to choose from
  std::string eigen;                // version
  std::string sqlite;               // version; empty: no event log on disk
  bool json = false;                // whether JSON Lines are read
  bool hnswlib = false;             // whether there is an approximate index
  bool xgboost = false;             // whether fits may train trees, where the system has it
  int threads = 0;                  // that Context{} means now
};

// Throws std::invalid_argument if the environment variable ENDCAP_INSTRUCTIONS names no level.
[[nodiscard]] BuildInfo build_info();

}  // namespace endcap
