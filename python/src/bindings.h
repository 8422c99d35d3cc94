#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace endcap {

// One for each bind_<header>.cc.
void bind_build_info(pybind11::module_& module);
void bind_events(pybind11::module_& module);
void bind_event_log(pybind11::module_& module);
void bind_catalog(pybind11::module_& module);
void bind_rules(pybind11::module_& module);
void bind_report(pybind11::module_& module);
void bind_recommender(pybind11::module_& module);
void bind_check_files(pybind11::module_& module);
void bind_models(pybind11::module_& module);
void bind_evaluation(pybind11::module_& module);

}  // namespace endcap

// A C-contiguous array argument, converted when it is of another type.
template <class T>
using Vector = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

template <class T>
std::vector<T> to_vector(const Vector<T>& array) {
  return {array.data(), array.data() + array.size()};
}

// The values as a numpy array of this shape, without a copy.
template <class T>
pybind11::array to_numpy(std::vector<T> values, std::vector<pybind11::ssize_t> shape) {
  auto owner = std::make_unique<std::vector<T>>(std::move(values));
  T* data = owner->data();
  const pybind11::capsule keeper(owner.release(),
                                 [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return pybind11::array_t<T>(std::move(shape), data, keeper);
}
