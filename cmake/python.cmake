# The Python module endcap._core, and once more for each higher instruction level:
# python/endcap/_level.py loads the one that suits the processor.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(levels x86-64-v3)
endif()
set(ENDCAP_LEVELS "${levels}" CACHE STRING "Instruction levels of the Python module, -march names")

find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
find_package(pybind11 REQUIRED CONFIG)
file(GLOB bindings CONFIGURE_DEPENDS python/src/*.cc)

function(endcap_add_module name library)
  pybind11_add_module(${name} NO_EXTRAS ${bindings})  # without -flto: ccache keeps the work
  target_link_options(${name} PRIVATE -s)
  target_link_libraries(${name} PRIVATE ${library})
  target_compile_definitions(${name} PRIVATE ENDCAP_MODULE=${name})
  install(TARGETS ${name} DESTINATION endcap COMPONENT python)
endfunction()

endcap_add_module(_core endcap)
foreach(level ${ENDCAP_LEVELS})
  string(MAKE_C_IDENTIFIER ${level} suffix)
  endcap_add_library(endcap_${suffix})
  target_compile_options(endcap_${suffix} PUBLIC -march=${level})
  endcap_add_module(_core_${suffix} endcap_${suffix})
endforeach()

pybind11_add_module(_instructions NO_EXTRAS python/src/instructions/module.cc)
target_link_libraries(_instructions PRIVATE endcap_core)
list(JOIN ENDCAP_LEVELS " " names)
target_compile_definitions(_instructions PRIVATE ENDCAP_LEVELS="${names}")
install(TARGETS _instructions DESTINATION endcap COMPONENT python)
