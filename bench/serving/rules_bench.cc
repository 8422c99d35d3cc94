#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>

#include "endcap/base/random.h"
#include "endcap/models/item_item_model.h"
#include "endcap/serving/plans.h"
#include "endcap/serving/ranker.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

constexpr std::int32_t kItems = 1'000'000;

// A million items of 100 brands, each followed by 200 others.
Snapshot big_shop() {
  Random random(1);
  Snapshot shop;
  std::vector<std::int64_t> ids(kItems);
  std::iota(ids.begin(), ids.end(), 0);
  shop.items = Vocabulary(std::move(ids));
  CatalogColumns columns;
  Numbers price;
  Texts brand;
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::int32_t> next;
  std::vector<float> values, prior;
  for (std::int32_t i = 0; i < kItems; ++i) {
    columns.ids.emplace_back(std::int64_t{i});
    price.push_back(static_cast<double>(random.below(1000)));
    brand.push_back("b" + std::to_string(random.below(100)));
    const auto begin = next.size();
    for (int j = 0; j < 200; ++j) next.push_back(static_cast<std::int32_t>(random.below(kItems)));
    std::sort(next.begin() + static_cast<std::ptrdiff_t>(begin), next.end());
    next.erase(std::unique(next.begin() + static_cast<std::ptrdiff_t>(begin), next.end()),
               next.end());
    while (values.size() < next.size()) values.push_back(static_cast<float>(random.uniform()));
    offsets.push_back(static_cast<std::int64_t>(next.size()));
    prior.push_back(static_cast<float>(random.uniform() * 0.01));
  }
  columns.columns.push_back({"price", ColumnType::kNumber, std::move(price)});
  columns.columns.push_back({"brand", ColumnType::kCategory, std::move(brand)});
  shop.catalog = Catalog(std::move(columns));
  std::vector<std::int32_t> order(kItems);
  std::iota(order.begin(), order.end(), 0);
  shop.catalog_row = order;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return prior[static_cast<std::size_t>(a)] > prior[static_cast<std::size_t>(b)];
  });
  for (std::size_t p = 0; p < kPurposes; ++p) {
    shop.blend.prior[p] = prior;
    shop.blend.prior_order[p] = order;
  }
  const CsrMatrix matrix(kItems, std::move(offsets), std::move(next), std::move(values));
  shop.blend.terms.push_back({.name = std::string(kBoughtTogether),
                              .model = std::make_shared<ItemItemModel>(matrix, HistoryWeights{}),
                              .weights = {1, 1, 1}});
  shop.histories =
      Interactions(kItems, Order::kTime, std::vector<std::int64_t>{0}, std::vector<Interaction>{});
  return shop;
}

const Snapshot& shop() {
  static const Snapshot one = big_shop();
  return one;
}

// Lists of 20 for histories of 20, under the rules.
void rank(benchmark::State& state, const Rules& rules) {
  static const Plans plans(shop());
  static Ranker ranker(shop());
  const Plan plan = plans.make(rules);
  Random random(2);
  for (auto _ : state) {
    std::vector<Interaction> events(20);
    for (auto& event : events) event.item = static_cast<ItemIndex>(random.below(kItems));
    benchmark::DoNotOptimize(ranker.rank(
        {.history = {events, 0}, .k = 20, .plan = &plan, .anchor = events.back().item}));
  }
}

BENCHMARK_CAPTURE(rank, unfiltered, Rules{});
BENCHMARK_CAPTURE(rank, filter_keeps_1_percent, Rules{.filter = "price < 10"});
BENCHMARK_CAPTURE(rank, filter_keeps_1_percent_of_the_page,
                  Rules{.filter = "brand = anchor.brand"});
BENCHMARK_CAPTURE(rank, filter_on_the_customer, Rules{.filter = "brand in customer.brands"});
BENCHMARK_CAPTURE(rank, filter_keeps_1_in_10000,
                  Rules{.filter = "price = 5 and brand in ('b1', 'b2', 'b3', 'b4', 'b5', 'b6', "
                                  "'b7', 'b8', 'b9', 'b10')"});
BENCHMARK_CAPTURE(rank, boosts, Rules{.boosts = {{"price < 10", 2}, {"brand = 'b1'", 0.5f}}});
BENCHMARK_CAPTURE(rank, caps, Rules{.caps = {{"brand", 2}}});
BENCHMARK_CAPTURE(rank, diversity, Rules{.diversity = 0.3f});

}  // namespace
}  // namespace endcap
