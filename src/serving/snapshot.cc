#include "endcap/serving/snapshot.h"

#include <deque>
#include <functional>
#include <stdexcept>
#include <utility>

#include "endcap/ranking/rules_record.h"
#include "endcap/serving/model_file.h"
#include "endcap/storage/record.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

void add_vocabulary(ContainerWriter& writer, const std::string& prefix, const Vocabulary& ids) {
  writer.add(prefix + ".numbers", ids.numbers());
  writer.add(prefix + ".offsets", ids.offsets());
  writer.add(prefix + ".bytes", ids.bytes());
}

Vocabulary read_vocabulary(const Container& file, const std::string& prefix) {
  auto offsets = file.array<std::int64_t>(prefix + ".offsets");
  if (offsets.empty()) return Vocabulary(file.array<std::int64_t>(prefix + ".numbers"));
  return {std::move(offsets), file.array<char>(prefix + ".bytes")};
}

std::string term_prefix(std::size_t t) { return "model." + std::to_string(t); }

void put_terms(ContainerWriter& writer, RecordWriter& record, const Blend& blend) {
  record.put<std::uint64_t>(blend.terms.size());
  for (std::size_t t = 0; t < blend.terms.size(); ++t) {
    const auto& term = blend.terms[t];
    record.put(term.name);
    record.put(term.weights[0]);
    record.put(term.weights[1]);
    record.put(term.ndcg_alone);
    put_model(writer, record, term_prefix(t), term.model.get());
  }
}

std::vector<BlendTerm> get_terms(const Container& file, RecordReader& record,
                                 std::int32_t n_items) {
  std::vector<BlendTerm> terms;
  for (auto n = record.get<std::uint64_t>(); terms.size() < n;) {
    BlendTerm term{.name = record.text()};
    term.weights[0] = record.get<float>();
    term.weights[1] = record.get<float>();
    term.ndcg_alone = record.get<double>();
    term.model = get_model(file, record, term_prefix(terms.size()), n_items);
    if (term.model && term.model->n_items() != n_items) {
      throw std::invalid_argument("model of another size");
    }
    terms.push_back(std::move(term));
  }
  return terms;
}

void put_scenarios(RecordWriter& record, const std::map<std::string, Rules>& scenarios) {
  record.put<std::uint64_t>(scenarios.size());
  for (const auto& [name, rules] : scenarios) {
    record.put(name);
    put_rules(record, rules);
  }
}

std::map<std::string, Rules> get_scenarios(const Container& file) {
  std::map<std::string, Rules> scenarios;
  const auto bytes = file.array<std::byte>("rules");
  RecordReader record(bytes.span());
  for (auto n = record.get<std::uint64_t>(); scenarios.size() < n;) {
    auto name = record.text();
    if (!scenarios.emplace(name, get_rules(record)).second) file.fail("rules", "a name twice");
  }
  if (!record.done()) file.fail("rules", "bytes are left over");
  return scenarios;
}

// Runs a reader of one part of the file; what it finds wrong is damage of that section.
template <class Read>
auto checked(const Container& file, const std::string& section, Read&& read) {
  try {
    return read();
  } catch (const CorruptFileError&) {
    throw;
  } catch (const std::logic_error& error) {
    file.fail(section, error.what());
  }
}

void check_rows(const Container& file, const std::string& section, std::size_t size,
                std::int32_t n) {
  if (size != static_cast<std::size_t>(n)) file.fail(section, "does not fit the number of ids");
}

}  // namespace

void Snapshot::save(const std::filesystem::path& path) const {
  ContainerWriter writer;
  RecordWriter record;
  record.put<std::int16_t>(kinds.size());
  for (std::int16_t kind = 0; kind < kinds.size(); ++kind) {
    record.put(kinds[kind].name);
    record.put(kinds[kind].weight);
  }
  record.put(histories.order());
  put_terms(writer, record, blend);
  writer.add("meta", record.bytes());
  add_vocabulary(writer, "users", users);
  add_vocabulary(writer, "items", items);
  writer.add("catalog_row", catalog_row);
  writer.add("histories.offsets", histories.offsets());
  writer.add("histories.events", histories.events());
  add_matrix(writer, "dislikes", dislikes);
  for (std::size_t p = 0; p < 2; ++p) {
    writer.add("prior." + std::to_string(p), blend.prior[p]);
    writer.add("prior_order." + std::to_string(p), blend.prior_order[p]);
  }
  catalog.save(writer, "catalog");
  RecordWriter rules;
  put_scenarios(rules, scenarios);
  writer.add("rules", rules.bytes());
  writer.write(path);
}

Snapshot Snapshot::load(const std::filesystem::path& path) {
  const Container file = Container::open(path);
  Snapshot s;
  s.users = checked(file, "users.offsets", [&] { return read_vocabulary(file, "users"); });
  s.items = checked(file, "items.offsets", [&] { return read_vocabulary(file, "items"); });
  const std::int32_t n = s.items.size();
  s.catalog = checked(file, "catalog", [&] { return Catalog::load(file, "catalog"); });
  s.catalog_row = file.array<std::int32_t>("catalog_row");
  check_rows(file, "catalog_row", s.catalog_row.size(), n);
  for (const auto row : s.catalog_row) {
    if (row < kNoIndex || row >= s.catalog.items().size()) file.fail("catalog_row", "no such row");
  }
  checked(file, "meta", [&] {
    const auto meta = file.array<std::byte>("meta");
    RecordReader record(meta.span());
    s.kinds = Kinds::empty();
    for (auto kinds = record.get<std::int16_t>(); s.kinds.size() < kinds;) {
      const auto name = record.text();
      s.kinds.add(name, record.get<float>());
    }
    const auto order = record.get<Order>();
    s.histories = Interactions(n, order, file.array<std::int64_t>("histories.offsets"),
                               file.array<Interaction>("histories.events"));
    s.blend.terms = get_terms(file, record, n);
    if (s.blend.find(kBoughtTogether) == nullptr) file.fail("meta", "lacks a model");
    return 0;
  });
  check_rows(file, "histories.offsets", static_cast<std::size_t>(s.histories.n_users()),
             s.users.size());
  for (const auto& event : s.histories.events()) {
    if (event.kind < 0 || event.kind >= s.kinds.size()) file.fail("histories.events", "bad kind");
    if (event.time_us < 0 || event.time_us >= kYear10000Us) {
      file.fail("histories.events", "bad time");
    }
  }
  s.dislikes = checked(file, "dislikes.offsets", [&] { return read_matrix(file, "dislikes", n); });
  check_rows(file, "dislikes.offsets", static_cast<std::size_t>(s.dislikes.n_rows()),
             s.users.size());
  for (std::size_t p = 0; p < 2; ++p) {
    const auto name = "prior." + std::to_string(p), order = "prior_order." + std::to_string(p);
    s.blend.prior[p] = file.array<float>(name);
    s.blend.prior_order[p] = file.array<std::int32_t>(order);
    check_rows(file, name, s.blend.prior[p].size(), n);
    check_rows(file, order, s.blend.prior_order[p].size(), n);
    for (const auto item : s.blend.prior_order[p]) {
      if (item < 0 || item >= n) file.fail(order, "no such item");
    }
  }
  s.scenarios = checked(file, "rules", [&] { return get_scenarios(file); });
  return s;
}

}  // namespace endcap
