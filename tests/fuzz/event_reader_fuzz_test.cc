#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include "endcap/events/event_reader.h"
#include "events/log_fixtures.h"
#include "fuzz/mutation.h"
#include "torture.h"

namespace endcap {
namespace {

class EventReaderFuzzTest : public testing::Test {
 protected:
  // Whatever is read must add up, and be read again from what it was; a refusal says the file.
  template <class Read>
  void feed(const std::string& good, const std::vector<std::string>& words, const Read& read) {
    Mutation mutation(3, words);
    int n_read = 0, n_refused = 0;
    const int n = repeats(4'000, 1'000'000);
    for (int i = 0; i < n; ++i) {
      const auto text = mutation.of(good);
      std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
      try {
        const ReadEvents log = read(path_);
        EXPECT_EQ(log.report.rows, log.report.kept + log.report.n_bad) << text;
        EXPECT_EQ(log.events.size(), log.report.kept) << text;
        for (std::int64_t e = 0; e < log.events.size(); ++e) (void)log.events.event(e);
        ++n_read;
      } catch (const std::invalid_argument& error) {
        EXPECT_NE(std::string(error.what()), "") << text;
        ++n_refused;
      }
      if (HasFailure()) return;
    }
    EXPECT_GT(n_read, n / 10);
    EXPECT_GT(n_refused, 0);
  }

  const TestFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "events";
};

TEST_F(EventReaderFuzzTest, AnyCsvIsReadOrRefused) {
  const std::string good =
      "user,item,kind,time,quantity,price,session\n"
      "an,\"cup, green\",view,2024-01-31T10:00:00Z,1,2.50,s1\n"
      "bo,plate,purchase,1706695200,2,,s2\n"
      "an,\"say \"\"hi\"\"\",cart,2024-02-01,1,3,\n";
  feed(good,
       {"\"", ",", "\r\n", "\n", "\xEF\xBB\xBF", "view", "NaN", "1e999", "-1", "\"\"",
        std::string(1, 0)},
       [](const auto& path) { return read_events_csv(path); });
}

#ifdef ENDCAP_HAS_JSON
TEST_F(EventReaderFuzzTest, AnyJsonLinesAreReadOrRefused) {
  const std::string good =
      "{\"user\": \"an\", \"item\": \"cup\", \"kind\": \"view\", \"time\": \"2024-01-31\"}\n"
      "{\"user\": 17, \"item\": 4, \"time\": 1706695200, \"quantity\": 2, \"price\": 1.5}\n"
      "{\"user\": \"bo\", \"item\": \"\\u00e9\", \"time\": 1706695201, \"session\": null}\n";
  feed(good, {"{", "}", "[", "null", "1e999", "\\u", "\\ud800", "\"", ":", "true", "-0", "\n"},
       [](const auto& path) { return read_events_json_lines(path); });
}
#endif

}  // namespace
}  // namespace endcap
