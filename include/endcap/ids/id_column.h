#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "endcap/base/index_count.h"
#include "endcap/base/number_text.h"
#include "endcap/base/types.h"
#include "endcap/ids/vocabulary.h"

namespace endcap {

// The 64-bit integer that a text writes in the one usual way: "7" and "-7", not "007" or "+7".
[[nodiscard]] inline std::optional<std::int64_t> integer_from_text(std::string_view text) {
  const auto value = number_from_text<std::int64_t>(text);
  return value && std::to_string(*value) == text ? value : std::nullopt;
}

// A column of ids read from a text file. If all of them are integers the vocabulary holds
// integers, else texts: that is decided over the whole file.
class IdColumn {
 public:
  // Adds one row. `is_text`: the file says that this is a text, whatever it looks like.
  void add(std::string_view text, bool is_text = false) {
    auto found = numbers_.find(text);
    if (found == numbers_.end()) {
      found = numbers_.emplace(text, index_count("number of ids", numbers_.size())).first;
      any_text_ = any_text_ || is_text || !integer_from_text(text);
    }
    any_text_ = any_text_ || is_text;
    rows_.push_back(found->second);
  }
  void add_missing() { rows_.push_back(kNoIndex); }

  [[nodiscard]] Id to_id(const std::string& text) const {
    if (any_text_) return text;
    return *integer_from_text(text);
  }

  // The distinct ids, and for each row its index there or kNoIndex.
  [[nodiscard]] std::pair<Vocabulary, std::vector<std::int32_t>> finish() && {
    std::vector<Id> ids;
    ids.reserve(numbers_.size());
    for (const auto& entry : numbers_) ids.push_back(to_id(entry.first));
    auto vocabulary = Vocabulary::from_ids(std::move(ids));
    std::vector<std::int32_t> indices(numbers_.size());
    for (const auto& [text, number] : numbers_) {
      indices[static_cast<std::size_t>(number)] = *vocabulary.find(to_id(text));
    }
    for (auto& row : rows_) {
      if (row != kNoIndex) row = indices[static_cast<std::size_t>(row)];
    }
    return {std::move(vocabulary), std::move(rows_)};
  }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> numbers_;
  std::vector<std::int32_t> rows_;
  bool any_text_ = false;
};

}  // namespace endcap
