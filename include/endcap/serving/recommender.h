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
#include "endcap/events/event_log.h"
#include "endcap/events/events.h"
#include "endcap/people/forget_receipt.h"
#include "endcap/people/preference.h"
#include "endcap/serving/fit_snapshot.h"
#include "endcap/serving/open_options.h"
#include "endcap/serving/query.h"
#include "endcap/tuning/fit_report.h"

namespace endcap {

// One model of the blend, as the fit reports it.
struct ModelReport {
  std::string name;
  double fit_seconds = 0;                // 0 where it was not fitted in this process
  double ndcg_alone = 0;                 // NDCG@20 on the validation part, new items only
  float weight_explore = 0;              // in the score of items that the visitor has not had
  float weight_include = 0;              // in the score of all items
  float weight_explore_first_visit = 0;  // the same, for who came within a day
  float weight_include_first_visit = 0;
};

// What a model is to weigh in the lists; what is left empty stays as it is.
struct ModelWeights {
  std::string name;                   // of the model, as in models()
  std::optional<float> explore = {};  // finite; below 0 it counts against an item
  std::optional<float> include = {};
  std::optional<float> explore_first_visit = {};
  std::optional<float> include_first_visit = {};
};

// How an event is told.
struct ObserveOptions {
  std::optional<std::int64_t> time_us = {};  // when it happened; empty: now
  std::string event_id = {};                 // told again with the same one, it counts once
  bool durable = false;       // return once a power cut cannot take it any more (open shops)
  bool session_only = false;  // for this visitor's lists of the next day; not stored, not learned
};

// A shop's recommender: fitted, or loaded from a file, both in memory; or opened in a folder, where
// it keeps every event. Asked, told and refreshed from any number of threads at once. What it is
// told changes the next answer: for that visitor in every model, for all others in those that count
// which items go together (rp3beta, sequential_rules, bought_together), near what a fit would
// count. All else follows with a refresh(), which an open shop does by itself: soon after, and for
// EASE and SLIST as soon as nothing new comes.
class Recommender {
 public:
  // Learns from the log, chooses and weighs the models on its newest part, then fits them on all of
  // it. Copies of events share their memory; who moves them in has it freed early. Throws
  // std::invalid_argument for an unknown target or model name.
  [[nodiscard]] static Recommender fit(Events events, const Catalog& catalog = {},
                                       const FitOptions& options = {});

  // The file is mapped, not read. Throws CorruptFileError or std::system_error.
  [[nodiscard]] static Recommender load(const std::filesystem::path& path);
  // Refreshes, then leaves the old file or the whole new one.
  void save(const std::filesystem::path& path) const;

  // Opens the shop in a folder, or a new one that has met nobody: it works from the first event on,
  // with models that count alike until refit() chooses. The folder holds the log of events and the
  // newest model (docs/formats/shop.md); what the model lacks is read from the log. Throws
  // std::system_error if the folder is open already, here or in another process, CorruptFileError
  // if log or choice of models are damaged; a damaged model is made anew.
  [[nodiscard]] static Recommender open(const std::filesystem::path& folder,
                                        const OpenOptions& options = {});
  // Saves the model, makes all events durable and lets go of the folder; questions are answered as
  // before, but nothing more can be told. Does nothing in memory or a second time. Throws
  // std::system_error if events cannot be made durable.
  void close();

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

  // The same for many, on all cores. Filter and scenario are as in Query; of its rules, those hold
  // that allow, block, raise, cap and arrange.
  [[nodiscard]] Picks recommend_many(const std::vector<Id>& users, int k = 10,
                                     Repeats repeats = Repeats::kExclude,
                                     const std::string& filter = {},
                                     const std::string& scenario = {}) const;
  [[nodiscard]] Picks similar_many(const std::vector<Id>& items, int k = 10,
                                   const std::string& filter = {},
                                   const std::string& scenario = {}) const;
  [[nodiscard]] Picks next_many(const std::vector<std::vector<Id>>& histories, int k = 10,
                                Repeats repeats = Repeats::kExclude, const std::string& filter = {},
                                const std::string& scenario = {}) const;
  // One list per user of `histories`, in the order of histories.users().
  [[nodiscard]] Picks next_many(const Events& histories, int k = 10,
                                Repeats repeats = Repeats::kExclude, const std::string& filter = {},
                                const std::string& scenario = {}) const;

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

