#include "endcap/serving/snapshot.h"

#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "endcap/ids/vocabulary_file.h"
#include "endcap/people/people_record.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/serving/model_file.h"
#include "endcap/storage/record.h"
#include "endcap/tuning/model_names.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

std::string term_prefix(std::size_t t) { return "model." + std::to_string(t); }

void put_terms(ContainerWriter& writer, RecordWriter& record, const Blend& blend) {
  record.put<std::uint64_t>(blend.terms.size());
  for (std::size_t t = 0; t < blend.terms.size(); ++t) {
    const auto& term = blend.terms[t];
    record.put(term.name);
    for (const float weight : term.weights) record.put(weight);
    record.put(term.ndcg_alone);
    put_model(writer, record, term_prefix(t), term.model.get());
  }
}

std::vector<BlendTerm> get_terms(const Container& file, RecordReader& record,
                                 std::int32_t n_items) {
  std::vector<BlendTerm> terms;
  for (auto n = record.get<std::uint64_t>(); terms.size() < n;) {
    BlendTerm term{.name = record.text()};
    for (float& weight : term.weights) {
      weight = record.get<float>();
      require(std::isfinite(weight), "weight of a model", "be finite", weight);
    }
    term.ndcg_alone = record.get<double>();
    require(std::isfinite(term.ndcg_alone), "NDCG of a model", "be finite", term.ndcg_alone);
    term.model =
        counting_on(term.name, get_model(file, record, term_prefix(terms.size()), n_items));
    if (term.model) {
      require(term.model->n_items() == n_items, "model", "be of the shop's size", term.name);
      term.epochs = epochs_of(*term.model);
    }
    terms.push_back(std::move(term));
  }
  return terms;
}

People read_people(const Container& file) {
  const auto bytes = file.array<std::byte>("people");
  RecordReader record(bytes.span());
  auto people = get_people(record);
  if (people.empty() || !record.done()) file.fail("people", "is empty or too long");
  return people;
}

// The curve of a purpose, and what priors were raised by.
void add_calibration(ContainerWriter& writer, const Blend& blend, std::size_t p) {
  const auto name = "calibration." + std::to_string(p);
  writer.add(name + ".scores", blend.calibration[p].scores());
  writer.add(name + ".probabilities", blend.calibration[p].probabilities());
  writer.add(name + ".lift", std::span<const float>(&blend.lift[p], 1));
}

void read_calibration(const Container& file, std::size_t p, Blend& blend) {
  const auto name = "calibration." + std::to_string(p);
  blend.calibration[p] = file.checked(name + ".scores", [&] {
    return Calibration(file.array<float>(name + ".scores"),
                       file.array<float>(name + ".probabilities"));
  });
  const auto lift = file.array<float>(name + ".lift");
  if (lift.size() != 1 || !std::isfinite(lift[0])) file.fail(name + ".lift", "is no number");
  blend.lift[p] = lift[0];
}

void add_reranker(ContainerWriter& writer, const Reranker& reranker, std::size_t p) {
  const auto name = "reranker." + std::to_string(p);
  if (reranker.empty()) return;
  writer.add(name + ".terms", reranker.terms());
  writer.add(name + ".roots", reranker.trees().roots());
  writer.add(name + ".nodes", reranker.trees().nodes());
}

// Of a purpose that has one, and whose models are known.
Reranker read_reranker(const Container& file, std::size_t p, const Blend& blend) {
  const auto name = "reranker." + std::to_string(p);
  auto terms = file.array<std::int32_t>(
      name + ".terms", "name models of the shop",
      [&](std::int32_t term) { return 0 <= term && std::cmp_less(term, blend.terms.size()); });
  const auto n_features = static_cast<std::int32_t>(terms.size()) + 1;
  auto trees = file.checked(name + ".nodes", [&] {
    return TreeEnsemble(n_features, file.array<std::int32_t>(name + ".roots"),
                        file.array<TreeNode>(name + ".nodes"));
  });
  if (trees.empty()) file.fail(name + ".roots", "is empty");
  return file.checked(name + ".terms",
                      [&] { return Reranker(std::move(terms), std::move(trees)); });
}

