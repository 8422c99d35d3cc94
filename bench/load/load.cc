// What a live shop promises, measured on a made-up log:
//   endcap_load answers N   how long answers take, idle and while events and snapshots arrive
//   endcap_load update N    what the events of a day cost beside a fit of all of them
//   endcap_load counted N   how soon an open shop tells visitors what others did
// Questions come in an open loop: each is due at a time of its own, and its latency counts from
// then, whether or not the one before has been answered.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/serving/recommender.h"
#include "program.h"
#include "scale/shop_log.h"

namespace endcap {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;
using std::chrono::milliseconds;

constexpr double kSeconds = 20;     // of each measurement
constexpr double kQuestions = 200;  // a second
constexpr int kEventsPerTick = 10;  // every 10 ms
const std::vector<std::string> kModels = {"rp3beta", "sequential_rules", "repeat_purchase/28d",
                                          "popularity/28d"};

double seconds_since(Clock::time_point start) {
  return duration<double>(Clock::now() - start).count();
}

// Draws users, and events of theirs.
class Visitors {
 public:
  Visitors(const ShopLog& log, std::uint64_t seed) : log_(log), random_(seed) {}

  std::int64_t user() {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(log_.n_users())));
  }
  LoggedEvent event() {
    const auto n_items = static_cast<std::uint64_t>(log_.n_items());
    const auto item = std::min(random_.below(n_items), random_.below(n_items));
    return {.event = {.user = user(), .item = static_cast<std::int64_t>(item), .kind = "view"}};
  }

 private:
  const ShopLog& log_;
  Random random_;
};

// In milliseconds.
class Latencies {
 public:
  void add(double ms) { ms_.push_back(ms); }
  [[nodiscard]] double at(double share) {
    std::sort(ms_.begin(), ms_.end());
    const auto n = static_cast<double>(ms_.size());
    return ms_[std::min(ms_.size() - 1, static_cast<std::size_t>(share * n))];
  }
  void print(const char* name) {
    std::printf("%-10s %6zu questions   p50 %7.3f   p99 %7.3f   p99.9 %7.3f ms\n", name, ms_.size(),
                at(0.5), at(0.99), at(0.999));
    std::fflush(stdout);
  }

 private:
  std::vector<double> ms_;
};

Latencies asked(const Recommender& shop, const ShopLog& log) {
  Visitors visitors(log, 9);
  Latencies latencies;
  const auto start = Clock::now();
  for (std::int64_t n = 0; seconds_since(start) < kSeconds; ++n) {
    const auto due = start + std::chrono::duration_cast<Clock::duration>(
                                 duration<double>(static_cast<double>(n) / kQuestions));
    std::this_thread::sleep_until(due);
    const auto list = shop.recommend({.user = visitors.user(), .k = 20});
    if (list.size() != 20) throw std::runtime_error("a list came short");
    latencies.add(seconds_since(due) * 1e3);
  }
  return latencies;
}

// A thousand events a second, and a snapshot a second (or one after the other, where they take
// longer), until the end of the scope.
class Traffic {
 public:
  Traffic(Recommender& shop, const ShopLog& log) {
    teller_ = std::jthread([&](const std::stop_token& end) {
      Visitors visitors(log, 2);
      std::vector<LoggedEvent> events(kEventsPerTick);
      for (auto due = Clock::now(); !end.stop_requested(); due += milliseconds(10)) {
        std::this_thread::sleep_until(due);
        for (auto& event : events) event = visitors.event();
        shop.observe_many(events);
        n_events_ += kEventsPerTick;
      }
    });
    publisher_ = std::jthread([&](const std::stop_token& end) {
      while (!end.stop_requested()) {
        const auto start = Clock::now();
        shop.refresh({.threads = 1});
        ++n_snapshots_;
        std::this_thread::sleep_until(start + std::chrono::seconds(1));
      }
    });
  }
  [[nodiscard]] std::int64_t n_events() const { return n_events_; }
  [[nodiscard]] std::int64_t n_snapshots() const { return n_snapshots_; }

 private:
  std::atomic<std::int64_t> n_events_{0}, n_snapshots_{0};
  std::jthread teller_, publisher_;
};

void measure_answers(const ShopLog& log) {
  auto shop = Recommender::fit(make_events(log), {}, {.models = kModels});
  (void)asked(shop, log);  // warm
  auto idle = asked(shop, log);
  idle.print("idle");
  const Traffic traffic(shop, log);
  auto busy = asked(shop, log);
  busy.print("busy");
  std::printf("%lld events and %lld snapshots arrived; p99 busy / idle %.2f\n",
              static_cast<long long>(traffic.n_events()),
              static_cast<long long>(traffic.n_snapshots()), busy.at(0.99) / idle.at(0.99));
}

