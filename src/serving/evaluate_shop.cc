#include "endcap/serving/evaluate_shop.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/serving/recommender.h"

namespace endcap {
namespace {

// The queries that have a right answer left, and those answers as item numbers.
struct Answers {
  std::vector<std::int32_t> queries;  // rising, into the split's
  IndexLists relevant;
};

// Numbers the ids of answers: those of the shop as there, any other one beyond them.
class ItemNumbers {
 public:
  explicit ItemNumbers(const Vocabulary& items) : items_(items) {}

  ItemIndex of(const Id& id) {
    if (const auto known = items_.find(id)) return *known;
    const auto next = items_.size() + static_cast<ItemIndex>(strangers_.size());
    return strangers_.try_emplace(id, next).first->second;
  }
  [[nodiscard]] std::int32_t size() const {
    return items_.size() + static_cast<std::int32_t>(strangers_.size());
  }

 private:
  const Vocabulary& items_;
  std::map<Id, ItemIndex> strangers_;
};

Answers answers_of(const Split& split, Repeats repeats, const Vocabulary& items) {
  Answers answers;
  ItemNumbers numbers(items);
  std::vector<std::int64_t> offsets = {0};
  std::vector<ItemIndex> right;
  const auto& histories = split.histories;
  for (std::int32_t query = 0; query < histories.users().size(); ++query) {
    const auto begin = histories.offsets()[static_cast<std::size_t>(query)];
    const auto end = histories.offsets()[static_cast<std::size_t>(query) + 1];
    std::vector<Id> had;
    for (auto row = begin; row < end; ++row) {
      had.push_back(histories.items().id(histories.item()[static_cast<std::size_t>(row)]));
    }
    std::sort(had.begin(), had.end());
    std::vector<ItemIndex> of_query;
    for (const auto& id : split.relevant[static_cast<std::size_t>(query)]) {
      const bool repeat = std::binary_search(had.begin(), had.end(), id);
      if (repeats == Repeats::kInclude || repeat == (repeats == Repeats::kOnly)) {
        of_query.push_back(numbers.of(id));
      }
    }
    if (of_query.empty()) continue;
    std::sort(of_query.begin(), of_query.end());
    right.insert(right.end(), of_query.begin(), of_query.end());
    offsets.push_back(static_cast<std::int64_t>(right.size()));
    answers.queries.push_back(query);
  }
  answers.relevant = IndexLists(numbers.size(), std::move(offsets), std::move(right));
  return answers;
}

Picks ask(const Recommender& shop, const Split& split, int k, Repeats repeats) {
  if (!split.known) return shop.next_many(split.histories, k, repeats);
  std::vector<Id> users;
  users.reserve(static_cast<std::size_t>(split.histories.users().size()));
  for (std::int32_t query = 0; query < split.histories.users().size(); ++query) {
    users.push_back(split.histories.users().id(query));
  }
  return shop.recommend_many(users, k, repeats);
}

// The rows of a table that belong to these queries.
template <class T>
std::vector<T> rows_of(const std::vector<T>& table, std::size_t width,
                       const std::vector<std::int32_t>& queries) {
  std::vector<T> rows;
  for (const auto query : queries) {
    const auto* row = table.data() + static_cast<std::size_t>(query) * width;
    rows.insert(rows.end(), row, row + width);
  }
  return rows;
}

// What the shop's items are, as train and the catalogue tell it.
class Facts {
 public:
  Facts(const Vocabulary& items, const Events& train, const Catalog& catalog)
      : popularity_(static_cast<std::size_t>(items.size())),
        price_(popularity_.size(), std::numeric_limits<double>::quiet_NaN()) {
    count(items, train);
    describe(items, catalog);
  }

  [[nodiscard]] ItemFacts facts() const {
    const bool has_prices =
        std::any_of(price_.begin(), price_.end(), [](double price) { return !std::isnan(price); });
    return {.popularity = popularity_,
            .price = has_prices ? std::span<const double>(price_) : std::span<const double>(),
            .labels = labels_};
  }

