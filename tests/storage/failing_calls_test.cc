#include "storage/failing_calls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <filesystem>

namespace endcap {
namespace {

constexpr int kNamed = 100'000;

// Threads of the library make calls while a test begins or ends to count them.
std::atomic<bool> is_counting{false};
std::atomic<int> n_calls{0};
std::atomic<int> fatal_call{0};  // none, if 0
std::atomic<FailingCalls::How> fatal_how{FailingCalls::How::kError};
std::atomic<int> fatal_error{0};
std::atomic<const char*> call_names[kNamed];

// How the present call fails, if it does.
enum class Fate { kPass, kFail, kHalf };

Fate fate_of(const char* name) {
  if (!is_counting) return Fate::kPass;
  const int n = ++n_calls;
  if (n <= kNamed) call_names[n - 1] = name;
  if (n != fatal_call) return Fate::kPass;
  if (fatal_how == FailingCalls::How::kKill) ::_exit(9);
  return fatal_how == FailingCalls::How::kShort ? Fate::kHalf : Fate::kFail;
}

// What the call returns: the system's answer, or the error.
template <class Call>
long made(const char* name, Call&& call) {
  if (fate_of(name) != Fate::kFail) return call();
  errno = fatal_error;
  return -1;
}

template <class Call>
long made_in_part(const char* name, std::size_t size, Call&& call) {
  const auto fate = fate_of(name);
  if (fate == Fate::kPass || (fate == Fate::kHalf && size < 2)) return call(size);
  if (fate == Fate::kHalf) return call(size / 2);
  errno = fatal_error;
  return -1;
}

int opened(const char* path, int flags, mode_t mode) {
  return static_cast<int>(
      made("open", [&] { return ::syscall(SYS_openat, AT_FDCWD, path, flags, mode); }));
}

}  // namespace

FailingCalls::FailingCalls() : FailingCalls(0, How::kError) {}
FailingCalls::FailingCalls(int n, How how, int error) {
  n_calls = 0;
  fatal_call = n;
  fatal_how = how;
  fatal_error = error;
  is_counting = true;
}
FailingCalls::~FailingCalls() { is_counting = false; }
bool FailingCalls::reached() { return fatal_call > 0 && n_calls >= fatal_call; }
std::vector<std::string> FailingCalls::names() {
  return {call_names, call_names + std::min(n_calls.load(), kNamed)};
}

}  // namespace endcap

// In the place of the C library's, for all that is linked into the tests.
extern "C" {

ssize_t write(int fd, const void* from, size_t size) {
  return endcap::made_in_part("write", size,
                              [&](size_t n) { return ::syscall(SYS_write, fd, from, n); });
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
  return endcap::made_in_part("pwrite", size,
                              [&](size_t n) { return ::syscall(SYS_pwrite64, fd, from, n, at); });
}
ssize_t read(int fd, void* to, size_t size) {
  return endcap::made_in_part("read", size,
                              [&](size_t n) { return ::syscall(SYS_read, fd, to, n); });
}
ssize_t pread64(int fd, void* to, size_t size, off64_t at) {
  return endcap::made_in_part("pread", size,
                              [&](size_t n) { return ::syscall(SYS_pread64, fd, to, n, at); });
}
int fsync(int fd) {
  return static_cast<int>(endcap::made("fsync", [&] { return ::syscall(SYS_fsync, fd); }));
}
int fdatasync(int fd) {
  return static_cast<int>(endcap::made("fdatasync", [&] { return ::syscall(SYS_fdatasync, fd); }));
}
int ftruncate64(int fd, off64_t size) noexcept {
  return static_cast<int>(
      endcap::made("ftruncate", [&] { return ::syscall(SYS_ftruncate, fd, size); }));
}
int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(endcap::made(
      "rename", [&] { return ::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to); }));
}
int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return endcap::opened(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return endcap::opened(path, flags | O_LARGEFILE, mode);
}

}  // extern "C"

namespace endcap {
namespace {

TEST(FailingCallsTest, TheNthCallFailsAndNoOther) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_failing_calls";
  {
    const FailingCalls calls(2, FailingCalls::How::kError, ENOSPC);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ASSERT_GE(fd, 0);
    EXPECT_FALSE(calls.reached());
    EXPECT_EQ(::write(fd, "abc", 3), -1);
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_TRUE(calls.reached());
    EXPECT_EQ(::write(fd, "abc", 3), 3);
    ::close(fd);
    EXPECT_EQ(calls.names(), (std::vector<std::string>{"open", "write", "write"}));
  }
  std::filesystem::remove(path);
}

TEST(FailingCallsTest, AShortWriteWritesHalf) {
  const auto path = std::filesystem::temp_directory_path() / "endcap_short_write";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  {
    const FailingCalls calls(1, FailingCalls::How::kShort);
    EXPECT_EQ(::write(fd, "abcdef", 6), 3);
  }
  ::close(fd);
  EXPECT_EQ(std::filesystem::file_size(path), 3u);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace endcap
