#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "endcap/ranking/filter.h"
#include "endcap/ranking/row_set.h"

namespace endcap {

using RowTest = std::function<bool(std::int32_t row)>;
using NodePtr = std::shared_ptr<const Filter::Node>;

// A condition as a tree. What speaks of the item alone is one set of rows, however it was written.
struct Filter::Node {
  enum class Type { kRows, kAnd, kOr, kNot, kAsk, kTest } type = Type::kRows;
  RowSet rows = {};                               // kRows
  std::vector<NodePtr> parts = {};                // kAnd, kOr, kNot (one)
  std::function<RowTest(const Asker&)> ask = {};  // kAsk: the test, once the asker is known
  RowTest test = {};                              // kTest: a settled kAsk

  [[nodiscard]] bool matches(std::int32_t row) const {
    switch (type) {
      case Type::kRows:
        return rows.has(row);
      case Type::kAnd:
        return std::all_of(parts.begin(), parts.end(), [&](auto& p) { return p->matches(row); });
      case Type::kOr:
        return std::any_of(parts.begin(), parts.end(), [&](auto& p) { return p->matches(row); });
      case Type::kNot:
        return !parts[0]->matches(row);
      default:
        return test(row);
    }
  }
};

inline NodePtr rows_node(RowSet rows) {
  return std::make_shared<const Filter::Node>(Filter::Node{.rows = std::move(rows)});
}
inline NodePtr ask_node(std::function<RowTest(const Asker&)> ask) {
  return std::make_shared<const Filter::Node>(
      Filter::Node{.type = Filter::Node::Type::kAsk, .ask = std::move(ask)});
}

// Several conditions as one, by kAnd or kOr; those on the item alone become one set of rows.
class Joiner {
 public:
  explicit Joiner(Filter::Node::Type type) : type_(type) {}

  void add(NodePtr node) {
    if (node->type != Filter::Node::Type::kRows) {
      parts_.push_back(std::move(node));
    } else if (!rows_) {
      rows_ = std::move(node);
    } else {
      RowSet rows = rows_->rows;
      type_ == Filter::Node::Type::kAnd ? rows &= node->rows : rows |= node->rows;
      rows_ = rows_node(std::move(rows));
    }
  }

  // Requires at least one condition.
  [[nodiscard]] NodePtr take() {
    if (rows_) parts_.insert(parts_.begin(), std::move(rows_));
    if (parts_.size() == 1) return parts_[0];
    return std::make_shared<const Filter::Node>(
        Filter::Node{.type = type_, .parts = std::move(parts_)});
  }

 private:
  Filter::Node::Type type_;
  NodePtr rows_;
  std::vector<NodePtr> parts_;
};

inline NodePtr negate(NodePtr a) {
  using Type = Filter::Node::Type;
  if (a->type != Type::kRows) {
    return std::make_shared<const Filter::Node>(
        Filter::Node{.type = Type::kNot, .parts = {std::move(a)}});
  }
  RowSet rows = a->rows;
  rows.invert();
  return rows_node(std::move(rows));
}

}  // namespace endcap
