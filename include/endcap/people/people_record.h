#pragma once

#include "endcap/people/people.h"
#include "endcap/storage/record.h"

namespace endcap {

// People as bytes of a file; docs/formats/people.md has them one by one.
void put_people(RecordWriter& record, const People& people);

// Throws std::logic_error for what put_people() would not have written.
[[nodiscard]] People get_people(RecordReader& record);

}  // namespace endcap
