#pragma once

#include <string>
#include <vector>

namespace endcap {

// Every system call that reads or changes a file, in this process, until the end of the scope: the
// tests define write(), fsync(), rename() and the like themselves, so that nothing in the library
// is made for them. The n-th such call fails, or kills the process before it is made.
class FailingCalls {
 public:
  // kShort writes, or reads, half of what was asked and says so; others fail with the error.
  enum class How { kError, kShort, kKill };

  FailingCalls();  // counts, and lets all pass
  FailingCalls(int n, How how, int error = 0);
  ~FailingCalls();
  FailingCalls(const FailingCalls&) = delete;
  FailingCalls& operator=(const FailingCalls&) = delete;

  // Whether the n-th call has come.
  [[nodiscard]] static bool reached();
  // The names of the calls since the start, of the first hundred thousand.
  [[nodiscard]] static std::vector<std::string> names();
};

}  // namespace endcap
