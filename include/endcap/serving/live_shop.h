#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/published.h"
#include "endcap/events/event_log.h"
#include "endcap/people/forget_receipt.h"
#include "endcap/serving/edition.h"
#include "endcap/serving/event_check.h"
#include "endcap/serving/fit_snapshot.h"
#include "endcap/serving/open_options.h"
#include "endcap/serving/people_book.h"
#include "endcap/serving/rule_book.h"
#include "endcap/serving/shop_files.h"
#include "endcap/serving/ticker.h"

namespace endcap {

struct ModelWeights;

// The live half of a recommender. What is told goes into the log, if the shop has a folder, and
// into the overlay of the present edition, which every answer reads; refresh() folds it into the
// next edition and publishes that. Any number of threads may do all of this at once, and none of it
// makes a reader wait. Errors as Recommender says; after one, the shop is as it was before.
//
// A shop in a folder has two threads. One folds what arrives, soon after, but leaves behind the
// models whose rows are solved, which takes longer than all else together. The other solves them
// as long as nothing new comes. A refresh(), what is saved and what follows a forget() is whole.
class LiveShop {
 public:
  static constexpr const char* kRulesNote = "rules";  // of the log: what keeps the rules

  // In memory.
  explicit LiveShop(Snapshot first);
  // In a folder: what its newest model does not hold yet is read from the log.
  LiveShop(const std::filesystem::path& folder, const OpenOptions& options);
  ~LiveShop();

  // What an answer is made from, kept for as long as it is held.
  [[nodiscard]] Published<Edition>::Pinned now() const { return editions_.read(); }

  std::int64_t observe(std::span<const LoggedEvent> events, bool durable);
  // For the visitor's own lists of the next day only: nothing is stored or learned.
  void observe_for_session(const Event& event);
  void flush();

  void refresh(const Context& context = {});
  // The same, and into a file; of a closed shop too. Nothing is published before the file is whole.
  void save(const std::filesystem::path& path);
  // The same with models and weights chosen anew.
  void refit(const FitOptions& options);
  // refresh() with these weights.
  void set_weights(std::span<const ModelWeights> weights, const Context& context);

  void merge(const Id& guest, const Id& customer);
  void unmerge(const Id& guest, const Id& customer);
  void prefer(const Id& user, const Preference& preference);
  void withdraw(const Id& user, const std::string& attribute, const Id& value);
  ForgetReceipt forget(const Id& user);
  [[nodiscard]] const PeopleBook& people() const { return people_; }

  // The rules by name, kept with the log.
  void set_rules(const std::string& scenario, const Rules& rules);
  void remove_rules(const std::string& scenario);
  [[nodiscard]] const RuleBook& rules() const { return rules_; }

  [[nodiscard]] Health health() const;
  void close();

 private:
  // Where a refresh begins: all that came before is to be in the next edition.
  struct Mark {
    std::int64_t position, row, generation;
    People people;
    bool people_changed;
  };
  class UntilNews;
  std::unique_ptr<Edition> first_edition(const OpenOptions& options);
  void catch_up(const OpenOptions& options);
  [[nodiscard]] bool is_forked() const;
  void require_open() const;

  // Require changing_.
  static void add(const CheckedEvent& checked, Overlay& overlay, bool session_only = false);
  bool accept(std::span<const CheckedEvent> events);
  bool log(std::span<const CheckedEvent> events);

  template <class Undo>
  void keep_row(const LoggedEvent& row, Undo&& undo);
  template <class Which>
  void erase_rows(const Id& user, Which&& which);
  void keep(const Scenarios& scenarios);
  void tell_ticker();
  [[nodiscard]] bool has_news() const;
  [[nodiscard]] bool is_behind() const;
  [[nodiscard]] Mark mark();

  // Require refreshing_.
  template <class Make, class Commit>
  void publish(Make&& make, Commit&& commit);
  template <class Make>
  void publish(Make&& make);
  template <class Make>
  void publish_choice(Make&& make);
  [[nodiscard]] static Snapshot next_of(const Edition& edition, const Mark& mark,
                                        const std::optional<Catalog>& catalog,
                                        const Context& context, Solving solving = Solving::kNow);
  void make_next(const std::optional<Catalog>& catalog, const Context& context);
  [[nodiscard]] Snapshot with_rules(Snapshot snapshot) const;
  void save_model();

  // The work of the tickers; take refreshing_ themselves.
  void fold_news();
  void solve_models();

  static constexpr std::int64_t kRowsBetweenSaves = 1'000;

  std::int64_t row_ = 0, generation_ = 0;  // refreshing_; of the log: what the edition holds
  std::unique_ptr<ShopFiles> files_;       // null in memory
  Published<Edition> editions_;
  const int process_;

  mutable std::mutex changing_;  // held while overlay, people or log change
  EventCheck check_;
  std::unordered_map<std::string, Id> seen_;  // event ids and whose; in memory only
  std::atomic<bool> people_changed_{false}, closed_{false};

  PeopleBook people_;
  RuleBook rules_;

  std::mutex refreshing_;  // one refresh at a time; taken before changing_

  std::unique_ptr<Ticker> solve_ticker_, fold_ticker_;  // the latter pokes the former
};

}  // namespace endcap
