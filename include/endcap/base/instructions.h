#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "endcap/base/error.h"

namespace endcap {

// What a processor understands, as the x86-64 ABI counts it; all that is no x86-64 is the baseline.
enum class Instructions {
  kBaseline,  // SSE2; NEON on arm64
  kV3,        // AVX2, FMA
  kV4         // AVX-512
};

inline constexpr auto kInstructionNames = std::to_array<std::string_view>({
#if defined(__x86_64__)
  "x86-64", "x86-64-v3", "x86-64-v4"
#else
  "baseline"
#endif
});

[[nodiscard]] inline std::string_view name_of(Instructions level) {
  return kInstructionNames[static_cast<std::size_t>(level)];
}

// What this very file is compiled for.
[[nodiscard]] constexpr Instructions compiled_instructions() {
#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__AVX512BW__)
  return Instructions::kV4;
#elif defined(__AVX2__) && defined(__FMA__)
  return Instructions::kV3;
#else
  return Instructions::kBaseline;
#endif
}

// What the processor, and the system on it, can do.
[[nodiscard]] inline Instructions processor_instructions() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return !v3 ? Instructions::kBaseline : v4 ? Instructions::kV4 : Instructions::kV3;
#else
  return Instructions::kBaseline;
#endif
}

// The level that kernels run at: the processor's, or the lower one that the environment variable
// ENDCAP_INSTRUCTIONS named when it was first asked for. Throws std::invalid_argument if that is no
// level.
[[nodiscard]] inline Instructions instructions() {
  static const Instructions level = [] {
    const char* wanted = std::getenv("ENDCAP_INSTRUCTIONS");
    if (wanted == nullptr || *wanted == '\0') return processor_instructions();
    const auto* const found =
        std::find(kInstructionNames.begin(), kInstructionNames.end(), std::string_view(wanted));
    require(found != kInstructionNames.end(), "ENDCAP_INSTRUCTIONS",
            "be " + std::string(kInstructionNames[0]) + " or a level above it", wanted);
    return std::min(processor_instructions(),
                    static_cast<Instructions>(found - kInstructionNames.begin()));
  }();
  return level;
}

}  // namespace endcap