 private:
  void count(const Vocabulary& items, const Events& train) {
    std::vector<double> sums(popularity_.size());
    std::vector<std::int64_t> priced(popularity_.size());
    std::vector<std::size_t> number;
    for (std::int32_t i = 0; i < train.items().size(); ++i) {
      const auto known = items.find(train.items().id(i));
      require(known.has_value(), "shop", "know the items of train", to_string(train.items().id(i)));
      number.push_back(static_cast<std::size_t>(*known));
    }
    for (std::size_t row = 0; row < train.item().size(); ++row) {
      const auto item = number[static_cast<std::size_t>(train.item()[row])];
      if (train.kinds()[train.kind()[row]].weight > 0) ++popularity_[item];
      if (train.price().empty() || std::isnan(train.price()[row])) continue;
      sums[item] += train.price()[row];
      ++priced[item];
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (priced[i] > 0) price_[i] = sums[i] / static_cast<double>(priced[i]);
    }
  }

  void describe(const Vocabulary& items, const Catalog& catalog) {
    std::vector<std::int32_t> attributes;
    for (std::int32_t c = 0; c < catalog.n_columns(); ++c) {
      const auto type = catalog.type(c);
      if (type == ColumnType::kCategory || type == ColumnType::kTags) attributes.push_back(c);
    }
    const auto price = catalog.find_column("price");
    const bool has_price = price && catalog.type(*price) == ColumnType::kNumber;
    std::vector<std::int64_t> offsets = {0};
    std::vector<std::int32_t> labels;
    for (std::int32_t i = 0; i < items.size(); ++i) {
      const auto row = catalog.items().find(items.id(i));
      std::int32_t before = 0;  // labels of the columns to the left
      for (const auto column : attributes) {
        for (const auto code : row ? catalog.codes(*row, column) : std::span<const std::int32_t>())
          labels.push_back(before + code);
        before += catalog.texts(column).size();
      }
      n_labels_ = before;
      const auto begin = labels.begin() + static_cast<std::ptrdiff_t>(offsets.back());
      std::sort(begin, labels.end());
      labels.erase(std::unique(begin, labels.end()), labels.end());
      offsets.push_back(static_cast<std::int64_t>(labels.size()));
      if (row && has_price && !std::isnan(catalog.number(*row, *price))) {
        price_[static_cast<std::size_t>(i)] = catalog.number(*row, *price);
      }
    }
    if (!attributes.empty()) labels_ = IndexLists(n_labels_, std::move(offsets), std::move(labels));
  }

  std::vector<std::int64_t> popularity_;
  std::vector<double> price_;
  std::int32_t n_labels_ = 0;
  IndexLists labels_;
};

}  // namespace

Report evaluate(const Recommender& shop, const Split& split, const ShopEvaluationOptions& options,
                const Context& context) {
  require(shop.n_events() <= split.train.size(), "shop", "be fitted on the train part alone",
          std::to_string(shop.n_events()) + " events");
  require(!options.ks.empty(), "k", "name a number of places", options.ks.size());
  const auto items = shop.items();
  const auto answers = answers_of(split, options.repeats, items);
  require(!answers.queries.empty(), "split", "have an answer of the kind that repeats allow",
          answers.queries.size());
  const Facts known(items, split.train, shop.catalog());
  const int k = *std::max_element(options.ks.begin(), options.ks.end());
  const auto picks = ask(shop, split, k, options.repeats);
  const auto width = static_cast<std::size_t>(k);
  const auto listed = rows_of(picks.items, width, answers.queries);
  const auto scores = rows_of(picks.scores, width, answers.queries);
  const auto promised = rows_of(picks.probabilities, width, answers.queries);
  const ListTable lists{
      .width = width, .items = listed, .scores = scores, .probabilities = promised};
  return evaluate(lists, answers.relevant, known.facts(),
                  {.ks = options.ks, .denominator = options.denominator}, context);
}

}  // namespace endcap
