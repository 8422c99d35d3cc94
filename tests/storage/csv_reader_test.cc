#include "endcap/storage/csv_reader.h"

#include <gtest/gtest.h>

#include "endcap/base/random.h"

namespace endcap {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows read(std::string_view text, char separator = ',') {
  CsvReader csv(text, separator);
  Rows rows;
  while (csv.next()) {
    EXPECT_EQ(csv.problem(), nullptr) << csv.problem();
    rows.emplace_back(csv.fields().begin(), csv.fields().end());
  }
  return rows;
}

// The lines of the rows, those with a problem negative.
std::vector<std::int64_t> lines(std::string_view text) {
  CsvReader csv(text, ',');
  std::vector<std::int64_t> result;
  while (csv.next()) result.push_back(csv.problem() == nullptr ? csv.line() : -csv.line());
  return result;
}

TEST(CsvReaderTest, ReadsPlainRows) {
  EXPECT_EQ(read("a,b\n1,\n,2"), (Rows{{"a", "b"}, {"1", ""}, {"", "2"}}));
  EXPECT_EQ(read("a;b\n", ';'), (Rows{{"a", "b"}}));
  EXPECT_EQ(read(""), Rows{});
}

TEST(CsvReaderTest, ReadsQuotedFields) {
  EXPECT_EQ(read("\"a,b\",\"say \"\"hi\"\"\",\"\"\n"), (Rows{{"a,b", "say \"hi\"", ""}}));
  EXPECT_EQ(read("\"two\nlines\",x\r\ny,\"z\"\r\n"), (Rows{{"two\nlines", "x"}, {"y", "z"}}));
  EXPECT_EQ(read("5\" pipe,x"), (Rows{{"5\" pipe", "x"}}));
}

TEST(CsvReaderTest, SkipsByteOrderMarkAndBlankLines) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\r\n\r\n\nb\r\n"),
            (Rows{{"a"}, {"b"}}));
}

TEST(CsvReaderTest, CountsLinesWithinFields) {
  EXPECT_EQ(lines("a\n\"b\n\nc\"\n\nd\n"), (std::vector<std::int64_t>{1, 2, 6}));
}

TEST(CsvReaderTest, AStrayQuoteCostsItsOwnLineOnly) {
  EXPECT_EQ(lines("a\n\"b\nc\nd\n"), (std::vector<std::int64_t>{1, -2, 3, 4}));
  EXPECT_EQ(lines("a\n\"b\"x\nc\n"), (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(lines("\"b\n\"c\"\n"), (std::vector<std::int64_t>{-1, 2}));
  EXPECT_EQ(lines("a,\""), (std::vector<std::int64_t>{-1}));
}

TEST(CsvReaderTest, NulBytesAndHugeFieldsAreProblems) {
  EXPECT_EQ(lines(std::string_view("a\nb\0c\nd", 7)), (std::vector<std::int64_t>{1, -2, 3}));
  const std::string huge(2 << 20, 'x');
  EXPECT_EQ(lines("a\n" + huge + "\nb"), (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(lines("a\n\"" + huge + "\"\nb"), (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(lines("a\n" + std::string(20'000, ',') + "\nb"), (std::vector<std::int64_t>{1, -2, 3}));
}

TEST(CsvReaderTest, EndsOnAnyBytes) {
  constexpr std::string_view kAlphabet = "a,\"\n\r";
  Random random(1);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string text;
    for (auto n = random.below(12); n > 0; --n) text += kAlphabet[random.below(5)];
    std::int64_t last = 0;
    for (const auto line : lines(text)) {
      EXPECT_GT(std::abs(line), last) << text;
      last = std::abs(line);
    }
  }
}

TEST(CsvReaderTest, RefusesASeparatorThatCannotBe) {
  for (const char separator : {'"', '\n', '\r', '\0'}) {
    EXPECT_THROW(CsvReader("", separator), std::invalid_argument);
  }
}

}  // namespace
}  // namespace endcap
