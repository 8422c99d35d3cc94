#include "endcap/events/session_key.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "endcap/events/events.h"

namespace endcap {
namespace {

TEST(SessionKeyTest, SmallNumbersAreThemselves) {
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  for (const std::int32_t number : {0, 1, 77, kMost}) {
    EXPECT_EQ(session_key(Id(std::int64_t{number})), number);
  }
}

TEST(SessionKeyTest, OtherIdsHaveNumbersOfTheirOwn) {
  std::set<std::int32_t> keys;
  for (int n = 0; n < 1000; ++n) keys.insert(session_key(Id("visit " + std::to_string(n))));
  for (std::int64_t n = 1; n <= 1000; ++n) keys.insert(session_key(Id(-n)));
  for (std::int64_t n = 0; n < 1000; ++n) keys.insert(session_key(Id((std::int64_t{1} << 31) + n)));
  EXPECT_EQ(keys.size(), 3000u);
  EXPECT_GE(*keys.begin(), 0);
  EXPECT_EQ(session_key(Id("a")), session_key(Id("a")));
}

TEST(SessionKeyTest, AColumnKeepsWhatIsMissing) {
  const auto ids = Vocabulary::from_ids({Id("a"), Id("b")});
  const std::vector<std::int32_t> indices = {1, kNoIndex, 0, 1};
  const auto a = session_key(Id("a")), b = session_key(Id("b"));
  EXPECT_EQ(session_keys(ids, indices), (std::vector<std::int32_t>{b, kNoIndex, a, b}));
}

// What a row says is told again elsewhere: it must be the same session there.
TEST(SessionKeyTest, TheSessionOfARowIsItsKey) {
  const auto events = Events::from_list({{.user = "ann", .item = "tea", .session = Id("visit")}});
  ASSERT_TRUE(events.event(0).session.has_value());
  EXPECT_EQ(session_key(*events.event(0).session), session_key(Id("visit")));
}

TEST(SessionKeyTest, NumbersBelowNoneAreRefused) {
  EventColumns columns;
  columns.users = Vocabulary::from_ids({Id("ann")});
  columns.items = Vocabulary::from_ids({Id("tea")});
  columns.user = {0};
  columns.item = {0};
  columns.kind = {0};
  columns.time_us = {0};
  columns.session = {-2};
  EXPECT_THROW((void)Events(columns), std::invalid_argument);
  columns.session = {-1};
  EXPECT_EQ(Events(columns).size(), 1);
}

}  // namespace
}  // namespace endcap
