#include "endcap/catalog/catalog.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace endcap {
namespace {

const double kNan = std::nan("");

CatalogColumns two_cups() {
  return {.ids = {Id("tea"), Id("cup")},
          .columns = {{"title", ColumnType::kText, Texts{"Green tea", std::nullopt}},
                      {"price", ColumnType::kNumber, Numbers{2.5, kNan}},
                      {"in_stock", ColumnType::kBoolean, Numbers{1, 0}},
                      {"added", ColumnType::kTime, Times{7, kNoTime}},
                      {"kind", ColumnType::kCategory, Texts{"drink", "dishes"}},
                      {"tags", ColumnType::kTags, Tags{{"warm", "leaf"}, {}}}}};
}

class CatalogTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  void write(const Catalog& catalog) const {
    ContainerWriter writer;
    catalog.save(writer, "catalog.");
    writer.write(path_);
  }
  Catalog saved_and_loaded(const Catalog& catalog) const {
    write(catalog);
    return Catalog::load(Container::open(path_), "catalog.");
  }
  std::string bytes_of(const Catalog& catalog) const {
    write(catalog);
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Puts `values` in the place of section `name` of a saved catalogue, then loads it.
  template <class T>
  Catalog load_with(const std::string& name, const std::vector<T>& values) const {
    write(Catalog(two_cups()));
    const auto container = Container::open(path_);
    std::vector<Array<std::byte>> kept;
    ContainerWriter writer;
    for (const char* section :
         {"items.numbers",   "items.offsets",   "items.bytes",     "columns",
          "0.texts.numbers", "0.texts.offsets", "0.texts.bytes",   "0.offsets",
          "0.codes",         "1.numbers",       "2.numbers",       "3.times",
          "4.texts.numbers", "4.texts.offsets", "4.texts.bytes",   "4.offsets",
          "4.codes",         "5.texts.numbers", "5.texts.offsets", "5.texts.bytes",
          "5.offsets",       "5.codes"}) {
      if (section == name) continue;
      kept.push_back(container.array<std::byte>(std::string("catalog.") + section));
      writer.add(std::string("catalog.") + section, kept.back());
    }
    writer.add("catalog." + name, std::span<const T>(values));
    writer.write(path_);
    return Catalog::load(Container::open(path_), "catalog.");
  }

  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string("endcap_catalog_") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

void expect_two_cups(const Catalog& catalog) {
  ASSERT_EQ(catalog.items().size(), 2);
  EXPECT_EQ(catalog.items().find(Id("cup")), 0);
  const ItemIndex cup = 0, tea = 1;
  EXPECT_EQ(catalog.text(tea, catalog.column("title")), "Green tea");
  EXPECT_EQ(catalog.text(cup, catalog.column("title")), std::nullopt);
  EXPECT_EQ(catalog.number(tea, catalog.column("price")), 2.5);
  EXPECT_TRUE(std::isnan(catalog.number(cup, catalog.column("price"))));
  EXPECT_EQ(catalog.number(tea, catalog.column("in_stock")), 1);
  EXPECT_EQ(catalog.time_us(tea, catalog.column("added")), 7);
  EXPECT_EQ(catalog.time_us(cup, catalog.column("added")), kNoTime);
  EXPECT_EQ(catalog.text(cup, catalog.column("kind")), "dishes");
  EXPECT_EQ(catalog.texts(catalog.column("kind")).size(), 2);
  EXPECT_EQ(catalog.tags(tea, catalog.column("tags")),
            (std::vector<std::string_view>{"warm", "leaf"}));
  EXPECT_TRUE(catalog.tags(cup, catalog.column("tags")).empty());
  EXPECT_EQ(catalog.title_column(), catalog.find_column("title"));
}

TEST_F(CatalogTest, FindsRowsById) { expect_two_cups(Catalog(two_cups())); }

TEST_F(CatalogTest, GivesBackWhatWasSaved) {
  expect_two_cups(saved_and_loaded(Catalog(two_cups())));
}

TEST_F(CatalogTest, OutlivesTheContainerItCameFrom) {
  const Catalog catalog = saved_and_loaded(Catalog(two_cups()));
  std::filesystem::remove(path_);
  expect_two_cups(catalog);
}

TEST_F(CatalogTest, AnEmptyOneIsSavedToo) {
  EXPECT_EQ(saved_and_loaded(Catalog()).items().size(), 0);
  EXPECT_EQ(saved_and_loaded(Catalog(CatalogColumns{})).n_columns(), 0);
}

TEST_F(CatalogTest, TheOrderOfRowsLeavesNoTrace) {
  const CatalogColumns turned = {
      .ids = {Id("cup"), Id("tea")},
      .columns = {{"title", ColumnType::kText, Texts{std::nullopt, "Green tea"}},
                  {"price", ColumnType::kNumber, Numbers{-kNan, 2.5}},
                  {"in_stock", ColumnType::kBoolean, Numbers{-0.0, 1}},
                  {"added", ColumnType::kTime, Times{kNoTime, 7}},
                  {"kind", ColumnType::kCategory, Texts{"dishes", "drink"}},
                  {"tags", ColumnType::kTags, Tags{{}, {"warm", "leaf"}}}}};
  EXPECT_EQ(bytes_of(Catalog(turned)), bytes_of(Catalog(two_cups())));
}

TEST_F(CatalogTest, RefusesWhatDoesNotFit) {
  const auto refused = [](std::vector<Id> ids, std::vector<CatalogColumn> columns) {
    EXPECT_THROW(Catalog({std::move(ids), std::move(columns)}), std::invalid_argument);
  };
  refused({Id(1), Id(1)}, {});
  refused({Id(1), Id("one")}, {});
  refused({Id(1)}, {{"price", ColumnType::kNumber, Numbers{1, 2}}});
  refused({Id(1)}, {{"price", ColumnType::kNumber, Texts{"1"}}});
  refused({Id(1)}, {{"price", ColumnType::kNumber, Numbers{INFINITY}}});
  refused({Id(1)}, {{"in_stock", ColumnType::kBoolean, Numbers{2}}});
  refused({Id(1)}, {{"", ColumnType::kNumber, Numbers{1}}});
  refused({Id(1)},
          {{"a", ColumnType::kNumber, Numbers{1}}, {"a", ColumnType::kNumber, Numbers{1}}});
}

TEST_F(CatalogTest, NamesTheColumnsThereAre) {
  try {
    (void)Catalog(two_cups()).column("prise");
    FAIL() << "no such column";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "column must be one of title, price, in_stock, added, kind, tags, got prise");
  }
}

TEST_F(CatalogTest, DamagedSectionsAreRefused) {
  using Longs = std::vector<std::int64_t>;
  using Ints = std::vector<std::int32_t>;
  expect_two_cups(load_with("0.offsets", Longs{0, 0, 1}));
  EXPECT_THROW((void)load_with("items.numbers", Longs{1}), CorruptFileError);
  EXPECT_THROW((void)load_with("items.offsets", Longs{0, 3, 9}), CorruptFileError);
  EXPECT_THROW((void)load_with("items.offsets", Longs{}), CorruptFileError);
  EXPECT_THROW((void)load_with("columns", std::vector<char>{9, 9, 9}), CorruptFileError);
  EXPECT_THROW((void)load_with("columns", Ints{1, 1, 0, 0}), CorruptFileError);
  EXPECT_THROW((void)load_with("columns", Ints{-1}), CorruptFileError);
  EXPECT_THROW((void)load_with("columns", Ints{0, 0}), CorruptFileError);
  EXPECT_THROW((void)load_with("0.offsets", Longs{0, 0}), CorruptFileError);
  EXPECT_THROW((void)load_with("0.offsets", Longs{0, 2, 1}), CorruptFileError);
  EXPECT_THROW((void)load_with("0.codes", Ints{1}), CorruptFileError);
  EXPECT_THROW((void)load_with("0.codes", Ints{-1}), CorruptFileError);
  EXPECT_THROW((void)load_with("0.texts.numbers", Longs{1}), CorruptFileError);
  EXPECT_THROW((void)load_with("1.numbers", std::vector<double>{1}), CorruptFileError);
  EXPECT_THROW((void)load_with("1.numbers", std::vector<double>{1, INFINITY}), CorruptFileError);
  EXPECT_THROW((void)load_with("2.numbers", std::vector<double>{1, 2}), CorruptFileError);
  EXPECT_THROW((void)load_with("3.times", Longs{1}), CorruptFileError);
  EXPECT_THROW((void)load_with("4.offsets", Longs{0, 2, 2}), CorruptFileError);
  EXPECT_THROW((void)load_with("4.codes", Ints{0, 2}), CorruptFileError);
}

}  // namespace
}  // namespace endcap
