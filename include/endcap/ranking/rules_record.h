#pragma once

#include "endcap/ranking/rules.h"
#include "endcap/storage/record.h"

namespace endcap {

// Rules as bytes of a file; docs/formats/rules.md has them one by one.
void put_rules(RecordWriter& record, const Rules& rules);

// Throws std::logic_error for what put_rules() would not have written.
[[nodiscard]] Rules get_rules(RecordReader& record);

}  // namespace endcap
