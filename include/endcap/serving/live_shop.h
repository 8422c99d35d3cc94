#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "endcap/base/context.h"
#include "endcap/base/published.h"
#include "endcap/events/event_log.h"
#include "endcap/people/forget_receipt.h"
#include "endcap/people/people.h"
#include "endcap/ranking/rules_record.h"
#include "endcap/serving/edition.h"
#include "endcap/serving/fit_snapshot.h"
#include "endcap/serving/open_options.h"
#include "endcap/serving/shop_files.h"
#include "endcap/serving/ticker.h"

namespace endcap {

// The live half of a recommender. What is told goes into the log, if the shop has a folder, and
// into the overlay of the present edition, which every answer reads; refresh() folds it into the
// next edition and publishes that. Any number of threads may do all of this at once, and none of it
// makes a reader wait. Errors as Recommender says.
class LiveShop {
 public:
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
  // The same, of a closed shop too.
  void bring_up_to_date(const Context& context = {});
  // The same with models and weights chosen anew.
  void refit(const FitOptions& options);

  void merge(const Id& guest, const Id& customer);
  void unmerge(const Id& guest, const Id& customer);
  void prefer(const Id& user, const Preference& preference);
  void withdraw(const Id& user, const std::string& attribute, const Id& value);
  [[nodiscard]] std::vector<Id> ids_of(const Id& user) const;
  [[nodiscard]] std::vector<Preference> preferences_of(const Id& user) const;
  [[nodiscard]] People people() const;

  ForgetReceipt forget(const Id& user);

  // The rules by name, kept with the log.
  void keep_rules(const Scenarios& scenarios);
  [[nodiscard]] Scenarios scenarios() const;

  [[nodiscard]] Health health() const;
  void close();

 private:
  // Where a refresh begins: all that came before is to be in the next edition.
  struct Mark {
    std::int64_t position, row, generation;
    People people;
  };
  // An event with its time, as the log and as models see it.
  struct Checked {
    LoggedEvent entry;
    Interaction event;
  };
  // Whether ids are texts, once one is known.
  struct IdTypes {
    std::optional<bool> users, items;
  };

  std::unique_ptr<Edition> first_edition(const OpenOptions& options);
  void catch_up(const OpenOptions& options);
  [[nodiscard]] bool is_forked() const;
  void require_open() const;

  // Require changing_.
  static void check_id(const Vocabulary& known, std::optional<bool>& is_text, const Id& id,
                       const char* name);
  [[nodiscard]] Checked check(LoggedEvent told, std::int64_t at_us, IdTypes& types) const;
  void log(std::vector<Checked>& events);
  void add(const Checked& checked, bool session_only = false);

  template <class Change, class Log>
  void change_people(Change&& change, Log&& log);
  void tell_ticker();
  [[nodiscard]] bool has_news() const;
  [[nodiscard]] Mark mark();

  // Require refreshing_.
  template <class Make>
  void publish(Make&& make);
  void make_next(const std::optional<Catalog>& catalog, const Context& context);
  void save_model();
  void work();  // of the ticker; takes refreshing_ itself

  static constexpr std::int64_t kRowsBetweenSaves = 1'000;

  std::int64_t row_ = 0, generation_ = 0;  // refreshing_; of the log: what the edition holds
  std::unique_ptr<ShopFiles> files_;       // null in memory
  Published<Edition> editions_;
  const int process_;

  mutable std::mutex changing_;  // held while overlay, people or log change
  IdTypes types_;
  std::unordered_map<std::string, Id> seen_;  // event ids and whose; in memory only
  std::atomic<bool> people_changed_{false}, closed_{false};

  mutable std::shared_mutex people_mutex_;  // taken after changing_
  People people_;
  Scenarios scenarios_;

  std::mutex refreshing_;  // one refresh at a time; taken before changing_

  std::unique_ptr<Ticker> ticker_;
};

}  // namespace endcap
