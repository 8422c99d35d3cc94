#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "endcap/base/random.h"
#include "endcap/ranking/filter.h"

namespace endcap {
namespace {

constexpr std::int32_t kRows = 130;

Catalog random_catalog(Random& random) {
  CatalogColumns c;
  Numbers price, size;
  Texts brand;
  Tags tags;
  Times released;
  for (std::int32_t row = 0; row < kRows; ++row) {
    c.ids.emplace_back(std::int64_t{row});
    const auto missing = [&] { return random.below(5) == 0; };
    price.push_back(missing() ? std::nan("") : static_cast<double>(random.below(10)));
    size.push_back(missing() ? std::nan("") : static_cast<double>(random.below(2)));
    brand.push_back(missing() ? std::nullopt
                              : std::optional("b" + std::to_string(random.below(4))));
    tags.emplace_back();
    for (auto n = random.below(3); n > 0; --n) {
      tags.back().push_back("t" + std::to_string(random.below(4)));
    }
    released.push_back(
        missing() ? kNoTime : static_cast<std::int64_t>(random.below(9)) * kMicrosecondsPerDay);
  }
  c.columns.push_back({"price", ColumnType::kNumber, price});
  c.columns.push_back({"in_stock", ColumnType::kBoolean, size});
  c.columns.push_back({"brand", ColumnType::kCategory, brand});
  c.columns.push_back({"tags", ColumnType::kTags, tags});
  c.columns.push_back({"released", ColumnType::kTime, released});
  return Catalog(std::move(c));
}

// A condition as text, and what it means for one row, item by item.
struct Condition {
  std::string text;
  std::function<bool(std::int32_t row)> holds;
};

class Writer {
 public:
  Writer(const Catalog& catalog, const Asker& asker, Random& random)
      : catalog_(catalog), asker_(asker), random_(random) {}

  Condition condition(int depth) {
    if (depth == 0) return leaf();
    switch (random_.below(4)) {
      case 0: {
        const auto a = condition(depth - 1);
        return {"not (" + a.text + ")", [=](auto row) { return !a.holds(row); }};
      }
      case 1: {
        const auto a = condition(depth - 1), b = condition(depth - 1);
        return {"(" + a.text + ") and (" + b.text + ")",
                [=](auto row) { return a.holds(row) && b.holds(row); }};
      }
      case 2: {
        const auto a = condition(depth - 1), b = condition(depth - 1);
        return {"(" + a.text + " or " + b.text + ")",
                [=](auto row) { return a.holds(row) || b.holds(row); }};
      }
      default:
        return leaf();
    }
  }

 private:
  double price(std::int32_t row) const { return row < 0 ? std::nan("") : catalog_.number(row, 0); }

  Condition leaf() {
    const auto n = static_cast<double>(random_.below(10));
    const std::string number = std::to_string(static_cast<int>(n));
    const std::string brand = "b" + std::to_string(random_.below(5));
    const std::string tag = "t" + std::to_string(random_.below(5));
    const auto day = static_cast<std::int64_t>(random_.below(9));
    switch (random_.below(13)) {
      case 0:
        return {"price < " + number, [=, this](auto row) { return price(row) < n; }};
      case 1:
        return {"price != " + number,
                [=, this](auto row) { return !std::isnan(price(row)) && price(row) != n; }};
      case 2:
        return {"in_stock", [this](auto row) { return catalog_.number(row, 1) == 1; }};
      case 3:
        return {"brand in ('b1', '" + brand + "')", [=, this](auto row) {
                  const auto own = catalog_.text(row, 2);
                  return own && (*own == "b1" || *own == brand);
                }};
      case 4:
        return {"brand not in (\"" + brand + "\")",
                [=, this](auto row) { return catalog_.text(row, 2).value_or(brand) != brand; }};
      case 5:
        return {"brand >= '" + brand + "'",
                [=, this](auto row) { return catalog_.text(row, 2).value_or("") >= brand; }};
      case 6:
        return {"tags != '" + tag + "'", [=, this](auto row) {
                  bool any = false, equal = false;
                  for (const auto own : catalog_.tags(row, 3)) {
                    any = true;
                    equal = equal || own == tag;
                  }
                  return any && !equal;
                }};
      case 7:
        return {"released is missing",
                [this](auto row) { return catalog_.time_us(row, 4) == kNoTime; }};
      case 8:
        return {"released between '1970-01-0" + std::to_string(day + 1) + "' and now",
                [=, this](auto row) {
                  const auto own = catalog_.time_us(row, 4);
                  return day * kMicrosecondsPerDay <= own && own <= asker_.now_us;
                }};
      case 9:
        return {"brand in customer.brands", [this](auto row) {
                  const auto own = catalog_.text(row, 2);
                  bool any = false;
                  for (const auto had : asker_.rows)
                    any = any || (own && own == catalog_.text(had, 2));
                  return any;
                }};
      case 10:
        return {"price between 0.5 and 1.5 times anchor.price", [this](auto row) {
                  const double own = price(row), anchor = price(asker_.anchor);
                  return 0.5 * anchor <= own && own <= 1.5 * anchor;
                }};
      case 11:
        return {"brand != anchor.brand", [this](auto row) {
                  const auto own = catalog_.text(row, 2);
                  const auto anchor =
                      asker_.anchor < 0 ? std::nullopt : catalog_.text(asker_.anchor, 2);
                  return own && anchor && own != anchor;
                }};
      default:
        return {"price in customer.price", [this](auto row) {
                  bool any = false;
                  for (const auto had : asker_.rows) any = any || price(had) == price(row);
                  return any;
                }};
    }
  }

  const Catalog& catalog_;
  const Asker& asker_;
  Random& random_;
};

TEST(FilterPropertyTest, AgreesWithAnEvaluationItemByItem) {
  Random random(11);
  for (int round = 0; round < 400; ++round) {
    const auto catalog = random_catalog(random);
    std::vector<std::int32_t> history;
    for (auto n = random.below(4); n > 0; --n) {
      history.push_back(static_cast<std::int32_t>(random.below(kRows)));
    }
    const Asker asker{.rows = history,
                      .anchor = static_cast<std::int32_t>(random.below(kRows + 1)) - 1,
                      .now_us = static_cast<std::int64_t>(random.below(9)) * kMicrosecondsPerDay};
    Writer writer(catalog, asker, random);
    const auto condition = writer.condition(4);
    const auto filter = Filter::parse(condition.text, catalog).bind(asker);
    for (std::int32_t row = 0; row < kRows; ++row) {
      ASSERT_EQ(filter.matches(row), condition.holds(row)) << condition.text << "\nrow " << row;
    }
  }
}

TEST(FilterPropertyTest, EveryCutAndChangedTextIsParsedOrRefused) {
  Random random(12);
  const auto catalog = random_catalog(random);
  const std::string text =
      "in_stock and not (price between 0.8 and 1.5 times anchor.price or brand not in "
      "('b1', \"b2\")) and released > now - 3 days and tags in customer.tags";
  int refused = 0;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    for (const char c : std::string_view("(x9'\" <-\xff")) {
      for (const auto& changed :
           {text.substr(0, cut), text.substr(0, cut) + c + text.substr(cut)}) {
        try {
          (void)Filter::parse(changed, catalog).bind({}).matches(0);
        } catch (const std::invalid_argument&) {
          ++refused;
        }
      }
    }
  }
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace endcap