FitReport read_report(const Container& file) {
  const auto bytes = file.array<std::byte>("report");
  RecordReader record(bytes.span());
  auto report = get_report(record);
  if (!record.done()) file.fail("report", "bytes are left over");
  return report;
}

void check_rows(const Container& file, const std::string& section, std::size_t size,
                std::int32_t n) {
  if (size != static_cast<std::size_t>(n)) file.fail(section, "does not fit the number of ids");
}

// The kinds, the order and the models.
void get_meta(const Container& file, Snapshot& s, Order& order) {
  const auto meta = file.array<std::byte>("meta");
  RecordReader record(meta.span());
  s.kinds = Kinds::empty();
  for (auto kinds = record.get<std::int16_t>(); s.kinds.size() < kinds;) {
    const auto name = record.text();
    s.kinds.add(name, record.get<float>());
  }
  order = record.get<Order>();
  require(Order::kNone <= order && order <= Order::kTime, "order", "be 0, 1 or 2",
          static_cast<int>(order));
  s.blend.terms = get_terms(file, record, s.n_items());
  require(s.blend.find(kBoughtTogether) != nullptr, "models", "hold", kBoughtTogether);
  require(record.done(), "meta", "end here", "more");
}

Array<std::int32_t> read_catalog_rows(const Container& file, const Snapshot& s) {
  std::int32_t last = kNoIndex;  // items and catalogue are sorted alike
  auto rows = file.array<std::int32_t>("catalog_row", "rise within the catalogue", [&](auto row) {
    return row == kNoIndex || (row > std::exchange(last, row) && row < s.catalog.items().size());
  });
  check_rows(file, "catalog_row", rows.size(), s.n_items());
  return rows;
}

Interactions read_histories(const Container& file, const Snapshot& s, Order order) {
  const auto is_event = [&](const Interaction& event) {
    return 0 <= event.item && event.item < s.n_items() && 0 <= event.kind &&
           event.kind < s.kinds.size() && 0 <= event.time_us && event.time_us < kYear10000Us &&
           event.basket >= kNoIndex && event.weight > 0 && std::isfinite(event.weight) &&
           event.reserved == 0;
  };
  auto events = file.array<Interaction>("histories.events", "be an event of the shop", is_event);
  auto offsets = file.array<std::int64_t>("histories.offsets");
  auto histories = file.checked("histories.offsets", [&] {
    return Interactions(s.n_items(), order, std::move(offsets), std::move(events));
  });
  check_rows(file, "histories.offsets", static_cast<std::size_t>(histories.n_users()),
             s.users.size());
  return histories;
}

// One of each basket; those of a user are numbered from 0 on.
Array<std::int32_t> read_sessions(const Container& file, const Interactions& histories) {
  auto sessions = file.array<std::int32_t>("histories.sessions", "be a session or -1",
                                           [](auto session) { return session >= kNoIndex; });
  std::size_t n_baskets = 0;
  for (UserIndex user = 0; user < histories.n_users(); ++user) {
    std::int64_t last = kNoIndex;
    for (const auto& event : histories.events_of(user)) {
      const bool is_next = event.basket == last + 1;
      if (!is_next && (event.basket != last || last < 0)) {
        file.fail("histories.events", "baskets are not numbered from 0 on");
      }
      last = event.basket;
    }
    n_baskets += static_cast<std::size_t>(last + 1);
  }
  if (sessions.size() != n_baskets) {
    file.fail("histories.sessions", "does not fit the number of baskets");
  }
  return sessions;
}

ColdItems read_cold_items(const Container& file, const Snapshot& s) {
  auto stand_ins = read_matrix(file, "stand_ins", s.n_items());
  check_rows(file, "stand_ins.offsets", static_cast<std::size_t>(stand_ins.n_rows()), s.n_items());
  auto cold = file.checked("stand_ins.values", [&] { return ColdItems(std::move(stand_ins)); });
  if (cold.empty()) file.fail("stand_ins.values", "is empty");
  return cold;
}

