#include "endcap/ranking/rules.h"

#include <set>
#include <stdexcept>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/ids/id_record.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/storage/checksum.h"

namespace endcap {
namespace {

template <class T, class Put>
void put_all(RecordWriter& record, const std::vector<T>& values, Put&& put) {
  record.put<std::uint64_t>(values.size());
  for (const auto& value : values) put(value);
}

template <class Get>
auto get_all(RecordReader& record, Get&& get) {
  std::vector<decltype(get())> values;
  for (auto n = record.get<std::uint64_t>(); n > 0; --n) values.push_back(get());
  return values;
}

bool is_share(float value) { return 0 <= value && value <= 1; }

}  // namespace

void check(const Rules& rules) {
  for (const auto& boost : rules.boosts) {
    require(0.001f <= boost.factor && boost.factor <= 1000, "factor of a boost",
            "be in [0.001, 1000]", boost.factor);
  }
  std::set<int> positions;
  for (const auto& pin : rules.pins) {
    require(pin.position > 0, "position of a pin", "be 1 or more", pin.position);
    require(positions.insert(pin.position).second, "position of a pin", "be taken once",
            pin.position);
  }
  for (const auto& cap : rules.caps) {
    require(cap.at_most > 0, "at_most of a cap", "be positive", cap.at_most);
  }
  for (const auto& hide : rules.hide) {
    require(0 <= hide.for_days && hide.for_days < 1e6, "for_days of a hide", "be in [0, 1000000)",
            hide.for_days);
  }
  require(is_share(rules.diversity), "diversity", "be in [0, 1]", rules.diversity);
  require(is_share(rules.minimum_relevance), "minimum_relevance", "be in [0, 1]",
          rules.minimum_relevance);
  require(is_share(rules.rotation) && rules.rotation < 1, "rotation", "be in [0, 1)",
          rules.rotation);
  require(is_share(rules.exploration), "exploration", "be in [0, 1]", rules.exploration);
}

std::uint64_t version_of(const Rules& rules) {
  RecordWriter record;
  put_rules(record, rules);
  return checksum(record.bytes().data(), record.bytes().size());
}

void put_rules(RecordWriter& record, const Rules& rules) {
  const auto put_text = [&](const std::string& text) { record.put(text); };
  const auto put_item = [&](const Id& id) { put_id(record, id); };
  record.put(rules.filter);
  put_all(record, rules.allow, put_item);
  put_all(record, rules.block, put_item);
  put_all(record, rules.hide, [&](const Hide& hide) {
    record.put(hide.kind);
    record.put(hide.when);
    record.put(hide.for_days);
  });
  put_all(record, rules.boosts, [&](const Boost& boost) {
    record.put(boost.when);
    record.put(boost.factor);
  });
  put_all(record, rules.pins, [&](const Pin& pin) {
    put_id(record, pin.item);
    record.put<std::int32_t>(pin.position);
  });
  put_all(record, rules.caps, [&](const Cap& cap) {
    record.put(cap.column);
    record.put<std::int32_t>(cap.at_most);
  });
  record.put(rules.variants);
  record.put(rules.diversity);
  record.put(rules.diversity_by);
  record.put(rules.minimum_relevance);
  record.put(rules.rotation);
  record.put(rules.exploration);
  record.put(rules.seed);
  put_all(record, rules.backfill, put_text);
}

Rules get_rules(RecordReader& record) {
  const auto text = [&] { return record.text(); };
  const auto item = [&] { return get_id(record); };
  Rules rules;
  rules.filter = record.text();
  rules.allow = get_all(record, item);
  rules.block = get_all(record, item);
  rules.hide = get_all(record, [&] {
    Hide hide{.kind = record.text()};
    hide.when = record.text();
    hide.for_days = record.get<double>();
    return hide;
  });
  rules.boosts = get_all(record, [&] {
    Boost boost{.when = record.text()};
    boost.factor = record.get<float>();
    return boost;
  });
  rules.pins = get_all(record, [&] {
    Pin pin{.item = get_id(record)};
    pin.position = record.get<std::int32_t>();
    return pin;
  });
  rules.caps = get_all(record, [&] {
    Cap cap{.column = record.text()};
    cap.at_most = record.get<std::int32_t>();
    return cap;
  });
  rules.variants = record.text();
  rules.diversity = record.get<float>();
  rules.diversity_by = record.text();
  rules.minimum_relevance = record.get<float>();
  rules.rotation = record.get<float>();
  rules.exploration = record.get<float>();
  rules.seed = record.get<std::uint64_t>();
  rules.backfill = get_all(record, text);
  check(rules);
  return rules;
}

void put_scenarios(RecordWriter& record, const Scenarios& scenarios) {
  record.put<std::uint64_t>(scenarios.size());
  for (const auto& [name, rules] : scenarios) {
    record.put(name);
    put_rules(record, rules);
  }
}

Scenarios get_scenarios(RecordReader& record) {
  Scenarios scenarios;
  for (auto n = record.get<std::uint64_t>(); n > 0; --n) {
    auto name = record.text();
    auto rules = get_rules(record);
    if (!scenarios.emplace(std::move(name), std::move(rules)).second) {
      throw std::invalid_argument("a name stands twice");
    }
  }
  if (!record.done()) throw std::invalid_argument("bytes are left over");
  return scenarios;
}

}  // namespace endcap
