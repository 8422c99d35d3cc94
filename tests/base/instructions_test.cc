#include "endcap/base/instructions.h"

#include <gtest/gtest.h>

#include "endcap/base/build_info.h"

namespace endcap {
namespace {

TEST(InstructionsTest, KernelsNeverRunAboveTheProcessor) {
  EXPECT_LE(instructions(), processor_instructions());
  EXPECT_LE(compiled_instructions(), processor_instructions());
}

TEST(InstructionsTest, TheLibraryIsCompiledForEveryProcessor) {
  EXPECT_EQ(build_info().instructions, kInstructionNames.front());
  EXPECT_EQ(build_info().kernels, name_of(instructions()));
}

TEST(BuildInfoTest, SaysWhatIsInUse) {
  const BuildInfo info = build_info();
  EXPECT_EQ(info.version.find_first_not_of("0123456789."), std::string::npos);
  EXPECT_TRUE(info.compiler.starts_with("gcc ") || info.compiler.starts_with("clang "));
  EXPECT_TRUE(info.eigen.starts_with("3.") || info.eigen.starts_with("5."));
  EXPECT_EQ(info.levels.size(), kInstructionNames.size());
  EXPECT_GE(info.threads, 1);
}

}  // namespace
}  // namespace endcap
