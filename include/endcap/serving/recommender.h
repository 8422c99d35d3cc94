#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endcap/catalog/catalog.h"
#include "endcap/events/events.h"
#include "endcap/serving/fit_snapshot.h"
#include "endcap/serving/query.h"

namespace endcap {

// One model of the blend, as the fit reports it.
struct ModelReport {
  std::string name;
  double fit_seconds = 0;    // 0 where it was not fitted in this process
  double ndcg_alone = 0;     // NDCG@20 on the validation part, new items only
  float weight_explore = 0;  // in the score of items that the visitor has not had
  float weight_include = 0;  // in the score of all items
};

// A shop's recommender: fitted, or loaded from a file, then asked from any number of threads.
// observe() and refresh() may run beside the questions. What observe() told changes the answers for
// that visitor at once, and those for all after a refresh().
class Recommender {
 public:
  // Learns from the log, chooses and weighs the models on its newest part, then fits them on all of
  // it. Throws std::invalid_argument for an unknown target or model name.
  [[nodiscard]] static Recommender fit(const Events& events, const Catalog& catalog = {},
                                       const FitOptions& options = {});

  // The file is mapped, not read. Throws CorruptFileError or std::system_error.
  [[nodiscard]] static Recommender load(const std::filesystem::path& path);
  // Leaves the old file or the whole new one. What observe() told is not saved.
  void save(const std::filesystem::path& path) const;

  Recommender(Recommender&&) noexcept;
  Recommender& operator=(Recommender&&) noexcept;
  ~Recommender();

  // Picked for this visitor; k items whenever k are allowed. Throws UnknownIdError for a user never
  // seen, std::invalid_argument for a wrong argument.
  [[nodiscard]] Recommendation recommend(const Query& query) const;
  // Several lists for one page, none with an item (or a variant) of those before it.
  [[nodiscard]] std::vector<Recommendation> recommend_page(const std::vector<Query>& queries) const;
  // You may also like. Throws UnknownIdError.
  [[nodiscard]] std::vector<Pick> similar(const Id& item, int k = 10) const;
  // What completes a basket. Throws UnknownIdError if no item is known.
  [[nodiscard]] std::vector<Pick> bought_together(const std::vector<Id>& items, int k = 10) const;
  // What this visitor has had and is likely to want again, the likeliest first.
  [[nodiscard]] Recommendation buy_again(const Id& user, int k = 10) const;
  // For an anonymous visitor's session, oldest first. Unknown items say nothing.
  [[nodiscard]] Recommendation next(const std::vector<Id>& items, int k = 10,
                                    Repeats repeats = Repeats::kExclude) const;

  // The same for many, on all cores. The `filter` is as in Query.
  [[nodiscard]] Picks recommend_many(const std::vector<Id>& users, int k = 10,
                                     Repeats repeats = Repeats::kExclude,
                                     const std::string& filter = {}) const;
  [[nodiscard]] Picks similar_many(const std::vector<Id>& items, int k = 10,
                                   const std::string& filter = {}) const;
  [[nodiscard]] Picks next_many(const std::vector<std::vector<Id>>& histories, int k = 10,
                                Repeats repeats = Repeats::kExclude,
                                const std::string& filter = {}) const;
  // One list per user of `histories`, in the order of histories.users().
  [[nodiscard]] Picks next_many(const Events& histories, int k = 10,
                                Repeats repeats = Repeats::kExclude,
                                const std::string& filter = {}) const;

  // Why an item is not in the list of a query, or where it stands.
  [[nodiscard]] WhyNot why_not(const Query& query, const Id& item) const;
  // The same list again, with its reasons: one of the last 1,000 that recommend(), next(),
  // buy_again() or recommend_page() gave, kept in memory. Throws UnknownIdError for any other id.
  [[nodiscard]] Recommendation replay(std::uint64_t recommendation_id) const;

  // Rules under a name, for Query::scenario; checked against the catalogue, in force from the next
  // question on, saved with the model. Throws std::invalid_argument, UnknownIdError for an item.
  void set_rules(const std::string& scenario, const Rules& rules);
  // Both throw std::invalid_argument for a scenario that there is not.
  void remove_rules(const std::string& scenario);
  [[nodiscard]] Rules rules(const std::string& scenario) const;
  [[nodiscard]] std::vector<std::string> scenarios() const;

  // Every event's part in the score of `item` for `user`. Throws UnknownIdError.
  [[nodiscard]] Explanation explain(const Id& user, const Id& item) const;

  // The next answer for this visitor knows the event; a new visitor becomes known. `time_us`
  // defaults to now. Throws UnknownIdError for an item that the model does not know.
  void observe(const Id& user, const Id& item, std::string_view kind = "view",
               std::optional<std::int64_t> time_us = std::nullopt);

  // Folds what arrived into a new snapshot: byte for byte what fit() with `like` this makes of all
  // events, but for trained models, which wait for the next fit. Questions go on meanwhile.
  void refresh(const Context& context = {});

  // This visitor's events, oldest first, observed ones included. Throws UnknownIdError.
  [[nodiscard]] std::vector<Event> history(const Id& user) const;

  // As of the newest snapshot.
  [[nodiscard]] Vocabulary users() const;
  [[nodiscard]] Vocabulary items() const;
  [[nodiscard]] Kinds kinds() const;
  [[nodiscard]] Catalog catalog() const;
  [[nodiscard]] std::int64_t n_events() const;
  [[nodiscard]] std::vector<ModelReport> models() const;

 private:
  struct State;
  struct Moment;
  explicit Recommender(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace endcap
