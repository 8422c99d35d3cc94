#include "endcap/tuning/fit_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "endcap/tuning/blend_problem.h"

namespace endcap {
namespace {

// Two models and n queries of two candidates, of which the first is right.
// Model 0 knows it half of the time and is wrong otherwise, model 1 always
// knows it, but says so softly.
BlendProblem problem(int n) {
  BlendProblem problem;
  problem.n_features = 2;
  for (int query = 0; query < n; ++query) {
    const float sign = query % 2 == 0 ? 1.0f : -1.0f;
    problem.features.insert(problem.features.end(), {sign, 0, 0.5f, 0});
    problem.relevant.insert(problem.relevant.end(), {1, 0});
    problem.offsets.push_back(std::int64_t{2} * (query + 1));
    problem.n_relevant.push_back(1);
  }
  return problem;
}

const double kSecond = 1 / std::log2(3);  // NDCG of a target in second place

TEST(FitReportTest, ExaminationWorkedByHand) {
  const auto found = examine(problem(100), std::vector{1.0f, 4.0f});
  EXPECT_EQ(found.n_queries, 100);
  EXPECT_DOUBLE_EQ(found.blend.mean, 1);  // 1 * +-1 + 4 * .5 > 0
  EXPECT_NEAR(found.alone[0].mean, (1 + kSecond) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(found.alone[1].mean, 1);
  EXPECT_EQ(found.gain[0].mean, 0);
  EXPECT_NEAR(found.gain[1].mean, (1 - kSecond) / 2, 1e-12);
  EXPECT_EQ(found.best, 1);
  EXPECT_EQ(found.over_best.mean, 0);
  // Half are (1 - kSecond) / 2 above the mean and half below: that is the
  // standard deviation.
  const double reach = 1.96 * (1 - kSecond) / 2 / 10;
  EXPECT_NEAR(found.alone[0].high - found.alone[0].low, 2 * reach, 1e-9);
}

TEST(FitReportTest, ThreadsDoNotChangeAnExamination) {
  const std::vector<float> weights = {1, 0.3f};
  const auto one = examine(problem(999), weights, {.threads = 1});
  const auto three = examine(problem(999), weights, {.threads = 3});
  EXPECT_EQ(one.blend.low, three.blend.low);
  EXPECT_EQ(one.gain[0].high, three.gain[0].high);
}

TEST(FitReportTest, ComesBackFromARecord) {
  FitReport report{.held_out = "newest", .n_train = 7, .cut_us = 5};
  report.models = {TriedModel{.name = "ease", .fate = "in use"},
                   TriedModel{.name = "als", .fate = "no gain"}};
  report.note(1, std::vector{1.0f, 0.0f}, examine(problem(10), std::vector{1.0f, 0.0f}));
  report.warnings = {"One visitor has it all."};
  report.seconds = 1.5;
  RecordWriter writer;
  put_report(writer, report);
  RecordReader reader(writer.bytes());
  auto back = get_report(reader);
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(back.held_out, "newest");
  EXPECT_EQ(back.n_train, 7);
  EXPECT_EQ(back.best_model[1], "als");
  ASSERT_EQ(back.models.size(), 2u);
  EXPECT_EQ(back.find("als")->alone[1].mean, 1);
  EXPECT_EQ(back.find("slim"), nullptr);
  EXPECT_EQ(back.warnings, report.warnings);
  RecordReader cut(writer.bytes().first(writer.bytes().size() - 1));
  EXPECT_THROW((void)get_report(cut), std::out_of_range);
}

}  // namespace
}  // namespace endcap
