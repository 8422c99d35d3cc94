# Tests, benches and checks, for those who work on endcap itself.
set(ENDCAP_TESTS "." CACHE STRING "Regular expression of the folders under tests/ that are built")

# Target `headers` compiles each header alone.
if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)
  add_library(alone INTERFACE)
  target_link_libraries(alone INTERFACE endcap_core)
  target_compile_options(alone INTERFACE -O0)
  target_sources(alone INTERFACE FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  set_target_properties(alone PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  add_custom_target(headers)
  add_dependencies(headers alone_verify_interface_header_sets)
endif()

enable_testing()
find_package(GTest)
if(GTest_FOUND)
  include(GoogleTest)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS tests/*_test.cc)
  list(FILTER tests INCLUDE REGEX "/tests/(${ENDCAP_TESTS})")
  add_executable(endcap_tests ${tests})
  target_include_directories(endcap_tests PRIVATE tests)
  target_compile_options(endcap_tests PRIVATE ${warnings} -Wno-conversion)
  if(NOT DEFINED CMAKE_UNITY_BUILD)  # most of their time goes into shared headers
    set_target_properties(endcap_tests PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 4)
  endif()
  target_link_libraries(endcap_tests PRIVATE endcap GTest::gtest_main)
  set_source_files_properties(tests/serving/golden_shop_test.cc PROPERTIES
    COMPILE_DEFINITIONS ENDCAP_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/tests/data")
  if(SQLite3_FOUND)
    target_link_libraries(endcap_tests PRIVATE SQLite::SQLite3)  # to make it fail
  endif()
  gtest_discover_tests(endcap_tests DISCOVERY_TIMEOUT 60 TEST_FILTER -ApproximateIndexTest.*)
  # hnswlib has a mutex for each item: too many for what looks for deadlocks.
  gtest_discover_tests(endcap_tests DISCOVERY_TIMEOUT 60 TEST_FILTER ApproximateIndexTest.*
    PROPERTIES ENVIRONMENT TSAN_OPTIONS=detect_deadlocks=0)
else()
  message(STATUS "endcap: no tests, GoogleTest was not found (Debian: libgtest-dev)")
endif()

file(GLOB examples CONFIGURE_DEPENDS examples/*.cc)
foreach(example ${examples})
  get_filename_component(name ${example} NAME_WE)
  add_executable(example_${name} ${example})
  target_compile_options(example_${name} PRIVATE ${warnings})
  target_link_libraries(example_${name} PRIVATE endcap)
endforeach()

file(GLOB_RECURSE benches CONFIGURE_DEPENDS bench/*_bench.cc)
find_package(benchmark)
if(benches AND benchmark_FOUND)
  add_executable(endcap_bench ${benches})
  target_include_directories(endcap_bench PRIVATE bench)
  target_link_libraries(endcap_bench PRIVATE endcap benchmark::benchmark_main)
elseif(benches)
  message(STATUS "endcap: no benches, Google Benchmark was not found (Debian: libbenchmark-dev)")
endif()

# `make gate`, `make load`, `make peers` and `make scale`.
foreach(name gate load peers scale)
  add_executable(endcap_${name} bench/${name}/${name}.cc)
  target_include_directories(endcap_${name} PRIVATE bench)
  target_compile_options(endcap_${name} PRIVATE ${warnings})
  target_link_libraries(endcap_${name} PRIVATE endcap)
endforeach()
