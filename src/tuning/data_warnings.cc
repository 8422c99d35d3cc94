#include "endcap/tuning/data_warnings.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <unordered_set>
#include <utility>

namespace endcap {
namespace {

using Warnings = std::vector<std::string>;

constexpr std::int32_t kFewestItems = 50;  // of a catalogue column, to say anything about it

std::string percent(double share) {
  const auto tenths = static_cast<std::int64_t>(std::lround(share * 1000));
  if (tenths >= 100) return std::to_string((tenths + 5) / 10) + " %";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

double share_of(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// The log's rows, and which of them are what lists predict.
class Log {
 public:
  Log(const Events& events, const std::string& target) : events_(events) {
    const auto wanted = events.kinds().at(target);
    const auto& kinds = events.kind();
    const bool occurs = std::find(kinds.begin(), kinds.end(), wanted) != kinds.end();
    for (const auto kind : kinds) is_target_.push_back(!occurs || kind == wanted);
    name_ = occurs ? target : "event";
  }

  [[nodiscard]] std::size_t size() const { return is_target_.size(); }
  [[nodiscard]] bool is_target(std::size_t row) const { return is_target_[row]; }
  [[nodiscard]] std::string name() const { return name_; }
  [[nodiscard]] std::int16_t kind(std::size_t row) const { return events_.kind()[row]; }

  // Whether the row says the same item at the same time as the one before, of
  // the same visitor.
  [[nodiscard]] bool is_beside(std::size_t row) const {
    return events_.item()[row] == events_.item()[row - 1] &&
           events_.time_us()[row] == events_.time_us()[row - 1];
  }

  // (n_items,): how many targets each item has.
  [[nodiscard]] std::vector<std::int64_t> targets_by_item() const {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(events_.items().size()));
    for (std::size_t row = 0; row < size(); ++row) {
      if (is_target_[row]) ++counts[static_cast<std::size_t>(events_.item()[row])];
    }
    return counts;
  }

 private:
  const Events& events_;
  std::vector<bool> is_target_;
  std::string name_;
};

// Rows are sorted by visitor, time and item, so that what repeats stands
// together.
void warn_of_rows(const Events& events, const Log& log, Warnings& warnings) {
  if (events.order() != Order::kTime) return;
  std::int64_t repeated = 0, targets = 0, foretold = 0;
  for (std::int32_t user = 0; user < events.users().size(); ++user) {
    const auto begin = static_cast<std::size_t>(events.offsets()[static_cast<std::size_t>(user)]);
    const auto end = static_cast<std::size_t>(events.offsets()[static_cast<std::size_t>(user) + 1]);
    for (std::size_t first = begin, next = begin; first < end; first = next) {
      std::int64_t of_group = 0;
      bool other = false;
      for (next = first; next == first || (next < end && log.is_beside(next)); ++next) {
        of_group += log.is_target(next) ? 1 : 0;
        other = other || !log.is_target(next);
        repeated += next > first && log.kind(next) == log.kind(next - 1) ? 1 : 0;
      }
      targets += of_group;
      foretold += other ? of_group : 0;
    }
  }
  if (const auto share = share_of(repeated, events.size()); share > 0.01) {
    warnings.push_back(percent(share) +
                       " of the events repeat another one: same visitor, item, kind and "
                       "second. "
                       "Counted twice, they make habits look stronger than they are.");
  }
  if (const auto share = share_of(foretold, targets); share > 0.05) {
    warnings.push_back(percent(share) + " of the events of kind " + log.name() +
                       " stand at the very second of another kind of event with the same "
                       "item. "
                       "Only what came earlier is learned from, so these teach less than they "
                       "seem to; check how the shop logs them.");
  }
}

void warn_of_visitors(const Events& events, Warnings& warnings) {
  constexpr std::int32_t kFewestVisitors = 20;
  std::int64_t most = 0;
  std::int32_t who = 0;
  for (std::int32_t user = 0; user < events.users().size(); ++user) {
    const auto u = static_cast<std::size_t>(user);
    const auto n = events.offsets()[u + 1] - events.offsets()[u];
    if (n > most) {
      most = n;
      who = user;
    }
  }
  const auto share = share_of(most, events.size());
  if (events.users().size() < kFewestVisitors || share < 0.05) return;
  warnings.push_back("One visitor, " + to_string(events.users().id(who)) + ", has " +
                     percent(share) +
                     " of all events. Is it a till, a test account or a robot? "
                     "Then leave it out.");
}

void warn_of_order(const Events& events, Warnings& warnings) {
  if (events.order() != Order::kSequence) return;
  std::vector<std::int32_t> user;
  for (std::int32_t u = 0; u < events.users().size(); ++u) {
    user.resize(static_cast<std::size_t>(events.offsets()[static_cast<std::size_t>(u) + 1]), u);
  }
  if (order_of_rows(user, events.item().span()) == Order::kSequence) return;
  warnings.emplace_back(
      "The items of every visitor come sorted by id. They are taken for the order in which things "
      "happened; if it is not, give them as sets (from_csr): lists will be much better.");
}

void warn_of_times(const Events& events, Warnings& warnings) {
  if (events.order() != Order::kTime) return;
  constexpr std::size_t kEnough = 1'000'000;  // of a longer log, every so many-th
  const auto& all = events.time_us();
  std::vector<std::int64_t> times;
  for (std::size_t row = 0; row < all.size(); row += all.size() / kEnough + 1) {
    times.push_back(all[row]);
  }
  std::sort(times.begin(), times.end());
  std::int64_t most = 0, distinct = 0;
  for (std::size_t begin = 0, end = 0; begin < times.size(); begin = end) {
    while (end < times.size() && times[end] == times[begin]) ++end;
    most = std::max(most, static_cast<std::int64_t>(end - begin));
    ++distinct;
  }
  const auto n = static_cast<std::int64_t>(times.size());
  const auto usual = share_of(n, distinct), share = share_of(most, n);
  if (events.begin_us() == events.end_us()) {
    warnings.emplace_back("All events have the same time, so nothing is known of their order.");
  } else if (share > 0.1 && static_cast<double>(most) > 10 * usual) {
    warnings.push_back(percent(share) +
                       " of the events have one and the same time. It looks like the time of "
                       "an "
                       "import; what came before or after cannot be told there.");
  }
}

// The mean rank of each value among all, from 1; equal values share theirs.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      ranks[order[i]] = (static_cast<double>(begin) + static_cast<double>(end) + 1) / 2;
    }
  }
  return ranks;
}

