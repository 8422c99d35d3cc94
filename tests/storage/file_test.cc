#include "endcap/storage/file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "events/log_fixtures.h"
#include "storage/failing_calls.h"

namespace endcap {
namespace {

using How = FailingCalls::How;

class WriteFileTest : public testing::Test {
 protected:
  WriteFileTest() { write(old_); }

  void write(const std::string& content) const {
    const auto bytes = std::as_bytes(std::span(content));
    const std::vector<std::span<const std::byte>> pieces = {bytes.first(5), {}, bytes.subspan(5)};
    write_file(path_, pieces);
  }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t n_files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }
  // Writes with the n-th call failing; returns whether that call came.
  bool write_failing(int n, How how, int error) const {
    try {
      const FailingCalls calls(n, how, error);
      write(new_);
      EXPECT_TRUE(!calls.reached() || how == How::kShort) << "call " << n << " failed unseen";
      return calls.reached();
    } catch (const std::system_error& failure) {
      EXPECT_EQ(failure.code().value(), error);
      return true;
    }
  }

  const TestFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "file";
  const std::string old_ = "the old content", new_ = "and the new content, longer";
};

TEST_F(WriteFileTest, IsSyncedBeforeItTakesTheOldOnesPlace) {
  const FailingCalls calls;
  write(new_);
  const std::vector<std::string> expected = {"open",  "open",   "write", "write",
                                             "fsync", "rename", "open",  "fsync"};
  EXPECT_EQ(FailingCalls::names(), expected);
}

TEST_F(WriteFileTest, AFailingCallIsReportedAndLeavesTheOldOrTheNew) {
  constexpr int kSyncOfTheFolder = 7;  // from then on the new file is there
  for (const int error : {EIO, ENOSPC}) {
    for (int n = 1; write_failing(n, How::kError, error); ++n) {
      EXPECT_EQ(content(), n < kSyncOfTheFolder ? old_ : new_) << "call " << n;
      EXPECT_EQ(n_files(), 1u) << "call " << n;
      write(old_);
    }
    EXPECT_EQ(content(), new_);
    write(old_);
  }
}

TEST_F(WriteFileTest, AShortWriteIsContinued) {
  for (int n = 1; write_failing(n, How::kShort, 0); ++n) {
    EXPECT_EQ(content(), new_) << "call " << n;
    write(old_);
  }
}

TEST_F(WriteFileTest, AKillAtAnyCallLeavesTheOldOrTheNew) {
  bool killed = true;
  int n_new = 0;
  for (int n = 1; killed; ++n) {
    const pid_t child = ::fork();
    if (child == 0) {
      const FailingCalls calls(n, How::kKill);
      write(new_);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    killed = WIFEXITED(status) && WEXITSTATUS(status) == 9;
    EXPECT_TRUE(content() == old_ || content() == new_) << "call " << n;
    if (content() == new_) ++n_new;
    write(old_);  // what the killed one left over is in nobody's way
    EXPECT_EQ(content(), old_);
  }
  EXPECT_EQ(n_new, 3);  // at the opening and the sync of the folder, and unharmed
}

}  // namespace
}  // namespace endcap
