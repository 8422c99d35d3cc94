#include "endcap/catalog/catalog_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace endcap {
namespace {

class CatalogReaderTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  ReadCatalog read(std::string_view text, const CatalogReaderOptions& options = {}) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    return read_catalog_csv(path_, options);
  }
  std::string refusal(std::string_view text, const CatalogReaderOptions& options = {}) const {
    try {
      (void)read(text, options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "none";
  }

 private:
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string("endcap_catalog_reader_") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CatalogReaderTest, FindsTheTypesOfColumns) {
  const auto [catalog, report] = read(
      "item,title,price,in_stock,added,brand,note\n"
      "1,Tea,2.5,true,2024-01-01,Acme,a\n"
      "2,Tea,,false,,Acme,b\n"
      "3,,4,,2024-01-02,,\n");
  EXPECT_EQ(catalog.type(catalog.column("title")), ColumnType::kText);
  EXPECT_EQ(catalog.type(catalog.column("price")), ColumnType::kNumber);
  EXPECT_EQ(catalog.type(catalog.column("in_stock")), ColumnType::kBoolean);
  EXPECT_EQ(catalog.type(catalog.column("added")), ColumnType::kTime);
  EXPECT_EQ(catalog.type(catalog.column("brand")), ColumnType::kCategory);
  EXPECT_EQ(catalog.type(catalog.column("note")), ColumnType::kText);
  EXPECT_FALSE(catalog.has("item"));
  EXPECT_EQ(catalog.items().find(Id(3)), 2);
  EXPECT_TRUE(std::isnan(catalog.number(1, catalog.column("price"))));
  EXPECT_TRUE(std::isnan(catalog.number(2, catalog.column("in_stock"))));
  EXPECT_EQ(catalog.time_us(1, catalog.column("added")), kNoTime);
  EXPECT_EQ(catalog.text(2, catalog.column("brand")), std::nullopt);
  EXPECT_EQ(report.kept, 3);
}

TEST_F(CatalogReaderTest, TheCallerMaySayTheTypes) {
  const auto catalog =
      read("sku;genre;year\na;Drama|War|;1999\nb;;\n",
           {.item = "sku",
            .types = {{"genre", ColumnType::kTags}, {"year", ColumnType::kCategory}},
            .separator = ';'})
          .catalog;
  EXPECT_EQ(catalog.tags(0, catalog.column("genre")),
            (std::vector<std::string_view>{"Drama", "War"}));
  EXPECT_TRUE(catalog.tags(1, catalog.column("genre")).empty());
  EXPECT_EQ(catalog.text(0, catalog.column("year")), "1999");
}

TEST_F(CatalogReaderTest, BadRowsAreLeftOutAndReported) {
  const auto [catalog, report] = read("item,price\na,1\n,2\nb,cheap\nc,3,4\nd,\xFF\n\"e,5\nf,6\n",
                                      {.types = {{"price", ColumnType::kNumber}}});
  EXPECT_EQ(catalog.items().size(), 2);
  EXPECT_EQ(report.rows, 7);
  EXPECT_EQ(report.n_bad, 5);
  EXPECT_EQ(report.reasons.at("column price is not of its type"), 1);
}

TEST_F(CatalogReaderTest, RefusesWhatIsNoCatalogue) {
  EXPECT_NE(refusal("sku,price\na,1\n").find("no column 'item'; the columns are: sku, price"),
            std::string::npos);
  EXPECT_NE(refusal("item\na\na\n").find("item must stand in one row only, got 'a'"),
            std::string::npos);
  EXPECT_NE(refusal("item,a,a\n1,2,3\n").find("'a' stands twice"), std::string::npos);
  EXPECT_NE(refusal("").find("the file is empty"), std::string::npos);
  EXPECT_NE(refusal("item\n").find("no row can be read of 0"), std::string::npos);
  EXPECT_NE(refusal("item,\n1,2\n").find("column name"), std::string::npos);
}

}  // namespace
}  // namespace endcap
