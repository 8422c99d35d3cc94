#include "event_collector.h"

#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "endcap/base/number_text.h"
#include "endcap/base/utf8.h"
#include "endcap/events/session_key.h"
#include "endcap/events/time_text.h"

namespace endcap::detail {
namespace {

constexpr std::int64_t kNoTime = -1;

// Only the values whose row is kept.
template <class T>
std::vector<T> kept(std::vector<T> values, const std::vector<bool>& keep) {
  std::size_t n = 0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (keep[row]) values[n++] = values[row];
  }
  values.resize(n);
  return values;
}

}  // namespace

struct EventCollector::Values {
  std::int64_t time_us = kNoTime;
  std::int16_t kind = 0;
  float quantity = 1;
  float price = std::numeric_limits<float>::quiet_NaN();
};

EventCollector::Problem EventCollector::parse(const TextRow& row, Values& values) const {
  if (row.user.text.empty()) return {"user is missing"};
  if (row.item.text.empty()) return {"item is missing"};
  for (const auto& id : {row.user, row.item, row.session}) {
    if (!is_utf8(id.text)) return {"id is not UTF-8"};
  }
  const auto kind = row.kind.text.empty() ? default_kind_ : kinds_.find(row.kind.text);
  if (!kind) return {"kind is not known", row.kind.text};
  values.kind = *kind;
  if (!row.time.text.empty()) {
    const auto time_us = time_from_text(row.time.text);
    if (!time_us) {
      return {"time is neither ISO 8601 nor seconds since 1970 (milliseconds?)", row.time.text};
    }
    values.time_us = *time_us;
  }
  if (!row.quantity.text.empty()) {
    const auto quantity = number_from_text<float>(row.quantity.text);
    if (!quantity || *quantity <= 0)
      return {"quantity is not a positive number", row.quantity.text};
    values.quantity = *quantity;
  }
  if (!row.price.text.empty()) {
    const auto price = number_from_text<float>(row.price.text);
    if (!price || *price < 0) return {"price is not a number of 0 or more", row.price.text};
    values.price = *price;
  }
  return {};
}

void EventCollector::add(std::int64_t line, const TextRow& row) {
  Values values;
  if (const auto problem = parse(row, values); !problem.reason.empty()) {
    return add_bad(line, problem.reason, problem.value);
  }
  ++report_.rows;
  users_.add(row.user.text, row.user.is_text);
  items_.add(row.item.text, row.item.is_text);
  if (row.session.text.empty()) {
    sessions_.add_missing();
  } else {
    sessions_.add(row.session.text, row.session.is_text);
  }
  lines_.push_back(line);
  kind_.push_back(values.kind);
  times_.push_back(values.time_us);
  quantity_.push_back(values.quantity);
  price_.push_back(values.price);
  any_time_ = any_time_ || values.time_us != kNoTime;
  any_quantity_ = any_quantity_ || !row.quantity.text.empty();
  any_price_ = any_price_ || !row.price.text.empty();
  any_session_ = any_session_ || !row.session.text.empty();
}

std::vector<bool> EventCollector::timed_rows() {
  std::vector<bool> keep(lines_.size(), true);
  for (std::size_t row = 0; row < lines_.size(); ++row) {
    if (!any_time_) {
      times_[row] = static_cast<std::int64_t>(row);
    } else if (times_[row] == kNoTime) {
      keep[row] = false;
      bad_rows_.add(lines_[row], "time is missing, though other events have one");
    }
  }
  return keep;
}

ReadEvents EventCollector::finish() && {
  if (lines_.empty()) fail("no row can be read of " + std::to_string(report_.rows));
  const auto keep = timed_rows();
  EventColumns columns;
  columns.kinds = std::move(kinds_);
  std::tie(columns.users, columns.user) = std::move(users_).finish();
  std::tie(columns.items, columns.item) = std::move(items_).finish();
  columns.user = kept(std::move(columns.user), keep);
  columns.item = kept(std::move(columns.item), keep);
  columns.order = any_time_ ? Order::kTime : order_of_rows(columns.user, columns.item);
  columns.kind = kept(std::move(kind_), keep);
  columns.time_us = kept(std::move(times_), keep);
  if (any_quantity_) columns.quantity = kept(std::move(quantity_), keep);
  if (any_price_) columns.price = kept(std::move(price_), keep);
  if (any_session_) {
    const auto [ids, session] = std::move(sessions_).finish();
    columns.session = kept(session_keys(ids, session), keep);
  }
  report_.kept = static_cast<std::int64_t>(columns.item.size());
  return {Events(std::move(columns)), std::move(report_)};
}

}  // namespace endcap::detail
