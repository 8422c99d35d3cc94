#include "xgboost_library.h"

#include <dlfcn.h>

#include <optional>

namespace endcap {
namespace {

template <class Function>
bool find_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<XgboostLibrary> load_library() {
  void* library = nullptr;
  for (const char* name : {"libxgboost.so.0", "libxgboost.so"}) {
    if (library == nullptr) library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  XgboostLibrary functions{};
  const bool is_whole = library != nullptr &&
                        find_function(library, "XGBGetLastError", functions.last_error) &&
                        find_function(library, "XGDMatrixCreateFromMat", functions.create_matrix) &&
                        find_function(library, "XGDMatrixSetFloatInfo", functions.set_floats) &&
                        find_function(library, "XGDMatrixSetUIntInfo", functions.set_counts) &&
                        find_function(library, "XGDMatrixFree", functions.free_matrix) &&
                        find_function(library, "XGBoosterCreate", functions.create_booster) &&
                        find_function(library, "XGBoosterSetParam", functions.set_parameter) &&
                        find_function(library, "XGBoosterUpdateOneIter", functions.update) &&
                        find_function(library, "XGBoosterDumpModelEx", functions.dump) &&
                        find_function(library, "XGBoosterFree", functions.free_booster);
  if (!is_whole) return std::nullopt;
  return functions;
}

}  // namespace

const XgboostLibrary* XgboostLibrary::find() {
  static const auto library = load_library();
  return library ? &*library : nullptr;
}

}  // namespace endcap
