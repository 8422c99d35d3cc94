#include "serving/small_shop.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/models/als.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/models/session_knn.h"
#include "endcap/serving/fit_snapshot.h"
#include "tuning/random_trees.h"

namespace endcap {

Events small_log() {
  Random random(7);
  std::vector<Event> events;
  for (int user = 0; user < 8; ++user) {
    for (int step = 0; step < 8; ++step) {
      const auto day = static_cast<std::int64_t>(step * 3) + user % 2;
      events.push_back({.user = "an-" + std::to_string(user),
                        .item = "sku-" + std::to_string(random.below(12)),
                        .kind = step == 6       ? "dismiss"
                                : step % 3 == 1 ? "purchase"
                                                : "view",
                        .time_us = (19'000 + day) * kMicrosecondsPerDay + step,
                        .session = std::int64_t{user * 10 + step / 2}});
    }
  }
  return Events::from_list(events);
}

// A column of each type, and an item that nobody has seen.
Catalog small_catalog() {
  CatalogColumns columns;
  Numbers prices, stock;
  Times released;
  Texts titles, brands;
  Tags tags;
  for (int i = 0; i < 13; ++i) {
    columns.ids.emplace_back("sku-" + std::to_string(i));
    prices.push_back(1.5 * i);
    stock.push_back(i % 5 != 4);
    released.push_back(i == 3 ? kNoTime : (18'000 + i) * kMicrosecondsPerDay);
    titles.emplace_back((i % 2 == 0 ? "green cup " : "red plate ") + std::to_string(i));
    brands.push_back(i == 6 ? std::nullopt : std::optional("b" + std::to_string(i % 3)));
    tags.push_back(i % 4 == 0 ? std::vector<std::string>{"new", "sale"} : Tags::value_type{});
  }
  columns.columns = {
      {"price", ColumnType::kNumber, prices},    {"in_stock", ColumnType::kBoolean, stock},
      {"released", ColumnType::kTime, released}, {"title", ColumnType::kText, titles},
      {"brand", ColumnType::kCategory, brands},  {"tags", ColumnType::kTags, tags}};
  return Catalog(std::move(columns));
}

Rules small_rules() {
  return {.filter = "in_stock and price < 15",
          .block = {Id("sku-2")},
          .hide = {{"purchase", "brand = 'b1'", 30}},
          .boosts = {{"tags = 'sale' and price > 3", 2}},
          .pins = {{Id("sku-5"), 2}},
          .caps = {{"brand", 2}},
          .diversity = 0.25f,
          .rotation = 0.5f,
          .exploration = 0.125f,
          .seed = 3,
          .backfill = {"price > 1", ""}};
}

Snapshot small_shop() {
  Snapshot shop =
      fit_snapshot({small_log(), small_catalog()},
                   {.models = {"popularity/28d", "rp3beta", "sequential_rules", "slist",
                               "session_knn", "next_basket", "content", "repeat_purchase/28d"},
                    .context = {.threads = 1}});
  const Context one{.threads = 1};
  shop.blend.terms.push_back({.name = "als",
                              .model = std::make_shared<const Als>(
                                  Als::fit(shop.histories, {.factors = 4, .iterations = 2}, one)),
                              .weights = {0.25f, 0.125f}});
  shop.blend.terms.push_back({.name = "sequence_factors/narrow",
                              .model = std::make_shared<const SequenceFactors>(SequenceFactors::fit(
                                  shop.histories, {}, {.factors = 4, .epochs = 1}, one)),
                              .weights = {0.5f, 0.25f}});
  Random random(31);
  for (const auto p : {std::size_t{0}, std::size_t{1}}) {
    shop.blend.rerankers[p] = {std::vector<std::int32_t>{1, 3, 9}, random_trees(random, 4, 2, 2)};
  }
  shop.scenarios = {{"home", small_rules()}, {"plain", {}}};
  return shop;
}

namespace {

TEST(SmallShopTest, HasEveryModelThatAFileHolds) {
  const auto shop = small_shop();
  std::string classes;
  for (const auto& term : shop.blend.terms) {
    const auto* model = term.model.get();
    classes += model == nullptr                              ? "-"
               : dynamic_cast<const ItemItemModel*>(model)   ? "i"
               : dynamic_cast<const SequenceFactors*>(model) ? "f"
               : dynamic_cast<const Als*>(model)             ? "a"
               : dynamic_cast<const SessionKnn*>(model)      ? "k"
                                                             : "?";
  }
  EXPECT_EQ(classes, "-iiikiiiiaf");
  EXPECT_FALSE(shop.blend.cold.empty());
  EXPECT_FALSE(shop.blend.rerankers[0].empty());
}

}  // namespace
}  // namespace endcap
