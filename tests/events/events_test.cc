#include "endcap/events/events.h"

#include <gtest/gtest.h>

#include <cmath>

namespace endcap {
namespace {

Event at(std::int64_t day, const char* user, const char* item, const char* kind = "view") {
  return {.user = user, .item = item, .kind = kind, .time_us = day * kMicrosecondsPerDay};
}

std::vector<std::string> items_of(const Events& events) {
  std::vector<std::string> items;
  for (std::int64_t e = 0; e < events.size(); ++e) {
    items.push_back(std::get<std::string>(events.event(e).item));
  }
  return items;
}

TEST(EventsTest, AreSortedByUserThenTime) {
  const auto events = Events::from_list({at(3, "b", "x"), at(2, "a", "y"), at(1, "b", "z")});
  EXPECT_EQ(items_of(events), (std::vector<std::string>{"y", "z", "x"}));
  EXPECT_EQ(events.begin_us(), 1 * kMicrosecondsPerDay);
  EXPECT_EQ(events.end_us(), 3 * kMicrosecondsPerDay);
}

TEST(EventsTest, TheOrderOfArrivalLeavesNoTrace) {
  const std::vector<Event> one = {at(1, "a", "x"), at(1, "a", "w", "cart"),
                                  at(1, "a", "x", "cart")};
  const auto first = Events::from_list(one);
  const auto second = Events::from_list({one[2], one[0], one[1]});
  EXPECT_EQ(items_of(first), items_of(second));
  for (std::int64_t e = 0; e < 3; ++e) EXPECT_EQ(first.event(e).kind, second.event(e).kind);
}

TEST(EventsTest, DislikesAreNotLearnedFrom) {
  const auto events = Events::from_list({at(1, "a", "x"), at(2, "a", "y", "dismiss")});
  ASSERT_EQ(events.interactions().n_events(), 1);
  EXPECT_EQ(events.interactions().events()[0].item, 0);
}

TEST(EventsTest, ADayIsABasketWhereThereAreNoSessions) {
  const auto log = Events::from_list({at(1, "a", "x"), at(1, "a", "y"), at(2, "a", "x")});
  const auto interactions = log.interactions();
  EXPECT_EQ(interactions.events()[0].basket, 0);
  EXPECT_EQ(interactions.events()[1].basket, 0);
  EXPECT_EQ(interactions.events()[2].basket, 1);
}

TEST(EventsTest, SequencesKeepTheirOrder) {
  const auto events = Events::from_sequences({{Id(7), Id(3)}, {}, {Id(3)}});
  EXPECT_EQ(events.users().size(), 3);
  const auto interactions = events.interactions();
  ASSERT_EQ(interactions.events_of(0).size(), 2u);
  EXPECT_EQ(interactions.events_of(0)[0].item, 1);  // id 7 is the second of {3, 7}
  EXPECT_EQ(interactions.events_of(1).size(), 0u);
}

TEST(EventsTest, RowsSortedByItemHaveNoOrder) {
  std::vector<std::int32_t> user, rising, falling;
  for (std::int32_t u = 0; u < 1'000; ++u) {
    user.insert(user.end(), {u, u});
    rising.insert(rising.end(), {u % 7, u % 7 + 1});
    falling.insert(falling.end(), {u % 7 + 1, u % 7});
  }
  for (auto& item : {&rising, &falling}) {
    EXPECT_EQ(order_of_rows(user, *item), Order::kNone);
    const auto fewer = std::span(*item).first(1'998);  // may be chance
    EXPECT_EQ(order_of_rows(user, fewer), Order::kSequence);
    std::swap((*item)[0], (*item)[1]);  // one step the other way
    EXPECT_EQ(order_of_rows(user, *item), Order::kSequence);
  }
}

TEST(EventsTest, ASetHasAnItemOnceAsItsWeightiestEvent) {
  EventColumns rows;
  rows.order = Order::kNone;
  rows.users = Vocabulary(std::vector<std::int64_t>{1, 2});
  rows.items = Vocabulary(std::vector<std::int64_t>{3});
  rows.user = {0, 0, 0, 1};
  rows.item = {0, 0, 0, 0};
  rows.kind = {0, 2, 0, 0};  // a view weighs 1, a purchase 5
  const auto interactions = Events(std::move(rows)).interactions();
  ASSERT_EQ(interactions.n_events(), 2);
  EXPECT_EQ(interactions.events()[0].kind, 2);
  EXPECT_EQ(interactions.events()[0].weight, 5);
  EXPECT_EQ(interactions.events()[1].weight, 1);
}

TEST(EventsTest, QuantitiesWeighWhatHasNoOrder) {
  EventColumns cells;
  cells.order = Order::kNone;
  cells.users = Vocabulary(std::vector<std::int64_t>{1});
  cells.items = Vocabulary(std::vector<std::int64_t>{3, 7});
  cells.user = {0, 0};
  cells.item = {0, 1};
  cells.kind = {0, 2};  // a view weighs 1, a purchase 5
  cells.quantity = {4, 2};
  const auto interactions = Events(std::move(cells)).interactions();
  EXPECT_EQ(interactions.events()[0].weight, 4);
  EXPECT_EQ(interactions.events()[1].weight, 10);
}

TEST(EventsTest, BadInputIsNamed) {
  EXPECT_THROW((void)Events::from_list({}), std::invalid_argument);
  EXPECT_THROW((void)Events::from_list({at(1, "a", "x", "click")}), std::invalid_argument);
  EXPECT_THROW((void)Events::from_list({at(1, "a", "x"), {.user = "a", .item = "y"}}),
               std::invalid_argument);
  EXPECT_THROW((void)Events::from_list({{.user = Id(1), .item = "x"}, {.user = "a", .item = "y"}}),
               std::invalid_argument);
  Event free = at(1, "a", "x");
  free.quantity = std::nanf("");
  EXPECT_THROW((void)Events::from_list({free}), std::invalid_argument);
  Event far = at(1, "a", "x");
  far.time_us = std::int64_t{1'700'000'000'000} * kMicrosecondsPerSecond;  // milliseconds
  EXPECT_THROW((void)Events::from_list({far}), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
