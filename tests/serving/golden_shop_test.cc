#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <string>
#include <utility>
#include <vector>

#include "endcap/serving/check_files.h"
#include "endcap/serving/recommender.h"
#include "events/log_fixtures.h"
#include "serving/small_shop.h"

// Files that earlier versions wrote, and what shops answered from them: they are read for ever.
// tests/python/test_golden_shop.py asks the same from Python.
namespace endcap {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(ENDCAP_TEST_DATA) / "version-1";
constexpr std::int64_t kQuestionUs = 19'030 * kMicrosecondsPerDay;
constexpr double kRounding = 1e-4;  // other compilers and mathematical libraries round otherwise

// What was asked and, but for its value, answered: "recommend an-1 home 2 sku-5 pin".
using Answers = std::vector<std::pair<std::string, double>>;

std::string question_of(const std::string& user, const std::string& scenario, const Pick& pick) {
  return "recommend " + user + " " + scenario + " " + std::to_string(pick.position) + " " +
         to_string(pick.item) + " " + pick.source + (pick.rule.empty() ? "" : " " + pick.rule);
}

Answers answers_of(const Recommender& shop) {
  Answers answers;
  for (const std::string user : {"an-1", "an-2", "guest"}) {
    for (const std::string scenario : {"home", "plain"}) {
      for (const auto& pick :
           shop.recommend({.user = user, .k = 5, .scenario = scenario, .time_us = kQuestionUs})) {
        answers.emplace_back(question_of(user, scenario, pick), pick.score);
      }
    }
    const auto explanation = shop.explain(user, "sku-4");
    answers.emplace_back("explain " + user + " sku-4", explanation.score);
    for (const auto& reason : explanation.reasons) {
      answers.emplace_back(
          "explain " + user + " sku-4 " + reason.kind + " " + to_string(reason.item), reason.value);
    }
  }
  for (const auto& pick : shop.similar("sku-3", 3)) {
    answers.emplace_back("similar sku-3 " + to_string(pick.item), pick.score);
  }
  return answers;
}

void write(const Answers& answers, const std::filesystem::path& path) {
  std::ofstream file(path);
  for (const auto& [text, value] : answers) {
    file << text << '\t' << std::setprecision(9) << value << '\n';
  }
}

void expect_answers(const Recommender& shop, const std::filesystem::path& path) {
  std::ifstream file(path);
  std::size_t n = 0;
  const auto answers = answers_of(shop);
  for (std::string text, value; std::getline(file, text, '\t') && std::getline(file, value); ++n) {
    ASSERT_LT(n, answers.size()) << text;
    EXPECT_EQ(answers[n].first, text);
    const double expected = std::stod(value);
    EXPECT_NEAR(answers[n].second, expected, kRounding * std::max(1.0, std::abs(expected))) << text;
  }
  EXPECT_GT(n, 0u) << path;
  EXPECT_EQ(n, answers.size());
}

#ifdef ENDCAP_HAS_SQLITE
void write_golden() {
  std::filesystem::remove_all(kGolden);
  std::filesystem::create_directories(kGolden);
  auto snapshot = small_shop();
  snapshot.people.merge("guest", "an-3");
  snapshot.people.prefer("an-2", {.value = "sku-7", .like = false, .source = "form"});
  snapshot.people.prefer("an-2", {.value = "b1", .attribute = "brand"});
  snapshot.save(kGolden / "shop.endcap");
  write(answers_of(Recommender::load(kGolden / "shop.endcap")), kGolden / "shop.tsv");

  auto shop = Recommender::open(kGolden / "shop", {.catalog = small_catalog(), .fold_seconds = 0});
  const auto log = small_log();
  shop.observe_many(log);
  shop.refit({.models = {"popularity/28d", "rp3beta", "sequential_rules"}});
  shop.set_rules("home", small_rules());
  shop.set_rules("plain", {});
  shop.merge("guest", "an-3");
  shop.prefer("an-2", {.value = "sku-7", .like = false, .source = "form"});
  shop.observe("guest", "sku-1", "cart", {.time_us = kQuestionUs});
  shop.observe("an-1", "new", "view", {.time_us = kQuestionUs, .event_id = "last"});
  write(answers_of(shop), kGolden / "shop_folder.tsv");
}
#endif

class GoldenShopTest : public testing::Test {
 public:
  static void SetUpTestSuite() {
#ifdef ENDCAP_HAS_SQLITE
    // `make golden-renew`: only as long as no version with this format has been released.
    if (std::getenv("ENDCAP_GOLDEN_RENEW") != nullptr) write_golden();
#endif
  }
};

TEST_F(GoldenShopTest, AFileAnswersAsItDidWhenItWasWritten) {
  const auto shop = Recommender::load(kGolden / "shop.endcap");
  expect_answers(shop, kGolden / "shop.tsv");
  EXPECT_EQ(shop.rules("home"), small_rules());
  EXPECT_EQ(shop.catalog(), small_catalog());
  EXPECT_EQ(shop.ids_of("guest"), (std::vector<Id>{"an-3", "guest"}));
  EXPECT_EQ(shop.preferences("an-2").size(), 2u);
}

#ifdef ENDCAP_HAS_SQLITE
TEST_F(GoldenShopTest, AFolderAnswersAsItDidWhenItWasWritten) {
  const TestFolder folder;
  const auto path = folder.path() / "shop";
  std::filesystem::copy(kGolden / "shop", path);
  for (const auto& check : check_files(path)) EXPECT_TRUE(check.problems.empty()) << check.path;
  auto shop = Recommender::open(path, {.fold_seconds = 0});
  expect_answers(shop, kGolden / "shop_folder.tsv");
  EXPECT_EQ(shop.health().n_waiting, 2);  // told after the model was made
  EXPECT_FALSE(shop.observe("an-1", "sku-9", "view", {.event_id = "last"}));
  EXPECT_TRUE(shop.observe("an-1", "sku-9", "view", {.durable = true}));
  shop.refresh();
  EXPECT_EQ(shop.health().n_waiting, 0);
}

#endif

}  // namespace
}  // namespace endcap
