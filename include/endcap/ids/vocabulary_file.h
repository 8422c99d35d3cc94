#pragma once

#include <string>

#include "endcap/ids/vocabulary.h"
#include "endcap/storage/container.h"

namespace endcap {

// Adds the sections `name`.numbers, `name`.offsets and `name`.bytes. The vocabulary must live until
// the writer has written.
void save_vocabulary(const Vocabulary& vocabulary, ContainerWriter& writer,
                     const std::string& name);

// Maps what save_vocabulary() added. Throws CorruptFileError unless the ids are sorted, distinct,
// of one type and at most 2^31 - 1.
[[nodiscard]] Vocabulary load_vocabulary(const Container& container, const std::string& name);

}  // namespace endcap
