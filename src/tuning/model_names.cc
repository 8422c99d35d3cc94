#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

// The header under models/.
std::string_view model_of(std::string_view name) { return name.substr(0, name.find('/')); }

}  // namespace

Family family_of(std::string_view name) {
  const auto model = model_of(name);
  if (model == "popularity") return Family::kPopularity;
  if (model == "repeat_purchase") return Family::kRepeats;
  if (model == "content") return Family::kContent;
  if (model == "sequence_factors") return Family::kTrained;
  return Family::kPatterns;
}

bool is_solved(std::string_view name) {
  return model_of(name) == "ease" || model_of(name) == "slist";
}

std::string_view shape_of(std::string_view name) {
  const auto shape = name.substr(0, name.find_last_not_of("0123456789") + 1);
  return shape.substr(0, shape.find_last_not_of('/') + 1);
}

}  // namespace endcap
