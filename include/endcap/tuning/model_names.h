#pragma once

#include <string_view>

namespace endcap {

// A model's name is the header under models/, with the variant behind a slash where there are
// several.

// The model that says what completes a basket. Every recommender has it, whatever its weight.
inline constexpr std::string_view kBoughtTogether = "bought_together";
// What the second stage goes by in reports and explanations.
inline constexpr std::string_view kBoostedTrees = "boosted_trees";

// What the named model speaks of.
enum class Family {
  kPopularity,  // what everybody has
  kRepeats,     // what the visitor had
  kContent,     // what the catalogue says
  kTrained,     // what follows or goes with what, by gradient: dear to fit and to ask
  kPatterns,    // what goes with what
};
[[nodiscard]] Family family_of(std::string_view name);
[[nodiscard]] inline bool is_trained(std::string_view name) {
  return family_of(name) == Family::kTrained;
}

// Whether each row of the model is a system of equations of its own (EASE, SLIST): the dearest of
// what counts.
[[nodiscard]] bool is_solved(std::string_view name);

// Of a trained model: the name of those that differ from it in the draw of their first numbers.
[[nodiscard]] std::string_view shape_of(std::string_view name);

}  // namespace endcap
