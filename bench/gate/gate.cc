// The fixed tasks whose instructions bench/gate/gate.py counts.
//   endcap_gate prepare FOLDER      writes the log and the fitted shop that tasks read
//   endcap_gate tasks               lists the tasks
//   endcap_gate run TASK FOLDER     runs one; what counts is inside endcap_gate_measure()

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "endcap/base/random.h"
#include "endcap/events/event_reader.h"
#include "endcap/models/als.h"
#include "endcap/models/ease.h"
#include "endcap/models/rp3beta.h"
#include "endcap/models/sequence_factors.h"
#include "endcap/models/sequential_rules.h"
#include "endcap/models/session_knn.h"
#include "endcap/models/slist.h"
#include "endcap/retrieval/top_k.h"
#include "endcap/serving/recommender.h"
#include "program.h"

extern "C" [[gnu::noinline]] void endcap_gate_measure(const std::function<void()>& work) { work(); }

namespace endcap {
namespace {

using std::filesystem::path;

const Context kOneThread{.seed = 1, .threads = 1};

// A small shop's log: few items are popular, and a visitor keeps to a part of the shop.
void write_log(const path& file) {
  constexpr int kUsers = 1'500, kItems = 1'000, kParts = 20;
  Random random(1);
  std::ofstream log(file);
  log << "user,item,kind,time\n";
  for (int user = 0; user < kUsers; ++user) {
    auto time = 1'700'000'000 + static_cast<std::int64_t>(random.below(80 * std::uint64_t{86'400}));
    const auto part = random.below(kParts);
    for (auto left = 5 + random.below(25); left > 0; --left) {
      time += static_cast<std::int64_t>(random.below(7'200));
      const auto of_part = random.uniform() < .8 ? part : random.below(kParts);
      const auto place = static_cast<std::uint64_t>(random.uniform() * random.uniform() * kItems);
      log << user << ',' << place / kParts * kParts + of_part << ','
          << (random.below(5) == 0 ? "purchase" : "view") << ',' << time << '\n';
    }
  }
}

void prepare(const path& folder) {
  write_log(folder / "log.csv");
  const auto events = read_events_csv(folder / "log.csv").events;
  const FitOptions options{.models = {"rp3beta", "sequential_rules", "popularity"},
                           .context = kOneThread};
  Recommender::fit(events, {}, options).save(folder / "shop.endcap");
}

// Reads the log outside the measurement, then does `fit` within it.
template <class Fit>
auto fitting(Fit fit) {
  return [fit](const path& folder) {
    const auto interactions = read_events_csv(folder / "log.csv").events.interactions();
    endcap_gate_measure([&] { fit(interactions); });
  };
}

void ask_sessions(const path& folder) {
  const auto interactions = read_events_csv(folder / "log.csv").events.interactions();
  const auto model = SessionKnn::fit(interactions, {}, kOneThread);
  ScoreBoard board(model.n_items());
  endcap_gate_measure([&] {
    for (UserIndex user = 0; user < 500; ++user) {
      board.clear();
      model.score(interactions.history(user), board);
      TopK best(20);
      for (const auto item : board.touched()) best.offer({item, board[item]});
    }
  });
}

void ask_shop(const path& folder) {
  const auto shop = Recommender::load(folder / "shop.endcap");
  endcap_gate_measure([&] {
    for (std::int64_t user = 0; user < 500; ++user) {
      static_cast<void>(shop.recommend({.user = user, .k = 20}));
    }
  });
}

void open_file(const path& folder) {
  endcap_gate_measure([&] { static_cast<void>(Recommender::load(folder / "shop.endcap")); });
}

void read_log(const path& folder) {
  endcap_gate_measure([&] { static_cast<void>(read_events_csv(folder / "log.csv")); });
}

std::map<std::string, std::function<void(const path&)>> tasks() {
  return {
      {"read_log", read_log},
      {"open_file", open_file},
      {"ask_shop", ask_shop},
      {"ask_sessions", ask_sessions},
      {"fit_rp3beta", fitting([](const auto& x) { return Rp3Beta::fit(x, {}, kOneThread); })},
      {"fit_rules", fitting([](const auto& x) { return SequentialRules::fit(x, {}, kOneThread); })},
      {"fit_ease",
       fitting([](const auto& x) { return Ease::fit(x, {.neighbors = 40}, kOneThread); })},
      {"fit_slist",
       fitting([](const auto& x) { return Slist::fit(x, {.neighbors = 40}, kOneThread); })},
      {"fit_als", fitting([](const auto& x) {
         return Als::fit(x, {.factors = 32, .iterations = 2}, kOneThread);
       })},
      {"fit_trained", fitting([](const auto& x) {
         return SequenceFactors::fit(
             x, {}, {.factors = 32, .batch_targets = 500, .negatives = 256, .epochs = 1},
             kOneThread);
       })},
  };
}

int main_of(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "prepare") {
    prepare(arguments[1]);
  } else if (arguments.size() == 1 && arguments[0] == "tasks") {
    for (const auto& [name, task] : tasks()) std::cout << name << '\n';
  } else if (arguments.size() == 3 && arguments[0] == "run") {
    tasks().at(arguments[1])(arguments[2]);
  } else {
    std::cerr << "endcap_gate prepare FOLDER | tasks | run TASK FOLDER\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace endcap

int main(int argc, char** argv) { return endcap::run_program(argc, argv, endcap::main_of); }
