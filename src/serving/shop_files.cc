#include "endcap/serving/shop_files.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "endcap/base/error.h"
#include "endcap/base/number_text.h"
#include "endcap/events/sqlite_event_log.h"
#include "endcap/models/item_item_model.h"
#include "endcap/storage/file.h"
#include "endcap/storage/folder.h"
#include "endcap/tuning/model_names.h"

namespace endcap {
namespace {

constexpr std::string_view kPrefix = "model-", kSuffix = ".endcap";

// The row that a model's file name tells.
std::optional<std::int64_t> row_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  return number_from_text<std::int64_t>(name);
}

CsrMatrix empty_matrix(std::int32_t n_rows, std::int32_t n_columns) {
  return {n_columns, std::vector<std::int64_t>(static_cast<std::size_t>(n_rows) + 1),
          std::vector<std::int32_t>{}, std::vector<float>{}};
}

// The same shop, having met nobody. What is trained stays, as it cannot be made from the log.
Snapshot without_people(Snapshot s) {
  const auto n = s.n_items();
  s.users = {};
  s.people = {};
  s.histories = {n, s.histories.order(), std::vector<std::int64_t>{0}, std::vector<Interaction>{}};
  s.sessions = {};
  s.dislikes = empty_matrix(0, n);
  for (auto& term : s.blend.terms) {
    if (!is_trained(term.name)) term.model = nullptr;
    if (term.name == kBoughtTogether) {
      term.model = std::make_shared<const ItemItemModel>(empty_matrix(n, n), HistoryWeights{});
    }
  }
  return s;
}

}  // namespace

ShopFiles::ShopFiles(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  log_ = SqliteEventLog::open(folder_ / "events.db");
  for (const auto& name : names_in(folder_)) {  // what was begun and never finished
    if (name.starts_with(kPrefix) && !row_of(name)) std::filesystem::remove(folder_ / name);
  }
}

std::filesystem::path ShopFiles::path_of(std::int64_t row) const {
  return folder_ / (std::string(kPrefix) + std::to_string(row) + std::string(kSuffix));
}

// Of all models, the newest first.
std::vector<std::int64_t> ShopFiles::rows() const {
  std::vector<std::int64_t> rows;
  for (const auto& name : names_in(folder_)) {
    if (const auto row = row_of(name)) rows.push_back(*row);
  }
  std::sort(rows.begin(), rows.end(), std::greater<>());
  return rows;
}

std::optional<ShopFiles::Model> ShopFiles::load() const {
  for (const auto row : rows()) {
    if (row > log_->last_row()) continue;
    try {
      return Model{Snapshot::load(path_of(row)), row};
    } catch (const CorruptFileError&) {
      if (row == 0) throw;
    }
  }
  return std::nullopt;
}

ShopFiles::Model ShopFiles::load_choice() const { return {Snapshot::load(path_of(0)), 0}; }

void ShopFiles::save_choice(const Snapshot& snapshot) {
  const auto choice = without_people(snapshot);
  const std::lock_guard lock(mutex_);
  remove_all_but(0);
  is_choice_known_ = false;
  choice.save(path_of(0));
  is_choice_known_ = true;
}

void ShopFiles::save(const Snapshot& snapshot, std::int64_t row, std::int64_t generation) {
  log_->flush();                         // a model must not know more than the log
  if (!log_->health().writable) return;  // nor anything else: what a failed write did is unknown
  const std::lock_guard lock(mutex_);
  if (generation != generation_ || row == 0 || !is_choice_known_) return;
  snapshot.save(path_of(row));
  remove_all_but(row);
}

void ShopFiles::drop_models() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  remove_all_but(0);
}

void ShopFiles::remove_all_but(std::int64_t row) const {
  for (const auto other : rows()) {
    if (other != 0 && other != row) std::filesystem::remove(path_of(other));
  }
  sync_folder_of(path_of(row));
}

std::int64_t ShopFiles::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

std::int64_t ShopFiles::saved_row() const {
  const auto known = rows();
  return known.empty() ? 0 : known.front();
}

}  // namespace endcap
