#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "endcap/base/error.h"
#include "endcap/base/index_count.h"
#include "endcap/base/types.h"
#include "endcap/storage/array.h"

namespace endcap {

// The text of an id, for messages.
inline std::string to_string(const Id& id) {
  if (const auto* number = std::get_if<std::int64_t>(&id)) return std::to_string(*number);
  return "'" + std::get<std::string>(id) + "'";
}

// A shop's ids and their dense indices. The ids are sorted (numbers by value, texts by bytes), so
// an index depends on the set of ids only, never on the order in which they arrived. Finding one
// takes O(log n). Immutable; copies share the ids.
class Vocabulary {
 public:
  Vocabulary() = default;

  // The distinct ids among `ids`. Throws std::invalid_argument if numbers and texts are mixed.
  [[nodiscard]] static Vocabulary from_ids(std::vector<Id> ids);

  // Ids that are sorted and distinct already: (n,). Throws std::invalid_argument if they are not.
  explicit Vocabulary(Array<std::int64_t> numbers);
  // The same for texts: text i is bytes [offsets[i], offsets[i + 1]); offsets: (n + 1,).
  Vocabulary(Array<std::int64_t> offsets, Array<char> bytes);

  [[nodiscard]] std::int32_t size() const { return size_; }
  [[nodiscard]] bool is_text() const { return !offsets_.empty(); }

  // Requires 0 <= index < size().
  [[nodiscard]] Id id(std::int32_t index) const {
    if (is_text()) return std::string(text(index));
    return numbers_[static_cast<std::size_t>(index)];
  }

  // An id of the other type is simply not there.
  [[nodiscard]] std::optional<std::int32_t> find(const Id& id) const;

  // Whether both are copies of one.
  [[nodiscard]] bool is_same(const Vocabulary& other) const {
    return numbers_.data() == other.numbers_.data() && offsets_.data() == other.offsets_.data();
  }

  [[nodiscard]] const Array<std::int64_t>& numbers() const { return numbers_; }
  [[nodiscard]] const Array<std::int64_t>& offsets() const { return offsets_; }
  [[nodiscard]] const Array<char>& bytes() const { return bytes_; }

 private:
  [[nodiscard]] std::string_view text(std::int32_t index) const {
    const auto i = static_cast<std::size_t>(index);
    return {bytes_.data() + offsets_[i], static_cast<std::size_t>(offsets_[i + 1] - offsets_[i])};
  }

  std::int32_t size_ = 0;
  Array<std::int64_t> numbers_;
  Array<std::int64_t> offsets_;
  Array<char> bytes_;
};

inline Vocabulary::Vocabulary(Array<std::int64_t> numbers)
    : size_(index_count("number of ids", numbers.size())), numbers_(std::move(numbers)) {
  for (std::size_t i = 1; i < numbers_.size(); ++i) {
    require(numbers_[i - 1] < numbers_[i], "ids", "be sorted and distinct", numbers_[i]);
  }
}

inline Vocabulary::Vocabulary(Array<std::int64_t> offsets, Array<char> bytes)
    : offsets_(std::move(offsets)), bytes_(std::move(bytes)) {
  require(!offsets_.empty() && offsets_[0] == 0 &&
              std::is_sorted(offsets_.begin(), offsets_.end()) &&
              offsets_[offsets_.size() - 1] == static_cast<std::int64_t>(bytes_.size()),
          "offsets", "start at 0, never fall and span the bytes", offsets_.size());
  size_ = index_count("number of ids", offsets_.size() - 1);
  for (std::int32_t i = 1; i < size_; ++i) {
    require(text(i - 1) < text(i), "ids", "be sorted and distinct", text(i));
  }
}

inline Vocabulary Vocabulary::from_ids(std::vector<Id> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.empty()) return {};
  if (ids.front().index() != ids.back().index()) {
    throw std::invalid_argument("ids must be all text or all 64-bit integers, got both " +
                                to_string(ids.front()) + " and " + to_string(ids.back()));
  }
  if (std::holds_alternative<std::int64_t>(ids.front())) {
    std::vector<std::int64_t> numbers;
    numbers.reserve(ids.size());
    for (const auto& id : ids) numbers.push_back(std::get<std::int64_t>(id));
    return Vocabulary(std::move(numbers));
  }
  std::vector<std::int64_t> offsets = {0};
  std::vector<char> bytes;
  for (const auto& id : ids) {
    const auto& text = std::get<std::string>(id);
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  return {std::move(offsets), std::move(bytes)};
}

inline std::optional<std::int32_t> Vocabulary::find(const Id& id) const {
  std::int32_t low = 0;
  if (const auto* number = std::get_if<std::int64_t>(&id)) {
    const auto* found = std::lower_bound(numbers_.begin(), numbers_.end(), *number);
    if (found == numbers_.end() || *found != *number) return std::nullopt;
    return static_cast<std::int32_t>(found - numbers_.begin());
  }
  if (!is_text()) return std::nullopt;
  const std::string_view wanted = std::get<std::string>(id);
  for (std::int32_t high = size_; low < high;) {
    const std::int32_t middle = low + (high - low) / 2;
    (text(middle) < wanted ? low = middle + 1 : high = middle);
  }
  if (low == size_ || text(low) != wanted) return std::nullopt;
  return low;
}

}  // namespace endcap
