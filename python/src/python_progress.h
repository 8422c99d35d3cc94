#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "endcap/base/progress.h"

namespace endcap {

// Hands progress to a Python callback, or to none, and lets Ctrl-C end the work.
class PythonProgress final : public Progress {
 public:
  explicit PythonProgress(pybind11::object callback = pybind11::none())
      : callback_(std::move(callback)) {}

  void begin(std::string_view stage, std::int64_t total) override {
    const pybind11::gil_scoped_acquire acquire;
    if (!callback_.is_none()) callback_(std::string(stage), total, 0);
    check_signals();
  }
  void step(std::int64_t done) override {
    const pybind11::gil_scoped_acquire acquire;
    if (!callback_.is_none()) callback_(pybind11::none(), pybind11::none(), done);
    check_signals();
  }

 private:
  static void check_signals() {
    if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
  }
  pybind11::object callback_;
};

}  // namespace endcap
