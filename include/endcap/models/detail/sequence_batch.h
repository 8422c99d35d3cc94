#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"

namespace endcap::detail {

// A stretch of one history: the events [target, end) are to be predicted from those before them,
// back to `begin`.
struct Piece {
  std::int64_t begin, target, end;
  std::int64_t first_event = 0, first_target = 0;  // its places in a batch
  [[nodiscard]] std::int64_t n_events() const { return end - 1 - begin; }
  [[nodiscard]] std::int64_t n_targets() const { return end - target; }
  [[nodiscard]] std::int64_t lead() const { return target - 1 - begin; }
};

// Distinct items in the order of their first appearance, each with a slot.
class Slots {
 public:
  explicit Slots(std::int32_t n_items) : slots_(static_cast<std::size_t>(n_items), kNoIndex) {}

  std::int32_t add(ItemIndex item) {
    auto& slot = slots_[static_cast<std::size_t>(item)];
    if (slot == kNoIndex) {
      slot = static_cast<std::int32_t>(items_.size());
      items_.push_back(item);
    }
    return slot;
  }
  void clear() {
    for (const auto item : items_) slots_[static_cast<std::size_t>(item)] = kNoIndex;
    items_.clear();
  }
  [[nodiscard]] std::int32_t slot_of(std::int64_t item) const {
    return slots_[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(items_.size()); }
  [[nodiscard]] ItemIndex operator[](std::int64_t slot) const {
    return items_[static_cast<std::size_t>(slot)];
  }

 private:
  std::vector<std::int32_t> slots_;
  std::vector<ItemIndex> items_;
};

// What one step of training looks at.
struct SequenceBatch {
  std::vector<Piece> pieces;
  std::vector<std::int32_t> events;   // slot in `sources` of each event
  std::vector<std::int32_t> targets;  // slot in `columns` of each target
  Slots sources, columns;
  std::vector<float> offsets;  // (columns,) what sampling adds to a logit: -log P(in the sample)

  explicit SequenceBatch(std::int32_t n_items) : sources(n_items), columns(n_items) {}
};

// Cuts histories into pieces and deals them into batches.
class SequenceBatches {
 public:
  SequenceBatches(const Interactions& interactions, std::int32_t max_history,
                  std::int32_t batch_targets, std::int32_t negatives)
      : interactions_(interactions),
        negatives_(negatives < interactions.n_items() ? negatives : 0),
        target_counts_(static_cast<std::size_t>(interactions.n_items())) {
    const auto& offsets = interactions.offsets();
    for (std::size_t user = 0; user + 1 < offsets.size(); ++user) {
      for (auto target = offsets[user] + 1; target < offsets[user + 1]; target += batch_targets) {
        const auto end = std::min(offsets[user + 1], target + batch_targets);
        pieces_.push_back({std::max(offsets[user], target - max_history), target, end});
        n_targets_ += end - target;
        for (auto t = target; t < end; ++t) ++target_counts_[item_index(t)];
      }
    }
    n_batches_ = n_targets_ == 0 ? 0 : std::max<std::int64_t>(1, n_targets_ / batch_targets);
  }

  [[nodiscard]] std::int64_t size() const { return n_batches_; }

  // The order of the next epoch.
  void shuffle(Random& random) {
    for (std::size_t i = pieces_.size(); i > 1; --i) {
      std::swap(pieces_[i - 1], pieces_[random.below(i)]);
    }
    next_ = 0;
    dealt_ = 0;
  }

  // The k-th batch of this epoch, each in turn; about equally many targets in all of them.
  void fill(std::int64_t k, Random& random, SequenceBatch& batch) {
    batch.pieces.clear();
    batch.events.clear();
    batch.targets.clear();
    batch.sources.clear();
    batch.columns.clear();
    const std::int64_t enough = n_targets_ * (k + 1) / n_batches_;
    while (dealt_ < enough) add(pieces_[next_++], batch);
    sample(random, batch);
  }

 private:
  [[nodiscard]] std::size_t item_index(std::int64_t event) const {
    return static_cast<std::size_t>(item(event));
  }
  [[nodiscard]] ItemIndex item(std::int64_t event) const {
    return interactions_.events()[static_cast<std::size_t>(event)].item;
  }

  void add(Piece piece, SequenceBatch& batch) {
    piece.first_event = static_cast<std::int64_t>(batch.events.size());
    piece.first_target = static_cast<std::int64_t>(batch.targets.size());
    for (auto e = piece.begin; e + 1 < piece.end; ++e) {
      batch.events.push_back(batch.sources.add(item(e)));
    }
    for (auto t = piece.target; t < piece.end; ++t) {
      batch.targets.push_back(batch.columns.add(item(t)));
    }
    batch.pieces.push_back(piece);
    dealt_ += piece.n_targets();
  }

  void sample(Random& random, SequenceBatch& batch) const {
    const std::int32_t n_items = interactions_.n_items();
    if (negatives_ == 0) {
      for (ItemIndex j = 0; j < n_items; ++j) batch.columns.add(j);
      batch.offsets.assign(static_cast<std::size_t>(n_items), 0.0f);
      return;
    }
    for (std::int32_t k = 0; k < negatives_; ++k) {
      batch.columns.add(static_cast<ItemIndex>(random.below(static_cast<std::uint64_t>(n_items))));
    }
    const double undrawn = std::pow(1 - 1.0 / n_items, negatives_);
    batch.offsets.resize(static_cast<std::size_t>(batch.columns.size()));
    for (std::int64_t c = 0; c < batch.columns.size(); ++c) {
      const auto count = target_counts_[static_cast<std::size_t>(batch.columns[c])];
      const double share = static_cast<double>(count) / static_cast<double>(n_targets_);
      const double absent =
          undrawn * std::pow(1 - share, static_cast<double>(batch.targets.size()));
      batch.offsets[static_cast<std::size_t>(c)] = static_cast<float>(-std::log(1 - absent));
    }
  }

  Interactions interactions_;
  std::int32_t negatives_;
  std::vector<std::int64_t> target_counts_;  // (n_items,)
  std::vector<Piece> pieces_;
  std::int64_t n_targets_ = 0, n_batches_ = 0, dealt_ = 0;
  std::size_t next_ = 0;
};

}  // namespace endcap::detail
