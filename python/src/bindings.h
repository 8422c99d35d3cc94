#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "endcap/base/types.h"

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
void bind_approximate_index(pybind11::module_& module);
void bind_models(pybind11::module_& module);
void bind_evaluation(pybind11::module_& module);

}  // namespace endcap

// An Id is an int or a str, as the variant that it derives from.
template <>
struct pybind11::detail::type_caster<endcap::Id> {
  using Variant = std::variant<std::int64_t, std::string>;
  PYBIND11_TYPE_CASTER(endcap::Id, make_caster<Variant>::name);

  bool load(handle source, bool convert) {
    make_caster<Variant> caster;
    if (!caster.load(source, convert)) return false;
    std::visit([this]<class T>(T&& held) { value = std::forward<T>(held); },
               cast_op<Variant&&>(std::move(caster)));
    return true;
  }

  static handle cast(const endcap::Id& id, return_value_policy policy, handle parent) {
    return make_caster<Variant>::cast(id, policy, parent);
  }
};

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
