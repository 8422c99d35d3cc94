#include "endcap/serving/meetings.h"

#include <algorithm>

namespace endcap {

void Meetings::prepare(const Interactions& fitted) {
  n_fitted_.assign(static_cast<std::size_t>(fitted.n_items()), 0);
  std::vector<UserIndex> last(n_fitted_.size(), kNoIndex);  // party that was counted
  for (UserIndex party = 0; party < fitted.n_users(); ++party) {
    for (const auto& event : fitted.events_of(party)) {
      const auto item = static_cast<std::size_t>(event.item);
      n_fitted_[item] += last[item] != party ? 1 : 0;
      last[item] = party;
    }
  }
  n_now_ = n_fitted_;
}

void Meetings::keep(ItemIndex item, const Meeting& meeting, std::int64_t position) {
  auto& kept = rows_[item].meetings;
  kept.push_back({meeting, position});
  ++n_kept_;
  if (kept.size() < 2 * kMostOfItem) return;
  kept.erase(kept.begin(), kept.begin() + kMostOfItem);
  n_kept_ -= kMostOfItem;
}

void Meetings::add(const Visit& visit, std::int64_t position) {
  const auto& line = visit.line;
  const auto place = visit.place;
  const auto item = line[place];
  if (!knows(item) || n_kept_ >= kMost) return;
  newest_ = std::max(newest_, position);
  if (visit.is_new) {
    rows_[item].first_times.push_back(position);
    ++n_now_[static_cast<std::size_t>(item)];
  }
  std::vector<ItemIndex> met;
  const auto meet = [&](std::size_t other_place) {
    const auto other = line[other_place];
    if (other == item || !knows(other)) return;
    const bool is_first = visit.is_new && std::ranges::find(met, other) == met.end();
    const auto steps = static_cast<std::int16_t>(static_cast<std::ptrdiff_t>(other_place) -
                                                 static_cast<std::ptrdiff_t>(place));
    keep(item, {.other = other, .n_items = visit.n_items, .steps = steps, .is_first = is_first},
         position);
    keep(other,
         {.other = item,
          .n_items = visit.n_items,
          .steps = static_cast<std::int16_t>(-steps),
          .is_first = is_first},
         position);
    met.push_back(other);
  };
  for (std::size_t steps = 1; steps <= std::min(kReach, place); ++steps) meet(place - steps);
  const auto end = std::min(line.size(), place + kReach + 1);
  for (std::size_t other_place = place + 1; other_place < end; ++other_place) meet(other_place);
}

void Meetings::erase_since(std::int64_t begin) {
  if (newest_ < begin) return;
  erase([begin](std::int64_t position) { return position >= begin; });
  newest_ = begin - 1;
}

std::vector<ItemNews> Meetings::of(std::span<const ItemIndex> items) const {
  std::vector<ItemNews> news;
  for (const auto item : items) {
    const auto row = rows_.find(item);
    if (row == rows_.end()) continue;
    const auto& kept = row->second.meetings;
    news.push_back({.item = item,
                    .n_before = n_fitted_[static_cast<std::size_t>(item)],
                    .n_now = n_now_[static_cast<std::size_t>(item)]});
    auto& meetings = news.back().meetings;
    const auto n = std::min(kept.size(), kMostOfItem);
    meetings.reserve(n);
    for (const auto& [meeting, position] : std::span(kept).last(n)) {
      meetings.push_back(meeting);
      meetings.back().n_of_other = n_now_[static_cast<std::size_t>(meeting.other)];
    }
  }
  return news;
}

}  // namespace endcap
