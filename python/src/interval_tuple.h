#pragma once

#include <pybind11/pybind11.h>

#include "endcap/evaluation/bootstrap.h"

namespace endcap {

inline pybind11::tuple as_tuple(const Interval& interval) {
  return pybind11::make_tuple(interval.mean, interval.low, interval.high);
}

}  // namespace endcap
