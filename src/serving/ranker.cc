#include "endcap/serving/ranker.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "endcap/models/item_item_model.h"
#include "endcap/tuning/portfolio.h"

namespace endcap {
namespace {

// How alike two items are to those who choose: the cosine-like overlap of what follows from each.
float overlap(SparseRow a, SparseRow b) {
  float dot = 0, norm_a = 0, norm_b = 0;
  for (const float value : a.values) norm_a += value * value;
  for (const float value : b.values) norm_b += value * value;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a.columns[i] == b.columns[j])
      dot += a.values[i++] * b.values[j++];
    else if (a.columns[i] < b.columns[j])
      ++i;
    else
      ++j;
  }
  return norm_a > 0 && norm_b > 0 ? dot / std::sqrt(norm_a * norm_b) : 0;
}

}  // namespace

Ranker::Ranker(const Snapshot& snapshot)
    : snapshot_(snapshot), board_(snapshot.n_items()), hidden_(snapshot.n_items()) {}

void Ranker::hide(const Request& request) {
  hidden_.clear();
  for (const auto item : request.hidden) hidden_.add(item);
  if (request.repeats == Repeats::kExclude) {
    for (const auto& event : request.history.events) {
      if (0 <= event.item && event.item < snapshot_.n_items()) hidden_.add(event.item);
    }
  }
}

std::vector<ScoredItem> Ranker::best_of_board(const Request& request, Purpose purpose) {
  const auto p = static_cast<std::size_t>(purpose);
  const auto& prior = snapshot_.blend.prior[p];
  const auto prior_of = [&](ItemIndex item) {
    return prior.empty() ? 0.0f : prior[static_cast<std::size_t>(item)];
  };
  const int pool = request.diversity > 0 ? request.k * 5 + 20 : request.k;
  TopK best(pool);
  for (const auto item : board_.touched()) {
    if (allowed(item, request)) best.offer({item, board_[item] + prior_of(item)});
  }
  for (const auto item : snapshot_.blend.prior_order[p]) {  // whom no event speaks for
    if (board_.is_touched(item) || !allowed(item, request)) continue;
    const ScoredItem candidate{item, prior_of(item)};
    if (!best.accepts(candidate)) break;
    best.offer(candidate);
  }
  auto list = best.take();
  return request.diversity > 0 ? diversified(std::move(list), request) : list;
}

std::vector<ScoredItem> Ranker::best_of_history(const Request& request) {
  const auto& prior = snapshot_.blend.prior[static_cast<std::size_t>(Purpose::kInclude)];
  TopK best(request.k);
  for (const auto& event : request.history.events) {
    const ItemIndex item = event.item;
    if (item < 0 || item >= snapshot_.n_items() || !allowed(item, request)) continue;
    hidden_.add(item);  // each once
    const float base = prior.empty() ? 0.0f : prior[static_cast<std::size_t>(item)];
    best.offer({item, board_[item] + base});
  }
  return best.take();
}

std::vector<ScoredItem> Ranker::rank(const Request& request) {
  const Purpose purpose =
      request.repeats == Repeats::kExclude ? Purpose::kExplore : Purpose::kInclude;
  hide(request);
  board_.clear();
  snapshot_.blend.accumulate(purpose, request.history, board_);
  return request.repeats == Repeats::kOnly ? best_of_history(request)
                                           : best_of_board(request, purpose);
}

std::vector<ScoredItem> Ranker::rank_by(const Scorer& model, const Request& request) {
  hide(request);
  board_.clear();
  model.score(request.history, board_);
  TopK best(request.k);
  for (const auto item : board_.touched()) {
    if (allowed(item, request) && board_[item] > 0) best.offer({item, board_[item]});
  }
  auto list = best.take();
  for (const auto& pick : list) hidden_.add(pick.item);
  for (const auto item : snapshot_.blend.prior_order[0]) {
    if (list.size() == static_cast<std::size_t>(request.k)) break;
    if (allowed(item, request)) list.push_back({item, 0});
  }
  return list;
}

// Maximal marginal relevance. Source: J. Carbonell and J. Goldstein, "The Use of MMR,
// Diversity-Based Reranking", SIGIR 1998. Scores are scaled to [0, 1] within the pool; the list is
// in the order in which items were chosen.
std::vector<ScoredItem> Ranker::diversified(std::vector<ScoredItem> pool,
                                            const Request& request) const {
  const auto* like = dynamic_cast<const ItemItemModel*>(snapshot_.blend.find(kBoughtTogether));
  if (like == nullptr || pool.size() < 2) {
    pool.resize(std::min(pool.size(), static_cast<std::size_t>(request.k)));
    return pool;
  }
  const float top = pool.front().score;
  const float range = std::max(top - pool.back().score, 1e-30f);
  std::vector<float> closest(pool.size());  // to any item chosen so far
  std::vector<ScoredItem> list;
  while (list.size() < static_cast<std::size_t>(request.k) && !pool.empty()) {
    std::size_t chosen = 0;
    float best = -2;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const float relevance = 1 - (top - pool[i].score) / range;
      const float value = (1 - request.diversity) * relevance - request.diversity * closest[i];
      if (value > best) {
        best = value;
        chosen = i;
      }
    }
    const ScoredItem pick = pool[chosen];
    list.push_back(pick);
    pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(chosen));
    closest.erase(closest.begin() + static_cast<std::ptrdiff_t>(chosen));
    for (std::size_t i = 0; i < pool.size(); ++i) {
      closest[i] = std::max(
          closest[i], overlap(like->matrix().row(pool[i].item), like->matrix().row(pick.item)));
    }
  }
  return list;
}

}  // namespace endcap
