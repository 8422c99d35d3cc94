#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

namespace endcap {

// A value that any number of threads read while now and then another takes its place. Readers take
// no lock and allocate nothing: each announces in a slot of its own what it reads.
// Source: M. Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE
// Transactions on Parallel and Distributed Systems, 2004.
// Memory: an old value lives until its last reader has let go, and whoever published the next one
// waits for that. So a publisher who drops each old value keeps at most one, and a stalled reader
// holds up that publisher and nobody else. A thread that reads must not publish.
template <class T>
class Published {
  struct alignas(64) Slot {
    std::atomic<const T*> reads{nullptr};
  };

 public:
  // Keeps the value that was the newest when it was asked for.
  class Pinned {
   public:
    Pinned(Pinned&& other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), value_(other.value_) {}
    Pinned& operator=(Pinned&&) = delete;
    ~Pinned() {
      if (slot_ != nullptr) slot_->reads.store(nullptr, std::memory_order_release);
    }
    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }

   private:
    friend class Published;
    Pinned(Slot* slot, T* value) : slot_(slot), value_(value) {}
    Slot* slot_;
    T* value_;
  };

  // Waits for the last reader of an old value, then frees it.
  struct Reclaim {
    const Published* published = nullptr;
    void operator()(T* old) const {
      for (const auto& slot : published->slots_) {
        while (slot.reads.load() == old) {
          std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
      }
      delete old;
    }
  };
  using Retired = std::unique_ptr<T, Reclaim>;

  explicit Published(std::unique_ptr<T> first) : newest_(first.release()) {}
  // Requires that nobody reads any more.
  ~Published() { delete newest_.load(); }
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  // Waits only while as many threads as there are slots read at once.
  [[nodiscard]] Pinned read() const noexcept {
    T* value = newest_.load();
    Slot* slot = claim(value);
    for (T* newer; (newer = newest_.load()) != value; value = newer) slot->reads.store(newer);
    return {slot, value};
  }

  // Readers from now on see `next`. To drop the result is to wait for the old value's readers.
  Retired publish(std::unique_ptr<T> next) {
    return Retired(newest_.exchange(next.release()), Reclaim{this});
  }

 private:
  static constexpr std::size_t kSlots = 128;

  // A free slot, the one that this thread had last if possible; it now announces `value`.
  Slot* claim(const T* value) const noexcept {
    static thread_local std::size_t place = next_place_.fetch_add(1);
    for (;; ++place) {
      const T* nobody = nullptr;
      Slot& slot = slots_[place % kSlots];
      if (slot.reads.compare_exchange_strong(nobody, value)) return &slot;
    }
  }

  inline static std::atomic<std::size_t> next_place_{0};
  std::atomic<T*> newest_;
  mutable std::array<Slot, kSlots> slots_;
};

}  // namespace endcap
