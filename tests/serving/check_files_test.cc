#include "endcap/serving/check_files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <system_error>

#include "endcap/events/sqlite_event_log.h"
#include "events/log_fixtures.h"
#include "serving/small_shop.h"
#include "storage/file_to_damage.h"

namespace endcap {
namespace {

class CheckFilesTest : public testing::Test {
 protected:
  void save_model() const { small_shop().save(model_); }
  void write(const std::filesystem::path& path, const std::string& content) const {
    std::ofstream(path, std::ios::binary) << content;
  }

  const TestFolder folder_;
  const std::filesystem::path model_ = folder_.path() / "shop.endcap";
  const std::filesystem::path log_ = folder_.path() / "events.db";
};

TEST_F(CheckFilesTest, AGoodModelHasNoProblems) {
  save_model();
  const auto checks = check_files(model_);
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].kind, "model");
  EXPECT_TRUE(checks[0].problems.empty());
}

TEST_F(CheckFilesTest, EachDamagedSectionIsNamed) {
  save_model();
  FileToDamage file(model_);
  const std::size_t first = file.size() / 3, second = file.size() - 1;
  file.with(first, "?", [&] {
    file.with(second, "?", [&] {
      const auto problems = check_files(model_)[0].problems;
      ASSERT_EQ(problems.size(), 2u);
      EXPECT_NE(problems[0].find("'" + file.section_at(first) + "'"), std::string::npos);
      EXPECT_NE(problems[1].find("'" + file.section_at(second) + "'"), std::string::npos);
    });
  });
  EXPECT_TRUE(check_files(model_)[0].problems.empty());
}

TEST_F(CheckFilesTest, AFolderIsCheckedFileByFile) {
  save_model();
  write(folder_.path() / "shop.endcap.tmp.17.0", "half a");
  write(folder_.path() / "zebra.txt", "notes");
  std::filesystem::create_directory(folder_.path() / "inner");
  const auto checks = check_files(folder_.path());
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[0].path, model_);
  EXPECT_EQ(checks[1].kind, "left over");
  EXPECT_TRUE(checks[1].problems.empty());
  EXPECT_EQ(checks[2].kind, "unknown");
  EXPECT_EQ(checks[2].problems.size(), 1u);
}

TEST_F(CheckFilesTest, WhatIsNotThereIsAnError) {
  EXPECT_THROW((void)check_files(folder_.path() / "absent"), std::system_error);
}

#ifdef ENDCAP_HAS_SQLITE
TEST_F(CheckFilesTest, AnEventLogIsReadBack) {
  {
    const auto log = SqliteEventLog::open(log_);
    for (int i = 0; i < 500; ++i) log->append(std::vector{seen("an", i)}, i % 100 == 0);
    EXPECT_NE(check_files(log_)[0].problems[0].find("open elsewhere"), std::string::npos);
  }
  const auto checks = check_files(folder_.path());
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].kind, "event log");
  EXPECT_TRUE(checks[0].problems.empty());

  std::fstream file(log_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(3 * 4096 + 2000);
  file << "?";
  file.close();
  const auto problems = check_files(log_)[0].problems;
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("events.db"), std::string::npos);
}
#endif

}  // namespace
}  // namespace endcap
