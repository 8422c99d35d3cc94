#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "endcap/base/instructions.h"

namespace {

// The levels that endcap._core is built for, ascending; ENDCAP_LEVELS names those above the first.
std::vector<std::string> built() {
  const std::string above = " " ENDCAP_LEVELS " ";
  std::vector<std::string> levels;
  for (const auto name : endcap::kInstructionNames) {
    const bool is_built = above.find(" " + std::string(name) + " ") != std::string::npos;
    if (levels.empty() || is_built) levels.emplace_back(name);
  }
  return levels;
}

// The highest of them that may run here.
std::string choice() {
  const auto levels = built();
  for (auto level = static_cast<int>(endcap::instructions()); level > 0; --level) {
    auto name = std::string(endcap::name_of(static_cast<endcap::Instructions>(level)));
    if (std::find(levels.begin(), levels.end(), name) != levels.end()) return name;
  }
  return levels.front();
}

}  // namespace

PYBIND11_MODULE(_instructions, module) {
  module.doc() = "Which build of endcap._core suits this processor.";
  module.attr("levels") = built();
  module.def("choice", &choice);
}
