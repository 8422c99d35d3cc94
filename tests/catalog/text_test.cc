#include "endcap/catalog/text.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

using Tokens = std::vector<std::string>;

TEST(TextTest, WordsAreLettersAndDigitsInSmallLetters) {
  EXPECT_EQ(tokens_of("Nike Air-Max 90, size 42½!"),
            (Tokens{"nike", "air", "max", "90", "size", "42"}));
  EXPECT_EQ(tokens_of(""), Tokens{});
  EXPECT_EQ(tokens_of(" ,.- "), Tokens{});
}

TEST(TextTest, LowersLatinGreekAndCyrillic) {
  EXPECT_EQ(tokens_of("ÄRGER ŁÓDŹ Čaj ŽENA ĲS"), (Tokens{"ärger", "łódź", "čaj", "žena", "ĳs"}));
  EXPECT_EQ(tokens_of("ΚΑΛΌΣ καλός ΉΛΙΟΣ"), (Tokens{"καλόσ", "καλόσ", "ήλιοσ"}));
  EXPECT_EQ(tokens_of("ЁЛКА Їжак ПАРТИЯ"), (Tokens{"ёлка", "їжак", "партия"}));
  EXPECT_EQ(tokens_of("ẤM Ệ"), (Tokens{"ấm", "ệ"}));
}

TEST(TextTest, LettersThatAreSmallAlreadyStay) {
  const Tokens small = {"ß", "ÿ", "ı", "ĸ", "ŉ", "ĺ", "ň", "ž", "ħ", "я", "ω", "ў"};
  for (const auto& letter : small) EXPECT_EQ(tokens_of(letter), Tokens{letter});
}

TEST(TextTest, UnspacedScriptsBecomePairs) {
  EXPECT_EQ(tokens_of("綠茶杯"), (Tokens{"綠茶", "茶杯"}));
  EXPECT_EQ(tokens_of("茶 カップ"), (Tokens{"茶", "カッ", "ップ"}));
  EXPECT_EQ(tokens_of("한국어"), (Tokens{"한국", "국어"}));
  EXPECT_EQ(tokens_of("USB充電A"), (Tokens{"usb", "充電", "a"}));
  EXPECT_EQ(tokens_of("茶。杯"), (Tokens{"茶", "杯"}));
}

TEST(TextTest, FullWidthFormsAreAscii) { EXPECT_EQ(tokens_of("ＵＳＢ　３"), (Tokens{"usb", "3"})); }

TEST(TextTest, OtherScriptsAreWords) {
  EXPECT_EQ(tokens_of("שלום عالم"), (Tokens{"שלום", "عالم"}));
  EXPECT_EQ(tokens_of("tea🍵cup"), (Tokens{"tea", "cup"}));
}

TEST(TextTest, InvalidBytesAreSkipped) {
  EXPECT_EQ(tokens_of("a\xFF"
                      "b\xC3"),
            (Tokens{"a", "b"}));
  EXPECT_EQ(tokens_of("\xC0\x80x"), (Tokens{"x"}));          // a NUL in two bytes
  EXPECT_EQ(tokens_of("\xED\xA0\x80y"), (Tokens{"y"}));      // half of a surrogate pair
  EXPECT_EQ(tokens_of("\xF4\x90\x80\x80z"), (Tokens{"z"}));  // beyond U+10FFFF
  EXPECT_EQ(tokens_of(std::string_view("a\0b", 3)), (Tokens{"a", "b"}));
}

TEST(TextTest, EveryPairOfBytesIsSurvived) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const char bytes[] = {static_cast<char>(a), static_cast<char>(b)};
      EXPECT_LE(tokens_of({bytes, 2}).size(), 2u);
    }
  }
}

}  // namespace
}  // namespace endcap
