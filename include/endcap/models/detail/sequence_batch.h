#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/matrix/interactions.h"
#include "endcap/models/event_weights.h"

namespace endcap::detail {

// An event of a batch, as a query sees it.
struct BatchEvent {
  std::int32_t source;  // its item's slot in `sources`
  std::int32_t step;    // counted within its piece
  std::int32_t kind;
  std::int64_t time_us;
};

// What is to be predicted from the events of a piece before `end_event`.
struct BatchQuery {
  std::int64_t end_event;
  std::int64_t first_target, end_target;
  std::int64_t now_us;
  [[nodiscard]] std::int64_t n_targets() const { return end_target - first_target; }
};

// A stretch of one history.
struct BatchPiece {
  std::int64_t first_event, end_event;
  std::int64_t first_query, end_query;
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
  std::vector<BatchPiece> pieces;
  std::vector<BatchEvent> events;
  std::vector<BatchQuery> queries;
  std::vector<std::int32_t> targets;  // slot in `columns` of each target, query by query
  Slots sources, columns;
  std::vector<float> offsets;  // (columns,) what sampling adds to a logit: -log P(in the sample)

  explicit SequenceBatch(std::int32_t n_items) : sources(n_items), columns(n_items) {}
};

// Cuts histories into pieces and deals them into batches. Each step of a history is predicted from
// those before it; of a set, one half from the other, drawn anew each time.
class SequenceBatches {
 public:
  SequenceBatches(const Interactions& interactions, Steps steps, std::int32_t max_history,
                  std::int32_t batch_targets, std::int32_t negatives)
      : interactions_(interactions),
        steps_(steps),
        negatives_(negatives < interactions.n_items() ? negatives : 0),
        target_counts_(static_cast<std::size_t>(interactions.n_items())) {
    for (UserIndex user = 0; user < interactions.n_users(); ++user) {
      cut(interactions.offsets()[static_cast<std::size_t>(user)],
          interactions.offsets()[static_cast<std::size_t>(user) + 1], max_history, batch_targets);
    }
    for (const auto& piece : pieces_) {
      n_targets_ += piece.n_targets();
      for (auto t = piece.target; t < piece.end; ++t) {
        ++target_counts_[static_cast<std::size_t>(at(t).item)];
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
    batch.queries.clear();
    batch.targets.clear();
    batch.sources.clear();
    batch.columns.clear();
    const std::int64_t enough = n_targets_ * (k + 1) / n_batches_;
    while (dealt_ < enough) {
      const auto& piece = pieces_[next_++];
      const auto first_event = n_events(batch), first_query = n_queries(batch);
      if (steps_ == Steps::kNone)
        add_set(piece, random, batch);
      else
        add(piece, batch);
      batch.pieces.push_back({first_event, n_events(batch), first_query, n_queries(batch)});
      dealt_ += piece.n_targets();
    }
    sample(random, batch);
  }

 private:
  // The events [target, end) are to be predicted from those before them, back to `begin`; of a set,
  // all may be.
  struct Piece {
    std::int64_t begin, target, end;
    [[nodiscard]] std::int64_t n_targets() const { return end - target; }
  };

  static std::int64_t n_events(const SequenceBatch& batch) {
    return static_cast<std::int64_t>(batch.events.size());
  }
  static std::int64_t n_queries(const SequenceBatch& batch) {
    return static_cast<std::int64_t>(batch.queries.size());
  }
  [[nodiscard]] const Interaction& at(std::int64_t event) const {
    return interactions_.events()[static_cast<std::size_t>(event)];
  }
  [[nodiscard]] bool begins(std::int64_t event) const {
    return begins_step(steps_, at(event - 1), at(event));
  }

  // Of the history [begin, end).
  void cut(std::int64_t begin, std::int64_t end, std::int32_t max_history,
           std::int32_t batch_targets) {
    if (end - begin < 2) return;
    if (steps_ == Steps::kNone) {
      pieces_.push_back({begin, begin, end});
      return;
    }
    std::vector<std::int64_t> starts = {begin};  // of steps
    for (auto e = begin + 1; e < end; ++e) {
      if (begins(e)) starts.push_back(e);
    }
    const auto n_steps = static_cast<std::int64_t>(starts.size());
    const auto start = [&](std::int64_t step) {
      return step < n_steps ? starts[static_cast<std::size_t>(step)] : end;
    };
    for (std::int64_t first = 1, last = 1; first < n_steps; first = last) {
      while (last < n_steps && (last == first || start(last + 1) - start(first) <= batch_targets)) {
        ++last;
      }
      pieces_.push_back(
          {start(std::max<std::int64_t>(0, first - max_history)), start(first), start(last)});
    }
  }

  void add(const Piece& piece, SequenceBatch& batch) const {
    std::int32_t step = 0;
    auto last = piece.end - 1;  // the start of the newest step, from which nothing is predicted
    while (!begins(last)) --last;
    for (auto e = piece.begin; e < piece.end; ++e) {
      const bool is_new = e > piece.begin && begins(e);
      step += is_new ? 1 : 0;
      if (e >= piece.target) {
        if (is_new) begin_query(at(e).time_us, batch);
        add_target(e, batch);
      }
      if (e < last) add_event(e, step, batch);
    }
  }

  void add_set(const Piece& piece, Random& random, SequenceBatch& batch) const {
    const auto n = static_cast<std::size_t>(piece.end - piece.begin);
    std::vector<bool> is_hidden(n);
    for (std::size_t e = 0; e < n; ++e) is_hidden[e] = random.below(2) == 0;
    const auto turn = random.below(n);  // some are hidden, some are not
    const bool same =
        std::ranges::all_of(is_hidden, [&](bool hidden) { return hidden == is_hidden[0]; });
    if (same) is_hidden[turn] = !is_hidden[turn];
    for (std::size_t e = 0; e < n; ++e) {
      if (!is_hidden[e]) add_event(piece.begin + static_cast<std::int64_t>(e), 0, batch);
    }
    begin_query(0, batch);
    for (std::size_t e = 0; e < n; ++e) {
      if (is_hidden[e]) add_target(piece.begin + static_cast<std::int64_t>(e), batch);
    }
  }

  void add_event(std::int64_t e, std::int32_t step, SequenceBatch& batch) const {
    const auto& event = at(e);
    batch.events.push_back({batch.sources.add(event.item), step, event.kind, event.time_us});
  }
  // Of all events so far.
  void begin_query(std::int64_t now_us, SequenceBatch& batch) const {
    const auto n_targets = static_cast<std::int64_t>(batch.targets.size());
    batch.queries.push_back({n_events(batch), n_targets, n_targets, now_us});
  }
  void add_target(std::int64_t e, SequenceBatch& batch) const {
    batch.targets.push_back(batch.columns.add(at(e).item));
    ++batch.queries.back().end_target;
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
  Steps steps_;
  std::int32_t negatives_;
  std::vector<std::int64_t> target_counts_;  // (n_items,)
  std::vector<Piece> pieces_;
  std::int64_t n_targets_ = 0, n_batches_ = 0, dealt_ = 0;
  std::size_t next_ = 0;
};

}  // namespace endcap::detail
