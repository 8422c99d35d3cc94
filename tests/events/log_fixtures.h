#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "endcap/events/event_log.h"

namespace endcap {

// A folder of the running test's own, removed at its end.
class TestFolder {
 public:
  TestFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    for (char& c : name) c = c == '/' ? '_' : c;
    path_ = std::filesystem::temp_directory_path() /
            ("endcap_" + name + "_" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline LoggedEvent seen(Id user, Id item, std::string event_id = "") {
  return {.event = {.user = std::move(user), .item = std::move(item)},
          .event_id = std::move(event_id)};
}

// All that an event says, as one line.
inline std::string line_of(const LoggedEvent& entry) {
  const auto text = [](const Id& id) {
    const auto* number = std::get_if<std::int64_t>(&id);
    return number ? std::to_string(*number) : "'" + std::get<std::string>(id) + "'";
  };
  const Event& event = entry.event;
  return text(event.user) + " " + event.kind + " " + text(event.item) + " at " +
         (event.time_us ? std::to_string(*event.time_us) : "-") + " x" +
         std::to_string(event.quantity) + " for " + std::to_string(event.price) + " in " +
         (event.session ? text(*event.session) : "-") + " id " + entry.event_id;
}

inline std::vector<std::string> lines_of(std::span<const LoggedEvent> events) {
  std::vector<std::string> lines;
  for (const auto& entry : events) lines.push_back(line_of(entry));
  return lines;
}

inline std::vector<LoggedEvent> all_of(const EventLog& log) {
  std::vector<LoggedEvent> events;
  log.replay([&](const LoggedEvent& entry) { events.push_back(entry); });
  return events;
}

// The event ids of a log that keeps its promises: each once, all that were durable among them.
inline std::set<std::string> check_kept(const EventLog& log, const std::set<std::string>& durable) {
  log.verify();
  std::set<std::string> ids;
  for (const auto& entry : all_of(log)) {
    EXPECT_TRUE(ids.insert(entry.event_id).second) << entry.event_id << " is there twice";
  }
  for (const auto& id : durable) EXPECT_TRUE(ids.contains(id)) << id << " is lost";
  return ids;
}

}  // namespace endcap