// Spearman's rank correlation; 0 where one side is constant.
double rank_correlation(std::span<const double> a, std::span<const double> b) {
  const auto ranks_a = ranks_of(a), ranks_b = ranks_of(b);
  const double mean = (static_cast<double>(a.size()) + 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (ranks_a[i] - mean) * (ranks_b[i] - mean);
    aa += (ranks_a[i] - mean) * (ranks_a[i] - mean);
    bb += (ranks_b[i] - mean) * (ranks_b[i] - mean);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

void warn_of_id(const std::string& column, Warnings& warnings) {
  warnings.push_back("The catalogue's column " + column +
                     " is different for nearly every item, as an id is. It "
                     "tells nothing about "
                     "what goes together; leave it out.");
}

void warn_of_numbers(const Catalog& catalog, std::int32_t column,
                     const std::vector<double>& sold_by_row, const std::string& name,
                     Warnings& warnings) {
  std::vector<double> values, sold;
  std::unordered_set<double> distinct;
  bool whole = true;
  for (std::int32_t row = 0; row < catalog.items().size(); ++row) {
    const double value = catalog.number(row, column);
    if (std::isnan(value)) continue;
    values.push_back(value);
    sold.push_back(sold_by_row[static_cast<std::size_t>(row)]);
    distinct.insert(value);
    whole = whole && value == std::floor(value);
  }
  if (values.size() < static_cast<std::size_t>(kFewestItems)) return;
  const auto& title = catalog.column_names()[static_cast<std::size_t>(column)];
  if (const double rho = rank_correlation(values, sold); std::abs(rho) > 0.9) {
    warnings.push_back("The catalogue's column " + title + " goes with how often each item has a " +
                       name + " (rank correlation " + (rho < 0 ? "-" : "") + "0." +
                       std::to_string(std::lround(std::abs(rho) * 100) % 100) +
                       "). If it counts sales, it knows the days that models are tested on.");
  } else if (whole && share_of(static_cast<std::int64_t>(distinct.size()),
                               static_cast<std::int64_t>(values.size())) > 0.95) {
    warn_of_id(title, warnings);
  }
}

void warn_of_texts(const Catalog& catalog, std::int32_t column, Warnings& warnings) {
  std::int64_t filled = 0;
  for (std::int32_t row = 0; row < catalog.items().size(); ++row) {
    filled += catalog.codes(row, column).empty() ? 0 : 1;
  }
  if (filled >= kFewestItems && share_of(catalog.texts(column).size(), filled) > 0.95) {
    warn_of_id(catalog.column_names()[static_cast<std::size_t>(column)], warnings);
  }
}

void warn_of_catalog(const Events& events, const Catalog& catalog, const Log& log,
                     Warnings& warnings) {
  const auto targets = log.targets_by_item();
  std::vector<double> sold(static_cast<std::size_t>(catalog.items().size()));
  for (std::int32_t row = 0; row < catalog.items().size(); ++row) {
    const auto item = events.items().find(catalog.items().id(row));
    if (item)
      sold[static_cast<std::size_t>(row)] =
          static_cast<double>(targets[static_cast<std::size_t>(*item)]);
  }
  for (std::int32_t column = 0; column < catalog.n_columns(); ++column) {
    if (catalog.type(column) == ColumnType::kNumber) {
      warn_of_numbers(catalog, column, sold, log.name(), warnings);
    } else if (catalog.type(column) == ColumnType::kCategory) {
      warn_of_texts(catalog, column, warnings);
    }
  }
}

}  // namespace

std::vector<std::string> data_warnings(const Events& events, const Catalog& catalog,
                                       const std::string& target) {
  const Log log(events, target);
  Warnings warnings;
  if (log.size() == 0) return warnings;
  warn_of_rows(events, log, warnings);
  warn_of_visitors(events, warnings);
  warn_of_order(events, warnings);
  warn_of_times(events, warnings);
  warn_of_catalog(events, catalog, log, warnings);
  return warnings;
}

}  // namespace endcap
