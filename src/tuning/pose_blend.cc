#include "endcap/tuning/pose_blend.h"

#include <algorithm>

#include "endcap/base/parallel.h"
#include "endcap/ranking/item_mask.h"
#include "endcap/retrieval/top_k.h"

namespace endcap {

const Popularity* as_popularity(const std::shared_ptr<const Scorer>& model) {
  return dynamic_cast<const Popularity*>(model.get());
}

namespace {

constexpr int kCandidatesPerModel = 60;
constexpr int kLeastSold = 30;  // more than the places that weights are judged by

// What sells best and least by a model that is the same for whoever asks; empty for the others.
struct Sellers {
  std::vector<ItemIndex> best, least;
};

std::vector<ItemIndex> items_of(TopK&& found) {
  std::vector<ItemIndex> items;
  for (const auto& pick : found.take()) items.push_back(pick.item);
  return items;
}

std::vector<Sellers> sellers_of(const Models& models) {
  constexpr int kSpare = 500;  // for those that the visitor has had
  std::vector<Sellers> sellers(models.size());
  for (std::size_t m = 0; m < models.size(); ++m) {
    const auto* popularity = as_popularity(models[m]);
    if (popularity == nullptr) continue;
    TopK best(kCandidatesPerModel + kSpare), least(kLeastSold + kSpare);
    for (ItemIndex item = 0; item < popularity->n_items(); ++item) {
      const float score = popularity->scores()[static_cast<std::size_t>(item)];
      best.offer({item, score});
      if (score > 0) least.offer({item, -score});
    }
    sellers[m] = {items_of(std::move(best)), items_of(std::move(least))};
  }
  return sellers;
}

// The scores of one query by every model, and the candidates that any of them puts high.
class CandidateFinder {
 public:
  CandidateFinder(const Models& models, const std::vector<Sellers>& sellers, std::int32_t n_items)
      : models_(models), sellers_(sellers), had_(n_items), candidates_(n_items) {
    for (const auto& model : models) boards_.emplace_back(as_popularity(model) ? 0 : n_items);
  }

  // Appends the query's rows to the problem.
  void add(const ValidationQuery& query, Purpose purpose, BlendProblem& problem) {
    had_.clear();
    candidates_.clear();
    for (const auto& event : query.history) had_.add(event.item);
    for (std::size_t m = 0; m < models_.size(); ++m) {
      if (as_popularity(models_[m]) != nullptr)
        add_some(sellers_[m].best, kCandidatesPerModel, purpose);
      else
        add_best(query, m, purpose);
    }
    if (includes_repeats(purpose)) {
      for (const auto item : had_.items()) candidates_.add(item);
    }
    const auto n_likely = std::ssize(candidates_.items());
    for (const auto& sellers : sellers_) add_some(sellers.least, kLeastSold, purpose);
    std::int32_t wanted = 0;
    for (const auto item : query.wanted) {
      wanted += includes_repeats(purpose) || !had_.has(item) ? 1 : 0;
    }
    if (wanted == 0) return;
    for (std::size_t m = 0; m < models_.size(); ++m) {
      for (const auto item : candidates_.items()) problem.features.push_back(score(m, item));
    }
    for (const auto item : candidates_.items()) {
      problem.relevant.push_back(
          std::binary_search(query.wanted.begin(), query.wanted.end(), item) ? 1 : 0);
    }
    problem.offsets.push_back(static_cast<std::int64_t>(problem.relevant.size()));
    problem.n_relevant.push_back(wanted);
    const auto n_unlikely = std::ssize(candidates_.items()) - n_likely;
    problem.n_unlikely.push_back(static_cast<std::int32_t>(n_unlikely));
  }

 private:
  [[nodiscard]] float score(std::size_t m, ItemIndex item) const {
    const auto* popularity = as_popularity(models_[m]);
    return popularity == nullptr ? boards_[m][item]
                                 : popularity->scores()[static_cast<std::size_t>(item)];
  }

  // The first of them that may be listed.
  void add_some(const std::vector<ItemIndex>& items, int most, Purpose purpose) {
    int added = 0;
    for (const auto item : items) {
      if (added == most) break;
      if (!includes_repeats(purpose) && had_.has(item)) continue;
      candidates_.add(item);
      ++added;
    }
  }

  void add_best(const ValidationQuery& query, std::size_t m, Purpose purpose) {
    auto& board = boards_[m];
    board.clear();
    if (models_[m] == nullptr) return;
    models_[m]->score({query.history, query.now_us, query.user}, board);
    TopK best(kCandidatesPerModel);
    for (const auto item : board.touched()) {
      if (!includes_repeats(purpose) && had_.has(item)) continue;
      if (board[item] > 0) best.offer({item, board[item]});
    }
    for (const auto& pick : best.take()) candidates_.add(pick.item);
  }

  const Models& models_;
  const std::vector<Sellers>& sellers_;
  std::vector<ScoreBoard> boards_;
  ItemSet had_, candidates_;
};

// What new items to show is asked as if the visitor had not met them yet.
const std::vector<ValidationQuery>& queries_for(Purpose purpose, const Validation& validation) {
  if (is_of_first_visit(purpose)) return validation.first_visits;
  const bool discover = purpose == Purpose::kExplore && !validation.discoveries.empty();
  return discover ? validation.discoveries : validation.queries;
}

}  // namespace

BlendProblem pose_blend(const Models& models, const Validation& validation, std::int32_t n_items,
                        Purpose purpose, const Context& context) {
  constexpr std::int64_t kBlock = 32;
  const auto& queries = queries_for(purpose, validation);
  const auto n = static_cast<std::int64_t>(queries.size());
  std::vector<BlendProblem> parts(static_cast<std::size_t>((n + kBlock - 1) / kBlock));
  const auto sellers = sellers_of(models);
  std::vector<CandidateFinder> finders(static_cast<std::size_t>(context.thread_count()),
                                       CandidateFinder(models, sellers, n_items));
  parallel_for(context, n, kBlock, [&](std::int64_t begin, std::int64_t end, int worker) {
    auto& part = parts[static_cast<std::size_t>(begin / kBlock)];
    for (auto q = begin; q < end; ++q) {
      finders[static_cast<std::size_t>(worker)].add(queries[static_cast<std::size_t>(q)], purpose,
                                                    part);
    }
  });
  BlendProblem problem;
  problem.n_features = static_cast<int>(models.size());
  for (const auto& part : parts) problem.append(part);
  return problem;
}

}  // namespace endcap
