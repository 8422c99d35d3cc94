#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/serving/recommender.h"

namespace endcap {

// Customers who stay within their circle's nine items; now and then they dismiss one.
inline std::vector<Event> year_of_events(int users, std::uint64_t seed = 5) {
  Random random(seed);
  std::vector<Event> events;
  for (int user = 0; user < users; ++user) {
    const std::string circle = user % 2 == 0 ? "tea" : "ink";
    for (int step = 0; step < 8; ++step) {
      const auto day = static_cast<std::int64_t>(random.below(300));
      events.push_back({.user = "u" + std::to_string(user),
                        .item = circle + std::to_string(random.below(9)),
                        .kind = step == 7       ? "dismiss"
                                : step % 2 == 0 ? "view"
                                                : "purchase",
                        .time_us = day * kMicrosecondsPerDay + std::int64_t{user} * 1'000 + step});
    }
  }
  return events;
}

template <class T>
void shuffle(std::vector<T>& events, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t n = events.size(); n > 1; --n) std::swap(events[n - 1], events[random.below(n)]);
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The model file of a shop.
inline std::string bytes_of(const Recommender& shop) {
  static std::atomic<int> n{0};
  const auto path = std::filesystem::temp_directory_path() /
                    ("endcap_live_shop_" + std::to_string(n++) + "_" + std::to_string(getpid()));
  shop.save(path);
  auto bytes = bytes_of(path);
  std::filesystem::remove(path);
  return bytes;
}

// How often a text stands in the files of a folder.
inline int count_in_files(const std::filesystem::path& folder, const std::string& text) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto bytes = bytes_of(entry.path());
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) {
      ++count;
    }
  }
  return count;
}

// Every model that is made of counts alone.
inline const std::vector<std::string> kCountingModels = {
    "popularity",  "popularity/28d", "rp3beta",     "ease",           "sequential_rules",
    "session_knn", "slist",          "next_basket", "repeat_purchase"};

}  // namespace endcap
