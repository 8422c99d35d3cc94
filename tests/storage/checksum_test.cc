#include "endcap/storage/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace endcap {
namespace {

std::uint64_t checksum_of(const std::string& text) { return checksum(text.data(), text.size()); }

// Reference values of the xxhash project's own tool (xxhsum -H1).
TEST(ChecksumTest, AgreesWithTheReferenceImplementation) {
  EXPECT_EQ(checksum_of(""), 0xEF46DB3751D8E999u);
  EXPECT_EQ(checksum_of("a"), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(checksum_of("abc"), 0x44BC2CF5AD770999u);
  EXPECT_EQ(checksum_of("Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1u);
}

TEST(ChecksumTest, EverySingleBitCounts) {
  const std::string text(77, 'x');
  const auto clean = checksum_of(text);
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string damaged = text;
    damaged[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(checksum_of(damaged), clean);
  }
}

}  // namespace
}  // namespace endcap
