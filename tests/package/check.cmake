# cmake -DBUILD=<build dir> -DSCRATCH=<dir> -P check.cmake
# Installs the build, then builds and runs the embedding example against what was installed.
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}/run")
function(run)
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${SCRATCH}/run"
        COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${SCRATCH}/prefix")
run(${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}" -B "${SCRATCH}/build" -G Ninja
    -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix")
run(${CMAKE_COMMAND} --build "${SCRATCH}/build")
run("${SCRATCH}/build/embedder")
run("${SCRATCH}/prefix/bin/allot" --version)

# Nothing but the public headers lies where the embedder's includes are looked up.
file(GLOB public RELATIVE "${SCRATCH}/prefix/include/allot" "${SCRATCH}/prefix/include/allot/*")
set(expected bootstrap.hpp commands.hpp detail errors.hpp eta.hpp fact.hpp history.hpp name.hpp
    options.hpp quantity.hpp result.hpp store.hpp)
if(NOT "${public}" STREQUAL "${expected}")
    message(FATAL_ERROR "installed as <allot/...>: ${public}")
endif()
