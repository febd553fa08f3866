# One library target per folder of src/: tonearm_<folder>, with its unit tests and micro-benchmarks.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)

add_library(tonearm_options INTERFACE)
target_include_directories(tonearm_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(tonearm_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Werror -fno-omit-frame-pointer)
target_link_libraries(tonearm_options INTERFACE Threads::Threads fmt::fmt spdlog::spdlog)
target_compile_definitions(tonearm_options INTERFACE SPDLOG_FMT_EXTERNAL TONEARM_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these falsely, in inlined library code, at -O2 and under sanitizers.
  target_compile_options(tonearm_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-dangling-pointer)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own stable_sort and stable_partition use a deprecated buffer; g++ goes on checking ours.
  target_compile_options(tonearm_options INTERFACE -Wno-deprecated-declarations)
endif()
if(TONEARM_SANITIZE)
  target_compile_options(tonearm_options INTERFACE -fsanitize=${TONEARM_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(tonearm_options INTERFACE -fsanitize=${TONEARM_SANITIZE})
endif()
if(TONEARM_FUZZ)
  # Everything reports which edges it ran; the engine itself is linked into the targets of fuzz/ alone.
  target_compile_options(tonearm_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# For a build from nothing (./dev test): common headers precompiled, several files compiled as one. Off by default: it
# compiles too much after a small change, ccache keeps nothing of it, and it hides a missing include, which the other
# presets then find.
option(TONEARM_BULK "Compile several files at a time, with precompiled headers" OFF)
if(TONEARM_BULK)
  set(TONEARM_COMMON_HEADERS <algorithm> <array> <atomic> <chrono> <expected> <filesystem> <functional> <map> <memory>
    <mutex> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
  file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
  add_library(tonearm_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
  target_link_libraries(tonearm_pch PUBLIC tonearm_options)
  target_precompile_headers(tonearm_pch PRIVATE ${TONEARM_COMMON_HEADERS})
  if(TONEARM_TESTS)
    add_library(tonearm_test_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
    target_link_libraries(tonearm_test_pch PUBLIC tonearm_options GTest::gmock)
    target_precompile_headers(tonearm_test_pch PRIVATE ${TONEARM_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  # A target whose definitions do not fit the precompiled file includes the headers as text. The other two speak of
  # files that are not one in truth: a name hides another file's, an unnamed namespace seems to be a header's.
  target_compile_options(tonearm_options INTERFACE -Wno-invalid-pch -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(tonearm_options INTERFACE -Wno-subobject-linkage)
  endif()
endif()

# tonearm_together(TARGET): with TONEARM_BULK, its files that declare no common private name are compiled as one.
function(tonearm_together target)
  if(NOT TONEARM_BULK)
    return()
  endif()
  get_target_property(files ${target} SOURCES)
  list(TRANSFORM files REPLACE "^([^/].*)$" "${CMAKE_CURRENT_SOURCE_DIR}/\\1")
  execute_process(COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/together.py ${files}
    OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" lines "${lines}")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP ${target}_${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# tonearm_built_quickly(TARGET): code that runs once, at start; what it optimises is the time of a release build.
function(tonearm_built_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# tonearm_module(NAME [DEPENDS targets…]): all *.cpp of the current folder; *_test.cpp become NAME_test,
# *_bench.cpp become NAME_bench.
function(tonearm_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;TEST_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|/main)\\.cpp$")
  if(sources)
    add_library(tonearm_${name} STATIC ${sources})
    target_link_libraries(tonearm_${name} PUBLIC tonearm_options ${arg_DEPENDS})
    tonearm_together(tonearm_${name})
    if(TONEARM_BULK)
      target_precompile_headers(tonearm_${name} REUSE_FROM tonearm_pch)
    endif()
  else()
    add_library(tonearm_${name} INTERFACE)
    target_link_libraries(tonearm_${name} INTERFACE tonearm_options ${arg_DEPENDS})
  endif()
  if(TONEARM_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE tonearm_${name} ${arg_TEST_DEPENDS} GTest::gmock_main)
    tonearm_together(${name}_test)
    if(TONEARM_BULK)
      target_precompile_headers(${name}_test REUSE_FROM tonearm_test_pch)
    endif()
    add_test(NAME ${name}_test COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(${name}_test PROPERTIES TIMEOUT 300 LABELS unit)
  endif()
  if(TONEARM_BENCH AND benches)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE tonearm_${name} benchmark::benchmark_main)
  endif()
endfunction()
