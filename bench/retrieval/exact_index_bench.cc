#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/retrieval/approximate_index.h"
#include "endcap/retrieval/exact_index.h"

namespace endcap {
namespace {

constexpr std::int32_t kWidth = 64;
constexpr int kBest = 20;
constexpr auto kAll = [](std::size_t, ItemIndex) { return true; };

// Like factors of a shop: lengths fall as a power, the first places say most.
std::vector<float> factors(std::uint64_t seed, std::int64_t n) {
  Random random(seed);
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(n * kWidth));
  for (std::int64_t i = 0; i < n; ++i) {
    const double length = 1 / std::sqrt(1 + random.uniform() * 100);
    for (std::int32_t k = 0; k < kWidth; ++k) {
      values.push_back(static_cast<float>(length * random.normal() / std::sqrt(1 + k)));
    }
  }
  return values;
}

std::vector<std::vector<ScoredItem>> naive_search(const std::vector<float>& items,
                                                  const std::vector<float>& queries) {
  const auto n_items = static_cast<std::int64_t>(items.size()) / kWidth;
  std::vector<float> scores(static_cast<std::size_t>(n_items));
  std::vector<std::vector<ScoredItem>> lists;
  for (std::size_t q = 0; q < queries.size(); q += kWidth) {
    std::fill(scores.begin(), scores.end(), 0.0f);
    const detail::DotProblem problem{items.data(), &queries[q], kWidth, n_items, 1, scores.data()};
    detail::run_simd<detail::Dot>(detail::widest_simd(), &problem);
    TopK best(kBest);
    for (std::int64_t i = 0; i < n_items; ++i) {
      best.offer({static_cast<ItemIndex>(i), scores[static_cast<std::size_t>(i)]});
    }
    lists.push_back(best.take());
  }
  return lists;
}

// Arguments: items, queries asked together.
void search(benchmark::State& state) {
  const auto items = factors(1, state.range(0)), queries = factors(2, state.range(1));
  const ExactIndex index(items, kWidth);
  if (index.search(queries, kBest, kAll) != naive_search(items, queries)) {
    state.SkipWithError("wrong lists");
  }
  for (auto _ : state) benchmark::DoNotOptimize(index.search(queries, kBest, kAll));
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(search)
    ->Args({41'000, 1})
    ->Args({41'000, 64})
    ->Args({1'000'000, 1})
    ->Args({1'000'000, 64});

void search_naively(benchmark::State& state) {
  const auto items = factors(1, state.range(0)), queries = factors(2, state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(naive_search(items, queries));
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(search_naively)->Args({41'000, 1})->Args({1'000'000, 1});

// As of images or texts: all of one length, where the exact index can skip nothing, in a thousand
// groups.
std::vector<float> of_one_length(std::uint64_t seed, std::int64_t n) {
  constexpr std::size_t kGroups = 1000;
  Random groups(7), random(seed);
  std::vector<float> centres, vectors;
  for (std::size_t c = 0; c < kGroups * kWidth; ++c) {
    centres.push_back(static_cast<float>(groups.normal()));
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const auto* centre = &centres[random.below(kGroups) * kWidth];
    float vector[kWidth];
    for (std::int32_t k = 0; k < kWidth; ++k) {
      vector[k] = centre[k] + .8f * static_cast<float>(random.normal());
    }
    const float length = std::sqrt(dot(vector, vector, kWidth));
    for (const float x : vector) vectors.push_back(x / length);
  }
  return vectors;
}

// Queries one after the other, of which Search(query) makes a list.
template <class Search>
void ask_in_turn(benchmark::State& state, std::span<const float> queries, Search&& search) {
  std::size_t begin = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(search(queries.subspan(begin, kWidth)));
    begin = (begin + kWidth) % queries.size();
  }
}

void search_one_length(benchmark::State& state) {
  const ExactIndex index(of_one_length(1, state.range(0)), kWidth);
  ask_in_turn(state, of_one_length(2, 200),
              [&](auto query) { return index.search(query, kBest, kAll); });
}
BENCHMARK(search_one_length)->Arg(41'000)->Arg(70'000)->Arg(300'000)->Iterations(2000);

// Counts the share of the best that is found.
void search_one_length_along_links(benchmark::State& state) {
  const auto queries = of_one_length(2, 200);
  const auto index = ApproximateIndex::build(of_one_length(1, state.range(0)), kWidth,
                                             {.build_breadth = 100, .breadth = 50});
  ask_in_turn(state, queries, [&](auto query) { return index->search(query, kBest); });
  state.counters["recall"] = index->recall(queries, kBest);
}
BENCHMARK(search_one_length_along_links)->Arg(41'000)->Arg(70'000)->Arg(300'000)->Iterations(2000);

void build(benchmark::State& state) {
  const Array<float> items = factors(1, state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ExactIndex(items, kWidth));
}
BENCHMARK(build)->Arg(41'000);

}  // namespace
}  // namespace endcap
