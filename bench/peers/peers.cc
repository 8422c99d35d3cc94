// endcap's side of comparisons that Python takes no part in; one line of JSON each.
//   endcap_peers sessions TRAIN TEST   one query of a session model (bench/peers beside Serenade)
//   endcap_peers trained SEQUENCES     an epoch of the trained model (beside trained_twin.py)
// Lines of TRAIN are sessions; the last number of a line of TEST is what came next; a line of
// SEQUENCES is a user and the user's items, oldest first.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "endcap/models/recommend.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/models/slist.h"
#include "program.h"

namespace endcap {
namespace {

using Clock = std::chrono::steady_clock;
using Lists = std::vector<std::vector<ItemIndex>>;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Lists read_lists(const std::string& name) {
  std::ifstream file(name);
  if (!file) throw std::runtime_error("cannot read " + name);
  Lists lists;
  for (std::string line; std::getline(file, line);) {
    std::istringstream numbers(line);
    auto& list = lists.emplace_back();
    for (ItemIndex item; numbers >> item;) list.push_back(item);
  }
  return lists;
}

ItemIndex n_items_of(const Lists& lists) {
  ItemIndex largest = 0;
  for (const auto& list : lists) {
    for (const auto item : list) largest = std::max(largest, item);
  }
  return largest + 1;
}

std::vector<Interaction> events_of(const std::vector<ItemIndex>& list) {
  std::vector<Interaction> events;
  events.reserve(list.size());
  for (const auto item : list) {
    events.push_back({.time_us = static_cast<std::int64_t>(events.size()), .item = item});
  }
  return events;
}

Interactions interactions_of(const Lists& lists, ItemIndex n_items) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<Interaction> events;
  for (const auto& list : lists) {
    const auto row = events_of(list);
    events.insert(events.end(), row.begin(), row.end());
    offsets.push_back(static_cast<std::int64_t>(events.size()));
  }
  return {n_items, Order::kSequence, std::move(offsets), std::move(events)};
}

void sessions(const std::string& train_file, const std::string& test_file) {
  constexpr std::size_t kNewest = 8;
  constexpr int kBest = 20;
  const auto train = read_lists(train_file);
  const auto test = read_lists(test_file);
  const auto n_items = std::max(n_items_of(train), n_items_of(test));
  const auto start = Clock::now();
  const auto model = Slist::fit(interactions_of(train, n_items), {.regularization = 10,
                                                                  .alpha = .8f,
                                                                  .future_decay = .4f,
                                                                  .neighbors = 100,
                                                                  .row_size = 100,
                                                                  .repeats = true});
  const double fit_seconds = seconds_since(start);
  double hits = 0, reciprocal = 0;
  std::vector<double> micros;
  for (const auto& line : test) {
    const auto events = events_of({line.begin(), line.end() - 1});
    const auto newest = std::span(events).last(std::min(events.size(), kNewest));
    const auto asked = Clock::now();
    const auto list = recommend(model, History{newest}, {.k = kBest, .exclude_history = false},
                                [](ItemIndex) { return true; });
    micros.push_back(seconds_since(asked) * 1e6);
    const auto found = std::ranges::find(list, line.back(), &ScoredItem::item);
    if (found == list.end()) continue;
    hits += 1;
    reciprocal += 1 / static_cast<double>(found - list.begin() + 1);
  }
  std::ranges::sort(micros);
  const auto n = static_cast<double>(test.size());
  const auto quantile = [&](double share) {
    return micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  std::cout << R"({"model":"endcap-slist","p@20":)" << hits / n << R"(,"mrr@20":)" << reciprocal / n
            << R"(,"fit_s":)" << fit_seconds << R"(,"p50_us":)" << quantile(.5) << R"(,"p90_us":)"
            << quantile(.9) << R"(,"p99_us":)" << quantile(.99) << "}\n";
}

// Differences of two numbers of epochs leave out what is done once.
void trained(const std::string& file) {
  auto lists = read_lists(file);
  for (auto& list : lists) list.erase(list.begin());
  const auto x = interactions_of(lists, n_items_of(lists));
  const auto seconds = [&](std::int32_t epochs) {
    const auto start = Clock::now();
    static_cast<void>(SequenceFactors::fit(x, {}, {.epochs = epochs}));
    return seconds_since(start);
  };
  const double one = seconds(1), three = seconds(3);
  std::cout << R"({"model":"endcap-trained","epoch_s":)" << (three - one) / 2 << "}\n";
}

int main_of(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "sessions") {
    sessions(arguments[1], arguments[2]);
  } else if (arguments.size() == 2 && arguments[0] == "trained") {
    trained(arguments[1]);
  } else {
    std::cerr << "endcap_peers sessions TRAIN TEST | trained SEQUENCES\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace endcap

int main(int argc, char** argv) { return endcap::run_program(argc, argv, endcap::main_of); }
