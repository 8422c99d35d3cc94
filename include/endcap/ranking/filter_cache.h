#pragma once

#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "endcap/ranking/filter.h"

namespace endcap {

// The filters of one catalogue, each parsed once. Any number of threads may ask.
class FilterCache {
 public:
  // More texts than this, and all are parsed anew: a text per question must not fill the memory.
  static constexpr std::size_t kMostFilters = 256;

  // The catalogue must outlive the cache and the filters.
  explicit FilterCache(const Catalog& catalog) : catalog_(catalog) {}

  // Throws as Filter::parse does.
  [[nodiscard]] Filter get(const std::string& text) const {
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = filters_.find(text); found != filters_.end()) return found->second;
    }
    Filter filter = Filter::parse(text, catalog_);
    const std::unique_lock lock(mutex_);
    if (filters_.size() >= kMostFilters) filters_.clear();
    return filters_.emplace(text, std::move(filter)).first->second;
  }

 private:
  const Catalog& catalog_;
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, Filter> filters_;
};

}  // namespace endcap
