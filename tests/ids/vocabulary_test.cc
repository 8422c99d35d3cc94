#include "endcap/ids/vocabulary.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

TEST(VocabularyTest, NumbersAreSortedByValue) {
  const auto ids = Vocabulary::from_ids({Id(30), Id(-2), Id(7), Id(30)});
  ASSERT_EQ(ids.size(), 3);
  EXPECT_EQ(ids.id(0), Id(-2));
  EXPECT_EQ(ids.find(Id(30)), 2);
  EXPECT_EQ(ids.find(Id(8)), std::nullopt);
}

TEST(VocabularyTest, TextsOfAnyLanguageAreFound) {
  const auto ids = Vocabulary::from_ids({"手帳", "노트", "", "sku-1"});
  ASSERT_EQ(ids.size(), 4);
  for (std::int32_t i = 0; i < 4; ++i) EXPECT_EQ(ids.find(ids.id(i)), i);
  EXPECT_EQ(ids.find("sku-2"), std::nullopt);
  EXPECT_EQ(ids.find(Id(1)), std::nullopt);
}

TEST(VocabularyTest, NumbersAndTextsDoNotMix) {
  EXPECT_THROW((void)Vocabulary::from_ids({Id(1), "1"}), std::invalid_argument);
}

TEST(VocabularyTest, UnsortedIdsAreRefused) {
  EXPECT_THROW(Vocabulary(std::vector<std::int64_t>{2, 1}), std::invalid_argument);
  EXPECT_THROW(Vocabulary(std::vector<std::int64_t>{0, 2, 1}, std::vector<char>{'a'}),
               std::invalid_argument);
}

}  // namespace
}  // namespace endcap
