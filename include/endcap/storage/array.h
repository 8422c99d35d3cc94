#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace endcap {

// An immutable array that either owns its values or looks into a mapped file, which it keeps alive.
// Copies share the values, so they cost nothing; any number of threads may read.
template <class T>
class Array {
 public:
  Array() = default;

  Array(std::vector<T> values) {  // NOLINT(google-explicit-constructor): an array is its values
    auto owned = std::make_shared<const std::vector<T>>(std::move(values));
    view_ = *owned;
    owner_ = std::move(owned);
  }

  // `owner` keeps the memory behind `view` alive.
  Array(std::span<const T> view, std::shared_ptr<const void> owner)
      : owner_(std::move(owner)), view_(view) {}

  [[nodiscard]] std::span<const T> span() const& { return view_; }
  std::span<const T> span() const&& = delete;
  [[nodiscard]] std::size_t size() const { return view_.size(); }
  [[nodiscard]] bool empty() const { return view_.empty(); }
  [[nodiscard]] const T* data() const { return view_.data(); }
  [[nodiscard]] const T* begin() const { return view_.data(); }
  [[nodiscard]] const T* end() const { return view_.data() + view_.size(); }
  const T& operator[](std::size_t i) const { return view_[i]; }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const T> view_;
};

}  // namespace endcap
