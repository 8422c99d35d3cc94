#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/models/scorer.h"
#include "endcap/storage/container.h"
#include "endcap/storage/record.h"

namespace endcap {

// A matrix as three sections: offsets, columns and values.
void add_matrix(ContainerWriter& writer, const std::string& prefix, const CsrMatrix& matrix);
// Throws CorruptFileError for what is no matrix, or a value that is not finite.
[[nodiscard]] CsrMatrix read_matrix(const Container& file, const std::string& prefix,
                                    std::int32_t n_columns);

// Puts the model's class and settings into the record, and its arrays into sections; null, or a
// class that is never saved, is a term that only the prior holds.
void put_model(ContainerWriter& writer, RecordWriter& record, const std::string& prefix,
               const Scorer* model);
// How much of a model file the model takes; 0 for what only the prior holds.
[[nodiscard]] std::int64_t model_bytes(const Scorer* model);

// What put_model put, its arrays mapped. Throws std::logic_error for a setting out of range or
// arrays that disagree, CorruptFileError for a section that is missing or holds what it must not.
[[nodiscard]] std::shared_ptr<const Scorer> get_model(const Container& file, RecordReader& record,
                                                      const std::string& prefix,
                                                      std::int32_t n_items);

}  // namespace endcap
