#include "endcap/events/event_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace endcap {
namespace {

class EventReaderTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  ReadEvents csv(std::string_view text, const EventReaderOptions& options = {}) const {
    return write(text), read_events_csv(path_, options);
  }
  ReadEvents json(std::string_view text, const EventReaderOptions& options = {}) const {
    return write(text), read_events_json_lines(path_, options);
  }
  // What the refusal of a CSV file says, without the path.
  std::string refusal(std::string_view text, const EventReaderOptions& options = {}) const {
    try {
      csv(text, options);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what()).substr(path_.string().size() + 2);
    }
    return "none";
  }

 private:
  void write(std::string_view text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string("endcap_reader_") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(EventReaderTest, ReadsEveryColumn) {
  const auto [events, report] =
      csv("price,user,item,kind,time,quantity,session,more\n"
          "2.5,ann,tea,purchase,1970-01-02,3,s1,x\n"
          ",ann,cup,,86401,,,\n");
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(report.rows, 2);
  EXPECT_EQ(report.kept, 2);
  const Event tea = events.event(0), cup = events.event(1);
  EXPECT_EQ(tea.item, Id("tea"));
  EXPECT_EQ(tea.kind, "purchase");
  EXPECT_EQ(tea.time_us, kMicrosecondsPerDay);
  EXPECT_EQ(tea.quantity, 3);
  EXPECT_EQ(tea.price, 2.5f);
  EXPECT_TRUE(tea.session.has_value());
  EXPECT_EQ(cup.kind, "view");
  EXPECT_EQ(cup.quantity, 1);
  EXPECT_TRUE(std::isnan(cup.price));
  EXPECT_FALSE(cup.session.has_value());
}

TEST_F(EventReaderTest, TakesTheCallersNamesAndSeparator) {
  const auto [events, report] =
      csv("visitorid\titemid\n1\t2\n", {.user = "visitorid", .item = "itemid", .separator = '\t'});
  EXPECT_EQ(events.event(0).user, Id(1));
  EXPECT_EQ(events.order(), Order::kSequence);
}

TEST_F(EventReaderTest, WithoutTimesTheFileIsInOrder) {
  const auto events = csv("user,item\na,z\na,y\na,x\n").events;
  EXPECT_EQ(events.event(0).item, Id("z"));
  EXPECT_EQ(events.event(2).item, Id("x"));
}

TEST_F(EventReaderTest, AFileSortedByItemIsInNoOrder) {
  std::string rows = "user,item\n";
  for (int user = 0; user < 1'000; ++user) rows += std::to_string(user) + ",3\n";
  for (int user = 0; user < 1'000; ++user) rows += std::to_string(user) + ",5\n";
  EXPECT_EQ(csv(rows).events.order(), Order::kNone);
}

TEST_F(EventReaderTest, TakesTheCallersKinds) {
  Kinds kinds;
  kinds.add("rent", 4);
  const auto events =
      csv("user,item,kind\na,x,rent\na,y,\n", {.default_kind = "purchase", .kinds = kinds}).events;
  EXPECT_EQ(events.event(0).kind, "rent");
  EXPECT_EQ(events.event(1).kind, "purchase");
  EXPECT_THROW((void)csv("user,item\na,x\n", {.default_kind = "rent"}), std::invalid_argument);
}

TEST_F(EventReaderTest, AMissingColumnIsNamedWithThoseThereAre) {
  EXPECT_EQ(refusal("usr,item\na,b\n"), "there is no column 'user'; the columns are: usr, item");
  EXPECT_EQ(refusal("user,item\na,b\n", {.price = "cost"}),
            "there is no column 'cost'; the columns are: user, item");
  EXPECT_EQ(refusal("user,item,user\na,b,c\n"), "column 'user' stands twice in the header");
}

TEST_F(EventReaderTest, BadRowsAreLeftOutAndReported) {
  const auto [events, report] =
      csv("user,item,kind,time,quantity,price\n"
          "a,x,view,1,1,1\n"
          "a,,view,1,1,1\n"
          ",x,view,1,1,1\n"
          "a,x,look,1,1,1\n"
          "a,x,view,soon,1,1\n"
          "a,x,view,,1,1\n"
          "a,x,view,1,0,1\n"
          "a,x,view,1,1,-1\n"
          "a,x,view\n"
          "a,\xFF,view,1,1,1\n"
          "\"a,x,view,1,1,1\n"
          "b,x,view,2,1,1\n");
  EXPECT_EQ(events.size(), 2);
  EXPECT_EQ(report.rows, 12);
  EXPECT_EQ(report.kept, 2);
  EXPECT_EQ(report.n_bad, 10);
  ASSERT_EQ(report.bad.size(), 10u);
  EXPECT_EQ(report.bad[0].line, 3);
  EXPECT_EQ(report.bad[0].reason, "item is missing");
  EXPECT_EQ(report.bad[2].reason, "kind is not known: 'look'");
  EXPECT_EQ(report.bad[9].line, 7);  // the time that is missing shows at the end
  EXPECT_EQ(report.reasons.at("id is not UTF-8"), 1);
}

TEST_F(EventReaderTest, TooManyBadRowsAreRefusedWithTheFirstOnes) {
  EXPECT_EQ(refusal("user,item\n,x\na,\na,b\n", {.max_bad_rows = 1}),
            "more than 1 rows cannot be read; line 2: user is missing; line 3: item is missing");
  EXPECT_EQ(refusal("user,item\n,x\n"), "no row can be read of 1; line 2: user is missing");
}

TEST_F(EventReaderTest, MillisecondsAreNotTakenForSeconds) {
  EXPECT_EQ(refusal("user,item,time\na,x,1709248500000\n"),
            "no row can be read of 1; line 2: time is neither ISO 8601 nor seconds since 1970 "
            "(milliseconds?): '1709248500000'");
}

TEST_F(EventReaderTest, EmptyFilesAreRefused) {
  EXPECT_EQ(refusal(""), "the file is empty");
  EXPECT_EQ(refusal("\n\n"), "the file is empty");
  EXPECT_EQ(refusal("user,item\n"), "no row can be read of 0");
  EXPECT_THROW((void)read_events_csv("no such file"), std::system_error);
}

TEST_F(EventReaderTest, Utf16IsRefused) {
  EXPECT_EQ(refusal(std::string_view("u\0s\0", 4)),
            "the header: row holds a NUL byte (is the file UTF-16?)");
}

TEST_F(EventReaderTest, AnUnclosedQuoteHidesNoRows) {
  const auto [events, report] = csv("user,item\na,\"x\nb,y\nc,z\n");
  EXPECT_EQ(events.size(), 2);
  EXPECT_EQ(report.bad.at(0).line, 2);
}

TEST_F(EventReaderTest, WhatIsNoTextIsNamed) {
  EXPECT_EQ(refusal(std::string("\x1F\x8B\x08\0\0", 5)),
            "the file is compressed (gzip): unpack it first");
  EXPECT_EQ(refusal("\x28\xB5\x2F\xFD"), "the file is compressed (zstd): unpack it first");
  EXPECT_EQ(refusal("PAR1\x15\x04"), "the file is Parquet, not text");
  EXPECT_EQ(refusal(std::string("\xFF\xFEu\0s\0", 6)), "the file is UTF-16, not UTF-8");
  EXPECT_EQ(refusal("user,item\ra,b\rc,d\r"), "the lines of the file end in CR alone");
  EXPECT_EQ(refusal(""), "the file is empty");
}

TEST_F(EventReaderTest, MessagesAreUtf8WhateverTheFileHolds) {
  EXPECT_EQ(refusal("us\xE9r,item\na,b\n"),
            "there is no column 'user'; the columns are: us\uFFFDr, item");
  const auto [events, report] = csv("user,item,kind\na,b,view\na,b,caf\xE9\n");
  EXPECT_EQ(report.bad[0].reason, "kind is not known: 'caf\uFFFD'");
  std::string kind;  // 3 bytes a letter: no cut falls within one
  for (int i = 0; i < 40; ++i) kind += "\u8336";
  const auto cut = csv("user,item,kind\na,b,view\na,b,x" + kind + "\n").report.bad[0].reason;
  EXPECT_EQ(cut, "kind is not known: 'x" + kind.substr(0, 57) + "'");
}

TEST_F(EventReaderTest, IdsAreIntegersIfTheWholeColumnIs) {
  const auto events = csv("user,item\n1,10\n2,ten\n").events;
  EXPECT_FALSE(events.users().is_text());
  EXPECT_EQ(events.items().find(Id("10")), 0);
}

#ifdef ENDCAP_HAS_JSON
TEST_F(EventReaderTest, ReadsJsonLines) {
  const auto [events, report] = json(
      "\xEF\xBB\xBF{\"user\": 1, \"item\": \"7\", \"time\": 86400.5, \"price\": \"2.5\"}\r\n"
      "\n"
      "{\"user\": 2, \"item\": 8, \"time\": \"1970-01-02\", \"price\": null, \"x\": []}\n"
      "{\"user\": 3}\n"
      "{\"user\": 3.5, \"item\": 1, \"time\": 1}\n"
      "{\"user\": [3], \"item\": 1, \"time\": 1}\n"
      "[1]\n"
      "{\"user\": \n");
  EXPECT_EQ(events.size(), 2);
  EXPECT_EQ(events.users().find(Id(2)), 1);
  EXPECT_EQ(events.items().find(Id("8")), 1);  // one text makes all texts
  EXPECT_EQ(events.event(0).time_us, kMicrosecondsPerDay + kMicrosecondsPerSecond / 2);
  EXPECT_EQ(events.event(0).price, 2.5f);
  EXPECT_EQ(report.n_bad, 5);
  EXPECT_EQ(report.bad[0].line, 4);
  EXPECT_EQ(report.bad[4].line, 8);
}

TEST_F(EventReaderTest, AnEmptyFileHasNoJson) {
  EXPECT_THROW((void)json(""), std::invalid_argument);
}

TEST_F(EventReaderTest, DeepJsonIsSurvived) {
  const std::string deep(100'000, '[');
  const auto read = json("{\"user\": 1, \"item\": 1}\n{\"user\": " + deep + "\n");
  EXPECT_EQ(read.report.n_bad, 1);
}
#else
TEST_F(EventReaderTest, ABuildWithoutJsonSaysSo) {
  EXPECT_THROW((void)json("{}"), std::runtime_error);
}
#endif

TEST_F(EventReaderTest, ManyRowsAreReadOnce) {
  std::string text = "user,item,time\n";
  for (int e = 0; e < 20'000; ++e) {
    text += std::to_string(e % 97) + ",i" + std::to_string(e % 89) + "," + std::to_string(e) + "\n";
  }
  const auto [events, report] = csv(text);
  EXPECT_EQ(events.size(), 20'000);
  EXPECT_EQ(events.users().size(), 97);
  EXPECT_EQ(events.items().size(), 89);
}

}  // namespace
}  // namespace endcap
