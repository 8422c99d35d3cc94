#include "endcap/serving/list_record.h"

#include <cstdint>

#include "endcap/ids/id_record.h"

namespace endcap {
namespace {

void put_reason(RecordWriter& record, const Reason& reason) {
  put_id(record, reason.item);
  record.put(reason.kind);
  record.put<std::uint8_t>(reason.time_us.has_value());
  if (reason.time_us) record.put(*reason.time_us);
  record.put(reason.value);
  record.put(reason.rule);
}

Reason get_reason(RecordReader& record) {
  Reason reason{.item = get_id(record), .kind = record.text()};
  if (record.get<std::uint8_t>() != 0) reason.time_us = record.get<std::int64_t>();
  reason.value = record.get<float>();
  reason.rule = record.text();
  return reason;
}

void put_pick(RecordWriter& record, const Pick& pick) {
  put_id(record, pick.item);
  record.put(pick.score);
  record.put(pick.probability);
  record.put<std::uint64_t>(pick.reasons.size());
  for (const auto& reason : pick.reasons) put_reason(record, reason);
  record.put(pick.source);
  record.put(pick.rule);
  record.put(pick.position);
  record.put(pick.propensity);
}

Pick get_pick(RecordReader& record) {
  Pick pick{.item = get_id(record), .score = record.get<float>()};
  pick.probability = record.get<float>();
  pick.reasons.resize(record.get<std::uint64_t>());
  for (auto& reason : pick.reasons) reason = get_reason(record);
  pick.source = record.text();
  pick.rule = record.text();
  pick.position = record.get<int>();
  pick.propensity = record.get<float>();
  return pick;
}

}  // namespace

void put_list(RecordWriter& record, const Recommendation& list) {
  record.put(list.id);
  record.put(list.model_version);
  record.put(list.rules_version);
  record.put<std::uint8_t>(list.user.has_value());
  if (list.user) put_id(record, *list.user);
  record.put(list.scenario);
  record.put<std::uint64_t>(list.picks.size());
  for (const auto& pick : list.picks) put_pick(record, pick);
}

Recommendation get_list(RecordReader& record) {
  Recommendation list{.id = record.get<std::uint64_t>(),
                      .model_version = record.get<std::uint64_t>(),
                      .rules_version = record.get<std::uint64_t>()};
  if (record.get<std::uint8_t>() != 0) list.user = get_id(record);
  list.scenario = record.text();
  list.picks.resize(record.get<std::uint64_t>());
  for (auto& pick : list.picks) pick = get_pick(record);
  return list;
}

}  // namespace endcap
