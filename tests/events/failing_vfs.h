#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace endcap {

// SQLite's default file system until the end of the scope, with one call that fails: the n-th
// write, sync or truncation after fail_at(n). What fails is not done. Remembers those calls.
class FailingVfs {
 public:
  struct Call {
    enum class What { kWrite, kTruncate, kSync } what;
    std::filesystem::path file;
    std::size_t at = 0;  // or the new size
    std::string bytes = {};
  };

  FailingVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "failing";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = &open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FailingVfs() { sqlite3_vfs_unregister(&vfs_); }
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  void fail_at(int n) { left_ = n; }
  // Whether the call that fail_at() meant has come.
  [[nodiscard]] bool has_failed() const { return left_ <= 0; }

  // What was done since the last clear_calls().
  [[nodiscard]] std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  [[nodiscard]] std::size_t n_calls() const { return calls().size(); }
  void clear_calls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }

 private:
  struct File {
    sqlite3_file base;
    FailingVfs* owner;
    const char* name;  // lives as long as the file is open
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return of(file).real(); }
  static bool fails(sqlite3_file* file, Call call) {
    auto* self = of(file).owner;
    if (--self->left_ == 0) return true;
    const std::lock_guard lock(self->mutex_);
    if (of(file).name) call.file = of(file).name;
    self->calls_.push_back(std::move(call));
    return false;
  }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
                  int* out_flags) {
    auto* self = static_cast<FailingVfs*>(vfs->pAppData);
    of(file).owner = self;
    of(file).name = name;
    file->pMethods = nullptr;
    const int code = self->real_->xOpen(self->real_, name, real(file), flags, out_flags);
    static const sqlite3_io_methods kMethods = methods();
    if (real(file)->pMethods) file->pMethods = &kMethods;
    return code;
  }

  static int write(sqlite3_file* file, const void* from, int n, sqlite3_int64 at) {
    Call call{.what = Call::What::kWrite, .file = {}, .at = static_cast<std::size_t>(at)};
    call.bytes.assign(static_cast<const char*>(from), static_cast<std::size_t>(n));
    if (fails(file, std::move(call))) return SQLITE_FULL;
    return real(file)->pMethods->xWrite(real(file), from, n, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const auto at = static_cast<std::size_t>(size);
    if (fails(file, {.what = Call::What::kTruncate, .file = {}, .at = at})) {
      return SQLITE_IOERR_TRUNCATE;
    }
    return real(file)->pMethods->xTruncate(real(file), size);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (fails(file, {.what = Call::What::kSync, .file = {}})) return SQLITE_IOERR_FSYNC;
    return real(file)->pMethods->xSync(real(file), flags);
  }
  // A method that only passes its arguments on.
  template <auto method, class... Arguments>
  static int pass(sqlite3_file* file, Arguments... arguments) {
    return (real(file)->pMethods->*method)(real(file), arguments...);
  }

  // Version 1 is enough: the log is exclusive, so SQLite shares no memory.
  static sqlite3_io_methods methods() {
    using M = sqlite3_io_methods;
    M methods{};
    methods.iVersion = 1;
    methods.xClose = &pass<&M::xClose>;
    methods.xRead = &pass<&M::xRead, void*, int, sqlite3_int64>;
    methods.xWrite = &write;
    methods.xTruncate = &truncate;
    methods.xSync = &sync;
    methods.xFileSize = &pass<&M::xFileSize, sqlite3_int64*>;
    methods.xLock = &pass<&M::xLock, int>;
    methods.xUnlock = &pass<&M::xUnlock, int>;
    methods.xCheckReservedLock = &pass<&M::xCheckReservedLock, int*>;
    methods.xFileControl = &pass<&M::xFileControl, int, void*>;
    methods.xSectorSize = &pass<&M::xSectorSize>;
    methods.xDeviceCharacteristics = &pass<&M::xDeviceCharacteristics>;
    return methods;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::atomic<int> left_{1 << 30};
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
};

}  // namespace endcap
