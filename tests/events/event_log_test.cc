#include "endcap/events/event_log.h"

#include <cmath>
#include <memory>
#include <stdexcept>
#include <thread>

#include "endcap/events/memory_event_log.h"
#include "endcap/events/sqlite_event_log.h"
#include "events/log_fixtures.h"

namespace endcap {
namespace {

struct InMemory {
  static std::unique_ptr<EventLog> open(const TestFolder& /*folder*/) {
    return std::make_unique<MemoryEventLog>();
  }
};

#ifdef ENDCAP_HAS_SQLITE
struct OnDisk {
  static std::unique_ptr<EventLog> open(const TestFolder& folder) {
    return SqliteEventLog::open(folder.path() / "events.db");
  }
};
using LogTypes = testing::Types<InMemory, OnDisk>;
#else
using LogTypes = testing::Types<InMemory>;
#endif

// What every event log must do.
template <class Kind>
class EventLogTest : public testing::Test {
 protected:
  std::int64_t append(std::vector<LoggedEvent> events, bool durable = false) {
    return log->append(events, durable);
  }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(all_of(*log)); }

  TestFolder folder;
  std::unique_ptr<EventLog> log = Kind::open(folder);
};

TYPED_TEST_SUITE(EventLogTest, LogTypes);

TYPED_TEST(EventLogTest, IsEmptyAtFirst) {
  EXPECT_TRUE(this->lines().empty());
  EXPECT_TRUE(this->log->events_of("an").empty());
  EXPECT_EQ(this->log->health().n_events, 0);
  EXPECT_TRUE(this->log->health().writable);
  EXPECT_TRUE(this->log->note_names().empty());
  this->log->verify();
}

TYPED_TEST(EventLogTest, GivesBackAllThatAnEventSays) {
  LoggedEvent full = seen("an", std::int64_t{-7}, "e1");
  full.event.kind = "purchase";
  full.event.time_us = 1'700'000'000'000'000;
  full.event.quantity = 2.5f;
  full.event.price = 9.99f;
  full.event.session = Id("basket-1");
  LoggedEvent bare = seen(std::int64_t{1} << 62, "りんご");
  LoggedEvent numbered = seen("", std::string(3000, 'x'));
  numbered.event.session = Id(std::int64_t{0});
  numbered.event.time_us = 0;
  const std::vector<LoggedEvent> events = {full, bare, numbered};
  EXPECT_EQ(this->append(events, true), 3);
  EXPECT_EQ(this->lines(), lines_of(events));
  EXPECT_EQ(lines_of(this->log->events_of(bare.event.user)), std::vector{line_of(bare)});
}

TYPED_TEST(EventLogTest, KeepsTheOrderOfAcceptanceAndEachUsersEvents) {
  this->append({seen("bo", 1), seen("an", 2)});
  this->append({seen("bo", 3)}, true);
  this->append({seen("an", 4)});
  const auto items_of = [](std::span<const LoggedEvent> events) {
    std::vector<std::int64_t> items;
    for (const auto& entry : events) items.push_back(std::get<std::int64_t>(entry.event.item));
    return items;
  };
  EXPECT_EQ(items_of(all_of(*this->log)), (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(items_of(this->log->events_of("bo")), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(items_of(this->log->events_of("an")), (std::vector<std::int64_t>{2, 4}));
}

TYPED_TEST(EventLogTest, TheTextSevenIsNotTheNumberSeven) {
  this->append({seen("7", 1), seen(std::int64_t{7}, 2)});
  EXPECT_EQ(this->log->events_of("7").size(), 1u);
  EXPECT_EQ(this->log->erase_user(std::int64_t{7}), 1);
  EXPECT_EQ(this->lines(), std::vector{line_of(seen("7", 1))});
}

TYPED_TEST(EventLogTest, CountsARepeatedDeliveryOnce) {
  EXPECT_EQ(this->append({seen("an", 1, "a"), seen("an", 2, "b"), seen("an", 1, "a")}), 2);
  EXPECT_EQ(this->append({seen("an", 1, "a")}, true), 0);
  EXPECT_EQ(this->append({seen("an", 3, "c"), seen("an", 2, "b")}, true), 1);
  EXPECT_EQ(this->append({seen("an", 1), seen("an", 1)}), 2);  // without an id: two events
  EXPECT_EQ(this->log->health().n_events, 5);
}

TYPED_TEST(EventLogTest, AcceptsNoneOfABatchWithAWrongEvent) {
  std::vector<LoggedEvent> wrong(4, seen("an", 1));
  wrong[0].event.kind = "";
  wrong[1].event.time_us = kYear10000Us;
  wrong[2].event.quantity = 0;
  wrong[3].event.price = std::numeric_limits<float>::infinity();
  for (const auto& entry : wrong) {
    EXPECT_THROW(this->append({seen("an", 1), entry}), std::invalid_argument) << line_of(entry);
  }
  EXPECT_TRUE(this->lines().empty());
}

TYPED_TEST(EventLogTest, ErasesOneUserAndNoOther) {
  this->append({seen("an", 1, "a"), seen("bo", 2, "b"), seen("an", 3, "c")}, true);
  this->append({seen("an", 4, "d"), seen("bo", 5, "e")});
  EXPECT_EQ(this->log->erase_user("an"), 3);
  EXPECT_EQ(this->log->erase_user("an"), 0);
  EXPECT_EQ(this->lines(), (std::vector{line_of(seen("bo", 2, "b")), line_of(seen("bo", 5, "e"))}));
  EXPECT_TRUE(this->log->events_of("an").empty());
  EXPECT_EQ(this->log->health().n_events, 2);
  // What was erased is unknown again, what was not is still a repeat.
  EXPECT_EQ(this->append({seen("an", 1, "a"), seen("bo", 2, "b")}, true), 1);
  EXPECT_EQ(this->log->events_of("an").size(), 1u);
  this->log->verify();
}

TYPED_TEST(EventLogTest, CompactionChangesNothingThatIsRead) {
  for (int i = 0; i < 3000; ++i) this->append({seen(i % 7, i, "e" + std::to_string(i))});
  this->log->erase_user(std::int64_t{3});
  const auto before = this->lines();
  this->log->compact();
  EXPECT_EQ(this->lines(), before);
  EXPECT_EQ(this->append({seen(6, 1, "e6"), seen(3, 1, "e3")}, true), 1);
  EXPECT_EQ(lines_of(this->log->events_of(std::int64_t{3})),
            std::vector{line_of(seen(3, 1, "e3"))});
  this->log->verify();
}

TYPED_TEST(EventLogTest, KeepsNotes) {
  this->log->set_note("rules", "in_stock");
  this->log->set_note("merges", std::string("guest-7\0user-42", 15));
  this->log->set_note("rules", std::string(10'000, 'r'));
  EXPECT_EQ(this->log->note("rules"), std::string(10'000, 'r'));
  EXPECT_EQ(this->log->note("merges"), std::string("guest-7\0user-42", 15));
  EXPECT_EQ(this->log->note_names(), (std::vector<std::string>{"merges", "rules"}));
  this->log->set_note("rules", "");
  EXPECT_EQ(this->log->note("rules"), std::nullopt);
  EXPECT_EQ(this->log->note_names(), std::vector<std::string>{"merges"});
}

TYPED_TEST(EventLogTest, ACallbackMayUseTheLog) {
  for (int i = 0; i < 5000; ++i) this->append({seen(i, i)});
  std::int64_t visited = 0;
  this->log->replay([&](const LoggedEvent& entry) {
    this->append({entry});
    ++visited;
  });
  EXPECT_EQ(visited, 5000);  // those accepted before the call
  EXPECT_EQ(this->log->health().n_events, 10'000);
}

TYPED_TEST(EventLogTest, ManyThreadsMayUseItAtOnce) {
  constexpr int kThreads = 4, kEvents = 500;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEvents; ++i) {
        const std::string id = std::to_string(i);  // each thread delivers the same events
        this->append({seen(t, i, id), seen("own " + std::to_string(t), i)}, i % 100 == 0);
        if (i % 50 == 0) (void)this->log->events_of(std::int64_t{t});
        if (i % 250 == 0) (void)all_of(*this->log);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(this->log->health().n_events, kEvents + kThreads * kEvents);
  EXPECT_EQ(this->lines().size(), static_cast<std::size_t>(kEvents + kThreads * kEvents));
  this->log->verify();
}

TYPED_TEST(EventLogTest, AClosedLogRefusesAllButClose) {
  this->append({seen("an", 1)});
  this->log->close();
  this->log->close();
  EXPECT_THROW(this->append({seen("an", 1)}), std::invalid_argument);
  EXPECT_THROW((void)this->lines(), std::invalid_argument);
  EXPECT_THROW((void)this->log->events_of("an"), std::invalid_argument);
  EXPECT_THROW(this->log->erase_user("an"), std::invalid_argument);
  EXPECT_THROW(this->log->flush(), std::invalid_argument);
  EXPECT_THROW((void)this->log->note("rules"), std::invalid_argument);
  EXPECT_THROW((void)this->log->health(), std::invalid_argument);
  EXPECT_THROW(this->log->verify(), std::invalid_argument);
  EXPECT_THROW(this->log->compact(), std::invalid_argument);
}

}  // namespace
}  // namespace endcap
