include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Eigen3 3.4)
include(${CMAKE_CURRENT_LIST_DIR}/endcapTargets.cmake)
