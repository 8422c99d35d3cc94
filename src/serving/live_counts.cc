#include "endcap/serving/live_counts.h"

#include <algorithm>
#include <utility>

#include "endcap/matrix/baskets.h"
#include "endcap/models/item_item_model.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

bool counts_meetings(const BlendTerm& term) {
  const auto* model = dynamic_cast<const ItemItemModel*>(term.model.get());
  return model != nullptr && model->update() != nullptr;
}

// What is done with one item on end is one step, as it is where a fit counts.
struct Line {
  std::vector<ItemIndex> items;
  std::size_t place = 0;  // of the visit's step
  bool is_new = true;     // whether that step is one of its own
};

Line line_of(const LiveCounts::Visit& visit) {
  Line line;
  for (std::size_t s = 0; s < visit.line.size(); ++s) {
    const auto item = visit.line[s].item;
    const bool goes_on = s > 0 && visit.line[s - 1].item == item;
    if (!goes_on) line.items.push_back(item);
    if (s == visit.place) line.place = line.items.size() - 1;
    if (goes_on && (s == visit.place || s == visit.place + 1)) line.is_new = false;
  }
  return line;
}

void sort_unique(std::vector<ItemIndex>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

// Adds the item at a place of a party's line to meetings; `had` is what the party had before.
void add_to(Meetings& meetings, std::span<const ItemIndex> line, std::size_t place,
            std::vector<ItemIndex> had, std::int64_t position) {
  const bool is_new = std::ranges::find(had, line[place]) == had.end();
  had.push_back(line[place]);
  sort_unique(had);
  const auto n_items = static_cast<std::int32_t>(had.size());
  meetings.add({.line = line, .place = place, .n_items = n_items, .is_new = is_new}, position);
}

}  // namespace

LiveCounts::LiveCounts(const Snapshot& snapshot)
    : snapshot_(snapshot), is_needed_(std::ranges::any_of(snapshot.blend.terms, counts_meetings)) {}

void LiveCounts::prepare() {
  if (!is_needed_) return;
  std::call_once(prepared_, [this] {
    const auto& histories = snapshot_.histories;
    has_baskets_ = histories.order() != Order::kNone && has_baskets(histories);
    if (has_baskets_) baskets_.prepare(by_basket(histories));
    visitors_.prepare(histories);
  });
}

void LiveCounts::add(Visit visit, std::int64_t position) {
  const auto& line = visit.line;
  const auto place = visit.place;
  const auto steps = line_of(visit);
  if (steps.is_new) add_to(visitors_, steps.items, steps.place, std::move(visit.had), position);
  if (has_baskets_ && line[place].basket >= 0) {
    std::vector<ItemIndex> in_basket, others;
    std::size_t own = 0;
    for (std::size_t s = 0; s < line.size(); ++s) {
      if (line[s].basket != line[place].basket) continue;
      if (s == place) own = in_basket.size();
      if (s != place) others.push_back(line[s].item);
      in_basket.push_back(line[s].item);
    }
    add_to(baskets_, in_basket, own, std::move(others), position);
  }
  have_met_.store(true, std::memory_order_release);
}

void LiveCounts::erase_since(std::int64_t begin) {
  visitors_.erase_since(begin);
  baskets_.erase_since(begin);
}

std::shared_ptr<const News> LiveCounts::news_of(std::span<const Interaction> events) const {
  constexpr std::size_t kNewest = 20;
  std::vector<ItemIndex> items;
  for (const auto& event : events.last(std::min(events.size(), kNewest))) {
    items.push_back(event.item);
  }
  sort_unique(items);
  auto news = std::make_shared<News>();
  news->of_visitors = visitors_.of(items);
  news->of_baskets = baskets_.of(items);
  news->has_baskets = has_baskets_;
  return news->of_visitors.empty() && news->of_baskets.empty() ? nullptr : news;
}

}  // namespace endcap
