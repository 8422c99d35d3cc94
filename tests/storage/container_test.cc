#include "endcap/storage/container.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace endcap {
namespace {

class ContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    ContainerWriter writer;
    writer.add("numbers", std::span<const std::int32_t>(numbers_));
    writer.add("letters", std::span<const char>(letters_));
    writer.add("nothing", std::span<const char>());
    writer.write(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void overwrite(const std::string& content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }

  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      ("endcap_container_" + std::to_string(testing::UnitTest::GetInstance()->random_seed()) +
       testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::vector<std::int32_t> numbers_ = {3, 1, 2};
  const std::string letters_ = "recommend";
};

TEST_F(ContainerTest, GivesBackWhatWasWritten) {
  const auto container = Container::open(path_);
  const auto numbers = container.array<std::int32_t>("numbers");
  EXPECT_EQ(std::vector<std::int32_t>(numbers.begin(), numbers.end()), numbers_);
  const auto letters = container.array<char>("letters");
  EXPECT_EQ(std::string(letters.begin(), letters.end()), letters_);
  EXPECT_TRUE(container.array<char>("nothing").empty());
}

TEST_F(ContainerTest, ArraysOutliveTheContainer) {
  auto container = std::make_unique<Container>(Container::open(path_));
  const auto numbers = container->array<std::int32_t>("numbers");
  container.reset();
  EXPECT_EQ(numbers[0], 3);
}

TEST_F(ContainerTest, AMissingOrMisfitSectionIsCorrupt) {
  const auto container = Container::open(path_);
  EXPECT_THROW((void)container.array<char>("absent"), CorruptFileError);
  EXPECT_THROW((void)container.array<std::int64_t>("letters"), CorruptFileError);
}

TEST_F(ContainerTest, EveryChangedByteIsRejected) {
  const std::string clean = bytes();
  for (std::size_t i = 0; i < clean.size(); ++i) {
    for (const char change : {'\x01', '\x80', '\xff', '\x10'}) {
      std::string damaged = clean;
      damaged[i] = static_cast<char>(damaged[i] ^ change);
      overwrite(damaged);
      EXPECT_THROW((void)Container::open(path_), CorruptFileError) << "byte " << i;
    }
  }
}

TEST_F(ContainerTest, EveryTruncationIsRejected) {
  const std::string clean = bytes();
  for (std::size_t size = 0; size < clean.size(); ++size) {
    overwrite(clean.substr(0, size));
    EXPECT_THROW((void)Container::open(path_), CorruptFileError) << size << " bytes";
  }
  overwrite(clean + '\0');
  EXPECT_THROW((void)Container::open(path_), CorruptFileError);
}

TEST_F(ContainerTest, AFailedWriteLeavesTheOldFile) {
  const std::string clean = bytes();
  ContainerWriter writer;
  writer.add("numbers", std::span<const std::int32_t>(numbers_));
  EXPECT_THROW(writer.write(path_ / "below-a-file"), std::system_error);
  EXPECT_EQ(bytes(), clean);
}

}  // namespace
}  // namespace endcap