  // Every event's part in the score of `item` for `user`, in a list with these repeats; an item
  // that the user has had is in no other. Throws UnknownIdError.
  [[nodiscard]] Explanation explain(const Id& user, const Id& item,
                                    Repeats repeats = Repeats::kExclude) const;

  // The next answer for this visitor knows the event; new visitors and items become known. Returns
  // whether it counted: not if its event_id came before. Throws std::invalid_argument for an
  // unknown kind, an id of the other type or a bad time, std::system_error if an open shop's log
  // cannot be written (see health()).
  bool observe(const Id& user, const Id& item, std::string_view kind = "view",
               const ObserveOptions& options = {});
  // All of them or, if one is wrong, none; returns how many counted.
  std::int64_t observe_many(std::span<const LoggedEvent> events, bool durable = false);
  std::int64_t observe_many(const Events& events, bool durable = false);
  // Returns once a power cut cannot take anything any more that an open shop was told.
  void flush();

  // Folds what arrived into a new snapshot: byte for byte what fit() with `like` this makes of all
  // events, but for trained models, which wait for the next refit(). Questions go on meanwhile.
  void refresh(const Context& context = {});
  // refresh() for one who has events to tell; the cost is that of the counts, not of a choice.
  void update(const Events& events, const Context& context = {});
  // Chooses, weighs and fits the models anew, as fit() does, on all that the shop was told.
  void refit(const FitOptions& options = {});

  // Weighs models by hand, those not named as before: refresh() and fit() with `like` keep to it,
  // refit() chooses anew. Costs what refresh() costs. What scores promise, and trees that correct
  // them, were learned with other weights: from now on probabilities are NaN and there are no
  // trees. Throws std::invalid_argument for a model that the shop does not use or a weight that is
  // not finite.
  void set_weights(const std::vector<ModelWeights>& weights, const Context& context = {});

  // This person's events, oldest first, observed ones included. Throws UnknownIdError.
  [[nodiscard]] std::vector<Event> history(const Id& user) const;

  // A guest turns out to be this customer: from now on both ids are one person, whose events and
  // preferences count together. unmerge() takes that back without a trace. Throw
  // std::invalid_argument if they are one already, or not.
  void merge(const Id& guest, const Id& user);
  void unmerge(const Id& guest, const Id& user);
  // All ids of this person, the customer's own first.
  [[nodiscard]] std::vector<Id> ids_of(const Id& user) const;

  // Counts what this person declares beside what they do: what they like is raised, what they
  // dislike is never listed. Replaces what they said before about the same. Throws UnknownIdError
  // for an item, std::invalid_argument for an attribute that the shop does not have.
  void prefer(const Id& user, const Preference& preference);
  // Takes back what they said about an item, or (with an attribute) a value.
  void withdraw(const Id& user, const Id& value, const std::string& attribute = {});
  [[nodiscard]] std::vector<Preference> preferences(const Id& user) const;

  // Takes a person out for good, merged ids included: no request that starts later knows them, no
  // byte of their events is left in the log's files, no file of the folder names them. The receipt
  // says what becomes of the models. Forgetting somebody unknown is no error.
  ForgetReceipt forget(const Id& user);

  [[nodiscard]] Health health() const;

  // As of the newest snapshot, without those who were forgotten.
  [[nodiscard]] Vocabulary users() const;
  [[nodiscard]] Vocabulary items() const;
  [[nodiscard]] Kinds kinds() const;
  [[nodiscard]] Catalog catalog() const;
  [[nodiscard]] std::int64_t n_events() const;
  [[nodiscard]] std::vector<ModelReport> models() const;
  // What the fit tried, what won and by how much, what it noticed. It is saved with the model and
  // stays as it is through refresh().
  [[nodiscard]] FitReport report() const;

 private:
  struct State;
  struct Moment;
  explicit Recommender(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace endcap
