#pragma once

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace endcap {

// A file that is damaged or not one of ours. Nothing of it has been used.
class CorruptFileError : public std::runtime_error {
 public:
  CorruptFileError(std::string path, std::string section, std::uint64_t offset,
                   std::string_view what)
      : std::runtime_error(path + ": section '" + section + "' at byte " + std::to_string(offset) +
                           ": " + std::string(what)),
        path_(std::move(path)),
        section_(std::move(section)),
        offset_(offset) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& section() const { return section_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  std::string path_, section_;
  std::uint64_t offset_;
};

// An id that the model does not know, where one is needed. KeyError in Python.
class UnknownIdError : public std::out_of_range {
 public:
  using std::out_of_range::out_of_range;
};

// Long work that the caller asked to stop, through Progress.
class Cancelled : public std::runtime_error {
 public:
  Cancelled() : std::runtime_error("cancelled") {}
};

namespace detail {
template <class Value>
std::string complaint(std::string_view argument, std::string_view rule, const Value& value) {
  std::ostringstream text;
  text << argument << " must " << rule << ", got " << value;
  return text.str();
}
}  // namespace detail

// Throws std::invalid_argument "<argument> must <rule>, got <value>" unless `holds`.
template <class Value>
void require(bool holds, std::string_view argument, std::string_view rule, const Value& value) {
  if (!holds) throw std::invalid_argument(detail::complaint(argument, rule, value));
}

// The same for an index or a position: throws std::out_of_range.
template <class Value>
void require_in_range(bool holds, std::string_view argument, std::string_view rule,
                      const Value& value) {
  if (!holds) throw std::out_of_range(detail::complaint(argument, rule, value));
}

}  // namespace endcap
