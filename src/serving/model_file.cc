#include "endcap/serving/model_file.h"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "endcap/models/als.h"
#include "endcap/models/item_item_model.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/models/session_knn.h"

namespace endcap {
namespace {

// Which class a saved model is of.
enum class ModelClass : std::int32_t {
  kPriorOnly = 0,
  kItemItem = 1,
  kSequenceFactors = 2,
  kAls = 3,
  kSessionKnn = 4
};

constexpr auto kIsFinite = [](float value) { return std::isfinite(value); };

Array<float> floats(const Container& file, const std::string& name) {
  return file.array<float>(name, "be finite", kIsFinite);
}

Array<std::int32_t> indices(const Container& file, const std::string& name, std::int32_t n) {
  return file.array<std::int32_t>(name, "be in [0, " + std::to_string(n) + ")",
                                  [n](std::int32_t value) { return 0 <= value && value < n; });
}

// A number of a record that must be finite.
float finite(RecordReader& record) {
  const auto value = record.get<float>();
  require(std::isfinite(value), "a setting", "be finite", value);
  return value;
}

void put_history_weights(RecordWriter& record, const HistoryWeights& weights) {
  record.put(weights.position_decay);
  record.put(weights.half_life_days);
  record.put(weights.length_power);
  record.put(weights.repeat_decay);
  record.put(weights.max_events);
  record.put(weights.use_event_weights);
  record.put(weights.kind);
}

HistoryWeights get_history_weights(RecordReader& record) {
  HistoryWeights weights;
  weights.position_decay = record.get<float>();
  weights.half_life_days = record.get<float>();
  weights.length_power = record.get<float>();
  weights.repeat_decay = record.get<float>();
  weights.max_events = record.get<std::int32_t>();
  weights.use_event_weights = record.get<std::uint8_t>() != 0;
  weights.kind = record.get<std::int16_t>();
  return weights;
}

void put_als(ContainerWriter& writer, RecordWriter& record, const std::string& prefix,
             const Als& model) {
  record.put(model.options().factors);
  record.put(model.options().unobserved);
  record.put(model.options().regularization);
  record.put(model.options().nu);
  record.put(model.options().iterations);
  record.put(model.options().use_event_weights);
  record.put(model.options().steps);
  record.put(model.unobserved_weight());
  record.put(model.ridge());
  writer.add(prefix + ".items", model.items());
  writer.add(prefix + ".spectrum", model.spectrum());
}

Als get_als(const Container& file, RecordReader& record, const std::string& prefix) {
  AlsOptions options;
  options.factors = record.get<std::int32_t>();
  options.unobserved = finite(record);
  options.regularization = finite(record);
  options.nu = finite(record);
  options.iterations = record.get<std::int32_t>();
  options.use_event_weights = record.get<std::uint8_t>() != 0;
  options.steps = record.get<std::int32_t>();
  const auto unobserved_weight = finite(record);
  const auto ridge = finite(record);
  return {options, unobserved_weight, ridge, floats(file, prefix + ".items"),
          floats(file, prefix + ".spectrum")};
}

void add_lists(ContainerWriter& writer, const std::string& prefix, const IndexLists& lists) {
  writer.add(prefix + ".offsets", lists.offsets());
  writer.add(prefix + ".values", lists.values());
}

IndexLists read_lists(const Container& file, const std::string& prefix, std::int32_t n_values) {
  auto values = indices(file, prefix + ".values", n_values);
  auto offsets = file.array<std::int64_t>(prefix + ".offsets");
  return file.checked(prefix + ".offsets",
                      [&] { return IndexLists(n_values, std::move(offsets), std::move(values)); });
}

void put_session_knn(ContainerWriter& writer, RecordWriter& record, const std::string& prefix,
                     const SessionKnn& model) {
  const auto& options = model.options();
  record.put(options.neighbors);
  record.put(options.sessions);
  record.put(options.max_events);
  record.put(options.history_span);
  record.put(options.neighbor_span);
  record.put(options.match_span);
  record.put(options.idf_weight);
  record.put(options.age_share);
  record.put(model.index().mean_length);
  add_lists(writer, prefix + ".sessions", model.index().sessions);
  add_lists(writer, prefix + ".postings", model.index().postings);
  writer.add(prefix + ".users", model.index().users);
  writer.add(prefix + ".ages", model.index().ages);
  writer.add(prefix + ".rarity", model.index().rarity);
}

SessionKnn get_session_knn(const Container& file, RecordReader& record, const std::string& prefix,
                           std::int32_t n_items) {
  SessionKnnOptions options;
  options.neighbors = record.get<std::int32_t>();
  options.sessions = record.get<std::int32_t>();
  options.max_events = record.get<std::int32_t>();
  options.history_span = finite(record);
  options.neighbor_span = finite(record);
  options.match_span = finite(record);
  options.idf_weight = finite(record);
  options.age_share = finite(record);
  detail::SessionIndex index;
  index.mean_length = finite(record);
  index.sessions = read_lists(file, prefix + ".sessions", n_items);
  index.postings = read_lists(file, prefix + ".postings", index.sessions.size());
  index.users = file.array<std::int32_t>(prefix + ".users");
  index.ages = floats(file, prefix + ".ages");
  index.rarity = floats(file, prefix + ".rarity");
  return {options, std::move(index)};
}

}  // namespace

void add_matrix(ContainerWriter& writer, const std::string& prefix, const CsrMatrix& matrix) {
  writer.add(prefix + ".offsets", matrix.offsets());
  writer.add(prefix + ".columns", matrix.columns());
  writer.add(prefix + ".values", matrix.values());
}

CsrMatrix read_matrix(const Container& file, const std::string& prefix, std::int32_t n_columns) {
  auto columns = indices(file, prefix + ".columns", n_columns);
  auto values = floats(file, prefix + ".values");
  if (values.size() != columns.size()) file.fail(prefix + ".values", "is not as long as columns");
  auto offsets = file.array<std::int64_t>(prefix + ".offsets");
  return file.checked(prefix + ".offsets", [&] {
    return CsrMatrix(n_columns, std::move(offsets), std::move(columns), std::move(values));
  });
}

void put_model(ContainerWriter& writer, RecordWriter& record, const std::string& prefix,
               const Scorer* model) {
  if (const auto* sparse = dynamic_cast<const ItemItemModel*>(model)) {
    record.put(ModelClass::kItemItem);
    put_history_weights(record, sparse->history_weights());
    add_matrix(writer, prefix, sparse->matrix());
  } else if (const auto* trained = dynamic_cast<const SequenceFactors*>(model)) {
    record.put(ModelClass::kSequenceFactors);
    record.put(trained->factors());
    record.put(trained->epochs());
    record.put(trained->event_weights().steps);
    writer.add(prefix + ".queries", trained->queries());
    writer.add(prefix + ".items", trained->items());
    writer.add(prefix + ".places", trained->event_weights().places);
    writer.add(prefix + ".kinds", trained->event_weights().kinds);
    writer.add(prefix + ".ages", trained->event_weights().ages);
  } else if (const auto* als = dynamic_cast<const Als*>(model)) {
    record.put(ModelClass::kAls);
    put_als(writer, record, prefix, *als);
  } else if (const auto* knn = dynamic_cast<const SessionKnn*>(model)) {
    record.put(ModelClass::kSessionKnn);
    put_session_knn(writer, record, prefix, *knn);
  } else {
    record.put(ModelClass::kPriorOnly);
  }
}

std::int64_t model_bytes(const Scorer* model) {
  const auto sum = [](const auto&... arrays) {
    return static_cast<std::int64_t>((arrays.span().size_bytes() + ...));
  };
  if (const auto* sparse = dynamic_cast<const ItemItemModel*>(model)) {
    const auto& matrix = sparse->matrix();
    return sum(matrix.offsets(), matrix.columns(), matrix.values());
  }
  if (const auto* trained = dynamic_cast<const SequenceFactors*>(model)) {
    const auto& weights = trained->event_weights();
    return sum(trained->queries(), trained->items(), weights.places, weights.kinds, weights.ages);
  }
  if (const auto* als = dynamic_cast<const Als*>(model)) {
    return sum(als->items(), als->spectrum());
  }
  if (const auto* knn = dynamic_cast<const SessionKnn*>(model)) {
    const auto& index = knn->index();
    return sum(index.sessions.offsets(), index.sessions.values(), index.postings.offsets(),
               index.postings.values(), index.users, index.ages, index.rarity);
  }
  return 0;
}

std::shared_ptr<const Scorer> get_model(const Container& file, RecordReader& record,
                                        const std::string& prefix, std::int32_t n_items) {
  switch (record.get<ModelClass>()) {
    case ModelClass::kPriorOnly:
      return nullptr;
    case ModelClass::kItemItem: {
      const auto weights = get_history_weights(record);
      return std::make_shared<const ItemItemModel>(read_matrix(file, prefix, n_items), weights);
    }
    case ModelClass::kSequenceFactors: {
      const auto factors = record.get<std::int32_t>();
      const auto epochs = record.get<std::int32_t>();
      const auto steps = record.get<Steps>();
      require(Steps::kNone <= steps && steps <= Steps::kBaskets, "steps", "be 0, 1 or 2",
              static_cast<std::int32_t>(steps));
      EventWeights weights{steps, floats(file, prefix + ".places"), floats(file, prefix + ".kinds"),
                           floats(file, prefix + ".ages")};
      return std::make_shared<const SequenceFactors>(factors, floats(file, prefix + ".queries"),
                                                     floats(file, prefix + ".items"),
                                                     std::move(weights), epochs);
    }
    case ModelClass::kAls:
      return std::make_shared<const Als>(get_als(file, record, prefix));
    case ModelClass::kSessionKnn:
      return std::make_shared<const SessionKnn>(get_session_knn(file, record, prefix, n_items));
  }
  throw std::invalid_argument("unknown class of model");
}

}  // namespace endcap
