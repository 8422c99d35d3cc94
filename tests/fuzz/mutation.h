#pragma once

#include <string>
#include <vector>

#include "endcap/base/random.h"

namespace endcap {

// Damages a text as a fuzzer does, again and again the same for the same seed: bytes changed, cut
// out, doubled, moved, and words of its own put in.
class Mutation {
 public:
  Mutation(std::uint64_t seed, std::vector<std::string> words)
      : random_(seed), words_(std::move(words)) {}

  [[nodiscard]] std::string of(std::string text) {
    for (auto n = random_.below(3) + 1; n > 0; --n) change(text);
    return text;
  }

 private:
  [[nodiscard]] std::size_t place(const std::string& text) {
    return random_.below(text.size() + 1);
  }

  void change(std::string& text) {
    const auto at = place(text);
    const auto length = random_.below(12) + 1;
    switch (random_.below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_.below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(place(text), length));
        break;
      case 3:
        text.insert(at, words_[random_.below(words_.size())]);
        break;
      case 4:
        text.insert(at, 1, static_cast<char>(random_.below(128)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random_.below(8)));
    }
  }

  Random random_;
  std::vector<std::string> words_;
};

}  // namespace endcap
