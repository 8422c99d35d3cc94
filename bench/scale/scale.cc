// What endcap costs on made-up logs, one size a process; bench/scale/scale.py draws the growth.
//   endcap_scale statistics N      how the log of N events looks
//   endcap_scale run N FOLDER      time, memory, sizes and latencies, as lines `name value`

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "endcap/models/rp3beta.h"
#include "endcap/models/sequential_rules.h"
#include "endcap/models/session_knn.h"
#include "endcap/serving/recommender.h"
#include "program.h"
#include "scale/shop_log.h"

namespace endcap {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void say(const std::string& name, double value) { std::cout << name << ' ' << value << std::endl; }

// Of this process, in MiB: what /proc/self/status calls `field`.
double memory_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) / 1024;
  }
  return 0;
}

// Does the work; says how long it took and how much memory it held at most above what was held.
template <class Work>
auto measured(const std::string& name, Work&& work) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the high-water mark starts anew
  const double before = memory_mib("VmRSS");
  const auto start = Clock::now();
  const auto cpu_start = std::clock();
  auto result = work();
  say(name + "_seconds", seconds_since(start));
  say(name + "_cpu_seconds", static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
  say(name + "_peak_mib", memory_mib("VmHWM") - before);
  return result;
}

void say_statistics(const ShopLog& log) {
  std::vector<std::int64_t> of_item(static_cast<std::size_t>(log.n_items()));
  std::vector<std::int64_t> of_user, kinds(3);
  std::vector<ShopLog::Row> rows;
  double sessions = 0, repeats = 0, events = 0, pairs = 0;
  for (std::int32_t user = 0; user < log.n_users(); ++user) {
    rows.clear();
    log.append_user(user, rows);
    std::unordered_set<std::int32_t> seen;
    for (const auto& row : rows) {
      ++of_item[static_cast<std::size_t>(row.item)];
      ++kinds[static_cast<std::size_t>(row.kind)];
      repeats += seen.insert(row.item).second ? 0 : 1;
    }
    const auto n = static_cast<double>(rows.size());
    events += n;
    pairs += n * n;
    sessions += rows.back().session + 1;
    of_user.push_back(static_cast<std::int64_t>(rows.size()));
  }
  std::sort(of_user.begin(), of_user.end());
  std::sort(of_item.rbegin(), of_item.rend());
  const auto share_of_first = [&](std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(of_item[i]);
    return sum / events;
  };
  say("events", events);
  say("users", log.n_users());
  say("items", log.n_items());
  say("events_per_user_mean", events / log.n_users());
  say("events_per_user_median", static_cast<double>(of_user[of_user.size() / 2]));
  say("events_per_user_p99", static_cast<double>(of_user[of_user.size() * 99 / 100]));
  say("events_of_an_event's_user", pairs / events);
  say("share_of_top_1%_items", share_of_first(of_item.size() / 100));
  say("share_of_top_10%_items", share_of_first(of_item.size() / 10));
  say("share_of_repeats", repeats / events);
  say("events_per_session", events / sessions);
  say("share_of_purchases", static_cast<double>(kinds[2]) / events);
}

// The same questions three times over; of each its best time, for others use the machine too.
void ask(const Recommender& shop, const ShopLog& log) {
  constexpr int kQueries = 2'000;
  std::vector<double> micros(kQueries, 1e12);
  for (int pass = 0; pass < 3; ++pass) {
    Random random(3);
    for (auto& best : micros) {
      const auto user =
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(log.n_users())));
      const auto start = Clock::now();
      const auto list = shop.recommend({.user = user, .k = 20});
      best = std::min(best, seconds_since(start) * 1e6);
      if (list.size() != 20) throw std::runtime_error("a list came short");
    }
  }
  std::sort(micros.begin(), micros.end());
  say("query_p50_us", micros[kQueries / 2]);
  say("query_p99_us", micros[kQueries * 99 / 100]);
}

void run(const ShopLog& log, const std::filesystem::path& folder) {
  auto events = measured("make_log", [&] { return make_events(log); });
  say("events", static_cast<double>(events.size()));
  say("events_mib", memory_mib("VmRSS"));
  {
    const auto x = measured("interactions", [&] { return events.interactions(); });
    const auto say_size = [](const std::string& name, const CsrMatrix& matrix) {
      say(name + "_weights", static_cast<double>(matrix.nnz()));
    };
    say_size("rp3beta", measured("rp3beta", [&] { return Rp3Beta::fit(x); }).matrix());
    say_size("rules", measured("rules", [&] { return SequentialRules::fit(x); }).matrix());
    static_cast<void>(measured("session_knn", [&] { return SessionKnn::fit(x); }));
  }
  const auto file = folder / "shop.endcap";
  const FitOptions counting{
      .models = {"rp3beta", "sequential_rules", "repeat_purchase", "popularity/28d"}};
  {
    const auto shop =
        measured("shop", [&] { return Recommender::fit(std::move(events), {}, counting); });
    shop.save(file);
  }
  say("file_mib", static_cast<double>(std::filesystem::file_size(file)) / (1 << 20));
  ask(measured("open", [&] { return Recommender::load(file); }), log);
}

int main_of(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "statistics") {
    say_statistics({.n_events = std::stoll(arguments[1])});
  } else if (arguments.size() == 3 && arguments[0] == "run") {
    run({.n_events = std::stoll(arguments[1])}, arguments[2]);
  } else {
    std::cerr << "endcap_scale statistics N | run N FOLDER\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace endcap

int main(int argc, char** argv) { return endcap::run_program(argc, argv, endcap::main_of); }
