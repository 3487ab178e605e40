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
