#pragma once

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace endcap {

// What main() of a measuring program does: hands on the arguments and says what went wrong.
template <class Program>
int run_program(int argc, char** argv, Program&& program) {
  try {
    return program(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

}  // namespace endcap
