#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

// Stacks the rows of a matrix that threads make, in whatever order they get ready. What is held at
// most is the matrix, the rows that are ahead of a missing one, and a block of kBlock entries.
class RowStack {
 public:
  RowStack(std::int32_t n_rows, std::int32_t n_columns)
      : n_columns_(n_columns), waiting_(static_cast<std::size_t>(n_rows)) {
    offsets_.reserve(waiting_.size() + 1);
    offsets_.push_back(0);
  }

  // Takes a row. Any thread; each row once. Requires 0 <= row < n_rows.
  void add(std::int32_t row, std::vector<ScoredItem> entries) {
    const std::lock_guard lock(mutex_);
    auto& place = waiting_[static_cast<std::size_t>(row)];
    place = {.entries = std::move(entries), .is_there = true};
    for (std::size_t next; (next = offsets_.size() - 1) < waiting_.size();) {
      if (!waiting_[next].is_there) break;
      append(waiting_[next].entries);
      std::vector<ScoredItem>().swap(waiting_[next].entries);
    }
  }

  // Requires that all rows have been added.
  [[nodiscard]] CsrMatrix finish() && {
    std::vector<std::int32_t> columns;
    std::vector<float> values;
    columns.reserve(static_cast<std::size_t>(offsets_.back()));
    values.reserve(static_cast<std::size_t>(offsets_.back()));
    for (auto& block : blocks_) {
      for (const auto& [column, value] : block) {
        columns.push_back(column);
        values.push_back(value);
      }
      std::vector<ScoredItem>().swap(block);
    }
    return {n_columns_, std::move(offsets_), std::move(columns), std::move(values)};
  }

 private:
  // Over 32 MiB, from where on the C library gives each block back to the system when it is freed.
  static constexpr std::size_t kBlock = (std::size_t{4} << 20) + 1;

  struct Row {
    std::vector<ScoredItem> entries;
    bool is_there = false;
  };

  void append(const std::vector<ScoredItem>& entries) {
    if (blocks_.empty() || blocks_.back().size() + entries.size() > kBlock) {
      blocks_.emplace_back().reserve(std::max(kBlock, entries.size()));
    }
    blocks_.back().insert(blocks_.back().end(), entries.begin(), entries.end());
    offsets_.push_back(offsets_.back() + static_cast<std::int64_t>(entries.size()));
  }

  std::int32_t n_columns_;
  std::mutex mutex_;
  std::vector<Row> waiting_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::vector<ScoredItem>> blocks_;
};

}  // namespace endcap
