#include "endcap/ids/vocabulary_file.h"

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

namespace endcap {

void save_vocabulary(const Vocabulary& vocabulary, ContainerWriter& writer,
                     const std::string& name) {
  writer.add(name + ".numbers", vocabulary.numbers());
  writer.add(name + ".offsets", vocabulary.offsets());
  writer.add(name + ".bytes", vocabulary.bytes());
}

Vocabulary load_vocabulary(const Container& container, const std::string& name) {
  auto numbers = container.array<std::int64_t>(name + ".numbers");
  auto offsets = container.array<std::int64_t>(name + ".offsets");
  auto bytes = container.array<char>(name + ".bytes");
  constexpr auto kMaxSize = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
  if (numbers.size() > kMaxSize) container.fail(name + ".numbers", "too many ids");
  if (offsets.size() > kMaxSize) container.fail(name + ".offsets", "too many ids");
  if (!numbers.empty() && !offsets.empty()) {
    container.fail(name + ".numbers", "ids are both numbers and texts");
  }
  if (offsets.empty() && !bytes.empty()) container.fail(name + ".bytes", "texts without offsets");
  try {
    return offsets.empty() ? Vocabulary(std::move(numbers))
                           : Vocabulary(std::move(offsets), std::move(bytes));
  } catch (const std::invalid_argument& error) {
    container.fail(name + (numbers.empty() ? ".offsets" : ".numbers"), error.what());
  }
}

}  // namespace endcap
