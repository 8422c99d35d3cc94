#include "endcap/base/build_info.h"

#include <Eigen/Core>

#include "endcap/base/context.h"
#include "endcap/base/instructions.h"

#if defined(ENDCAP_HAS_SQLITE)
#include <sqlite3.h>
#endif

namespace endcap {
namespace {

std::string eigen_version() {
  return std::to_string(EIGEN_WORLD_VERSION) + '.' + std::to_string(EIGEN_MAJOR_VERSION) + '.' +
         std::to_string(EIGEN_MINOR_VERSION);
}

std::string sqlite_version() {
#if defined(ENDCAP_HAS_SQLITE)
  return sqlite3_libversion();
#else
  return "";
#endif
}

constexpr bool reads_json() {
#if defined(ENDCAP_HAS_JSON)
  return true;
#else
  return false;
#endif
}

constexpr bool has_hnswlib() {
#if defined(ENDCAP_HAS_HNSWLIB)
  return true;
#else
  return false;
#endif
}

constexpr bool knows_xgboost() {
#if defined(ENDCAP_HAS_XGBOOST)
  return true;
#else
  return false;
#endif
}

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

}  // namespace

BuildInfo build_info() {
  return BuildInfo{.version = ENDCAP_VERSION,
                   .compiler = compiler(),
                   .instructions = std::string(name_of(compiled_instructions())),
                   .kernels = std::string(name_of(instructions())),
                   .levels = {kInstructionNames.begin(), kInstructionNames.end()},
                   .eigen = eigen_version(),
                   .sqlite = sqlite_version(),
                   .json = reads_json(),
                   .hnswlib = has_hnswlib(),
                   .xgboost = knows_xgboost(),
                   .threads = Context{}.thread_count()};
}

}  // namespace endcap
