#pragma once

#include <map>
#include <string>

#include "endcap/ranking/rules.h"
#include "endcap/storage/record.h"

namespace endcap {

// Rules as bytes of a file; docs/formats/rules.md has them one by one.
void put_rules(RecordWriter& record, const Rules& rules);

// Throws std::logic_error for what put_rules() would not have written.
[[nodiscard]] Rules get_rules(RecordReader& record);

// The same for rules by name; get_scenarios() reads to the end of the record.
using Scenarios = std::map<std::string, Rules>;
void put_scenarios(RecordWriter& record, const Scenarios& scenarios);
[[nodiscard]] Scenarios get_scenarios(RecordReader& record);

}  // namespace endcap