// For one purpose: the values, and the items by them.
void read_prior(const Container& file, std::size_t purpose, std::int32_t n_items, Blend& blend) {
  const auto name = "prior." + std::to_string(purpose);
  const auto order_name = "prior_order." + std::to_string(purpose);
  const auto prior =
      file.array<float>(name, "be finite", [](float value) { return std::isfinite(value); });
  check_rows(file, name, prior.size(), n_items);
  ScoredItem before{kNoIndex, std::numeric_limits<float>::infinity()};
  const auto order = file.array<std::int32_t>(
      order_name, "name each item once, by falling prior", [&](std::int32_t item) {
        if (item < 0 || item >= n_items) return false;
        const ScoredItem next{item, prior[static_cast<std::size_t>(item)]};
        return ranks_before(std::exchange(before, next), next);
      });
  check_rows(file, order_name, order.size(), n_items);
  blend.prior[purpose] = prior;
  blend.prior_order[purpose] = order;
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
  save_vocabulary(users, writer, "users");
  save_vocabulary(items, writer, "items");
  writer.add("catalog_row", catalog_row);
  writer.add("histories.offsets", histories.offsets());
  writer.add("histories.events", histories.events());
  if (!sessions.empty()) writer.add("histories.sessions", sessions);
  add_matrix(writer, "dislikes", dislikes);
  if (!blend.cold.empty()) add_matrix(writer, "stand_ins", blend.cold.stand_ins());
  for (std::size_t p = 0; p < kPurposes; ++p) {
    writer.add("prior." + std::to_string(p), blend.prior[p]);
    writer.add("prior_order." + std::to_string(p), blend.prior_order[p]);
    add_reranker(writer, blend.rerankers[p], p);
    add_calibration(writer, blend, p);
  }
  catalog.save(writer, "catalog.");
  RecordWriter rules;
  put_scenarios(rules, scenarios);
  writer.add("rules", rules.bytes());
  RecordWriter about_people;
  put_people(about_people, people);
  if (!people.empty()) writer.add("people", about_people.bytes());
  RecordWriter report;
  put_report(report, blend.report);
  writer.add("report", report.bytes());
  writer.write(path);
}

Snapshot Snapshot::load(const std::filesystem::path& path) {
  const Container file = Container::open(path);
  Snapshot s;
  s.users = load_vocabulary(file, "users");
  s.items = load_vocabulary(file, "items");
  s.catalog = Catalog::load(file, "catalog.");
  s.catalog_row = read_catalog_rows(file, s);
  auto order = Order::kNone;
  file.checked("meta", [&] { get_meta(file, s, order); });
  s.histories = read_histories(file, s, order);
  if (file.has("histories.sessions")) s.sessions = read_sessions(file, s.histories);
  s.dislikes = read_matrix(file, "dislikes", s.n_items());
  check_rows(file, "dislikes.offsets", static_cast<std::size_t>(s.dislikes.n_rows()),
             s.users.size());
  if (file.has("stand_ins.offsets")) s.blend.cold = read_cold_items(file, s);
  for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
    read_prior(file, purpose, s.n_items(), s.blend);
  }
  s.scenarios = file.checked("rules", [&] {
    const auto bytes = file.array<std::byte>("rules");
    RecordReader record(bytes.span());
    return get_scenarios(record);
  });
  if (file.has("people")) s.people = file.checked("people", [&] { return read_people(file); });
  for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
    if (file.has("reranker." + std::to_string(purpose) + ".terms")) {
      s.blend.rerankers[purpose] = read_reranker(file, purpose, s.blend);
    }
    read_calibration(file, purpose, s.blend);
  }
  s.blend.report = file.checked("report", [&] { return read_report(file); });
  return s;
}

}  // namespace endcap
