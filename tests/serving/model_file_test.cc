#include "endcap/serving/model_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <vector>

#include "endcap/models/als.h"
#include "endcap/models/session_knn.h"
#include "models/fixtures.h"

namespace endcap {
namespace {

constexpr std::int32_t kModelItems = 9;

std::vector<float> scores_of(const Scorer& model) {
  const auto events = events_of({3, 1, 4});
  ScoreBoard board(model.n_items());
  model.score({events}, board);
  return {board.scores().begin(), board.scores().end()};
}

class ModelFileTest : public testing::Test {
 protected:
  ~ModelFileTest() override { std::filesystem::remove(path_); }

  // Writes the model and reads it again, the settings changed on the way.
  std::shared_ptr<const Scorer> again(
      const Scorer* model, const std::function<void(std::vector<std::byte>&)>& change = {}) {
    ContainerWriter writer;
    RecordWriter record;
    put_model(writer, record, "m", model);
    std::vector<std::byte> settings(record.bytes().begin(), record.bytes().end());
    if (change) change(settings);
    writer.add("settings", std::span<const std::byte>(settings));
    writer.write(path_);
    const auto file = Container::open(path_);
    const auto bytes = file.array<std::byte>("settings");
    RecordReader reader(bytes.span());
    return get_model(file, reader, "m", kModelItems);
  }

  // The same with another number at this place of the settings.
  template <class T>
  std::shared_ptr<const Scorer> again_with(const Scorer* model, std::size_t place, T value) {
    return again(model, [&](auto& bytes) { std::memcpy(&bytes[place], &value, sizeof value); });
  }

  const Interactions interactions_ = interactions_of(kModelItems, random_lists(50, kModelItems, 8));
  const Als als_ = Als::fit(interactions_, {.factors = 4, .nu = 0.5f, .iterations = 2});
  const SessionKnn knn_ = SessionKnn::fit(interactions_, {.neighbors = 7, .match_span = 0.5f});

 private:
  const std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ModelFileTest, AlsComesBackWithAllItsSettings) {
  const auto model = again(&als_);
  EXPECT_EQ(scores_of(*model), scores_of(als_));
  const auto& copy = dynamic_cast<const Als&>(*model);
  EXPECT_EQ(copy.options().factors, 4);
  EXPECT_EQ(copy.options().nu, 0.5f);
  EXPECT_EQ(copy.options().iterations, 2);
  EXPECT_EQ(copy.ridge(), als_.ridge());
}

TEST_F(ModelFileTest, SessionKnnComesBackWithAllItsSettings) {
  const auto model = again(&knn_);
  EXPECT_EQ(scores_of(*model), scores_of(knn_));
  const auto& copy = dynamic_cast<const SessionKnn&>(*model);
  EXPECT_EQ(copy.options().neighbors, 7);
  EXPECT_EQ(copy.options().match_span, 0.5f);
  EXPECT_EQ(copy.index().mean_length, knn_.index().mean_length);
}

TEST_F(ModelFileTest, NumbersOutOfRangeAreRefused) {
  constexpr std::size_t kFactors = 4, kNu = 16, kUnobservedWeight = 29, kRidge = 33;
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)again_with(&als_, kFactors, std::int32_t{-1}), std::invalid_argument);
  EXPECT_THROW((void)again_with(&als_, kFactors, std::int32_t{5}), std::invalid_argument);
  EXPECT_THROW((void)again_with(&als_, kNu, kNone), std::invalid_argument);
  EXPECT_THROW((void)again_with(&als_, kUnobservedWeight, 0.0f), std::invalid_argument);
  EXPECT_THROW((void)again_with(&als_, kRidge, kNone), std::invalid_argument);
  constexpr std::size_t kNeighbors = 4, kHistorySpan = 16, kMeanLength = 36;
  EXPECT_THROW((void)again_with(&knn_, kNeighbors, std::int32_t{0}), std::invalid_argument);
  EXPECT_THROW((void)again_with(&knn_, kHistorySpan, kNone), std::invalid_argument);
  EXPECT_THROW((void)again_with(&knn_, kMeanLength, 0.0f), std::invalid_argument);
}

TEST_F(ModelFileTest, SettingsThatEndEarlyAreRefused) {
  for (const Scorer* model :
       {static_cast<const Scorer*>(&als_), static_cast<const Scorer*>(&knn_)}) {
    std::size_t n = 0;
    (void)again(model, [&](auto& bytes) { n = bytes.size(); });
    for (std::size_t kept = 0; kept < n; ++kept) {
      EXPECT_THROW((void)again(model, [&](auto& bytes) { bytes.resize(kept); }), std::out_of_range);
    }
  }
}

TEST_F(ModelFileTest, AnUnknownClassIsRefused) {
  EXPECT_THROW((void)again_with(&als_, 0, std::int32_t{99}), std::invalid_argument);
  EXPECT_EQ(again(nullptr), nullptr);
}

}  // namespace
}  // namespace endcap