void measure_update(const ShopLog& log, const std::vector<std::string>& models) {
  const auto all = make_events(log);
  std::vector<Event> year, day;
  const auto begin_us = all.end_us() - kMicrosecondsPerDay;
  for (std::int64_t e = 0; e < all.size(); ++e) {
    auto event = all.event(e);
    if (*event.time_us < all.end_us() - 366 * kMicrosecondsPerDay) continue;
    (*event.time_us < begin_us ? year : day).push_back(std::move(event));
  }
  auto start = Clock::now();
  auto shop = Recommender::fit(Events::from_list(year), {}, {.models = models});
  const double fit = seconds_since(start);
  const auto news = Events::from_list(day);
  start = Clock::now();
  shop.update(news);
  const double update = seconds_since(start);
  std::printf("%-8s fit %zu events %8.2f s   update %zu events %8.2f s   %.1f %%\n",
              models.empty() ? "chosen" : "by name", year.size(), fit, day.size(), update,
              100 * update / fit);
  std::fflush(stdout);
}

// Whether visitors of `item` are told of `other`.
bool tells_of(const Recommender& shop, const Id& item, const Id& other) {
  const auto list = shop.similar(item, 100);
  return std::ranges::find(list, other, &Pick::item) != list.end();
}

// Milliseconds from the moment when ten new visitors have viewed two items that nobody viewed
// together before until whoever asks for the one is told of the other.
void print_counted(const char* name, Recommender& shop, const ShopLog& log, std::uint64_t seed) {
  constexpr int kPairs = 25, kVisitors = 10;
  Random random(seed);
  const auto draw = [&](double from, double to) { return from + (to - from) * random.uniform(); };
  const auto drawn = [&] { return static_cast<std::int64_t>(draw(.5, 1) * log.n_items()); };
  std::int64_t user = shop.users().size();
  std::vector<double> ms;
  while (ms.size() < kPairs) {
    const Id one = drawn(), other = drawn();
    if (one == other || tells_of(shop, one, other)) continue;
    std::this_thread::sleep_for(duration<double>(draw(.5, 3)));
    const auto start = Clock::now();
    for (int visitor = 0; visitor < kVisitors; ++visitor, ++user) {
      shop.observe(user, one);
      shop.observe(user, other);
    }
    while (!tells_of(shop, one, other)) std::this_thread::sleep_for(milliseconds(1));
    ms.push_back(1e3 * seconds_since(start));
  }
  std::sort(ms.begin(), ms.end());
  std::printf("%-10s %zu pairs counted after   p50 %6.1f   most %6.1f ms\n", name, ms.size(),
              ms[ms.size() / 2], ms.back());
  std::fflush(stdout);
}

void measure_counted(const ShopLog& log, const std::filesystem::path& folder) {
  auto shop = Recommender::open(folder);
  shop.observe_many(make_events(log));
  auto start = Clock::now();
  shop.refit();
  std::printf("fit        %8.2f s\n", seconds_since(start));
  shop.observe(std::int64_t{0}, std::int64_t{0});
  start = Clock::now();
  shop.refresh({.threads = 1});
  std::printf("refresh    %8.2f s on one thread\n", seconds_since(start));
  print_counted("quiet", shop, log, 3);
  const std::jthread others([&](const std::stop_token& end) {
    Visitors visitors(log, 2);
    for (; !end.stop_requested(); std::this_thread::sleep_for(milliseconds(50))) {
      const auto event = visitors.event();
      shop.observe_many({&event, 1});
    }
  });
  print_counted("busy", shop, log, 4);
}

int main_of(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "answers") {
    measure_answers({.n_events = std::stoll(arguments[1])});
  } else if (arguments.size() == 2 && arguments[0] == "update") {
    measure_update({.n_events = std::stoll(arguments[1])}, kModels);
    measure_update({.n_events = std::stoll(arguments[1])}, {});
  } else if (arguments.size() == 2 && arguments[0] == "counted") {
    const auto folder = std::filesystem::temp_directory_path() / "endcap_load_counted";
    std::filesystem::remove_all(folder);
    measure_counted({.n_events = std::stoll(arguments[1])}, folder);
    std::filesystem::remove_all(folder);
  } else {
    std::fprintf(stderr, "endcap_load answers N | update N | counted N\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace endcap

int main(int argc, char** argv) { return endcap::run_program(argc, argv, endcap::main_of); }
