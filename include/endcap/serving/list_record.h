#pragma once

#include "endcap/serving/query.h"
#include "endcap/storage/record.h"

namespace endcap {

// A list as bytes, two fifths of what it takes as structures: how the journal keeps it in memory.
// Not part of any file.
void put_list(RecordWriter& record, const Recommendation& list);

// Gives back every bit of what was put.
[[nodiscard]] Recommendation get_list(RecordReader& record);

}  // namespace endcap
