# cmake -DSOURCE=<source tree> -DTARGET=<directory> -P public_headers.cmake
# Writes <directory>/allot/: the headers that an embedding program includes, as <allot/store.hpp>, and
# in allot/detail/ what those include. Their own includes are rewritten to these names, so that no
# header of the embedding program, whatever its path, is taken for one of Allot's.
cmake_minimum_required(VERSION 3.25)

set(public engine/commands.hpp engine/eta.hpp engine/fact.hpp engine/history.hpp engine/name.hpp
    engine/quantity.hpp engine/result.hpp storage/bootstrap.hpp storage/errors.hpp
    storage/options.hpp storage/store.hpp)

# Sets `installed` to the path below include/ of a header, given its path in the source tree.
function(installed_path header)
    cmake_path(GET header FILENAME name)
    if(header IN_LIST public)
        set(installed "allot/${name}" PARENT_SCOPE)
    else()
        set(installed "allot/detail/${header}" PARENT_SCOPE)
    endif()
endfunction()

set(wanted ${public})
set(written "")
while(wanted)
    list(POP_FRONT wanted header)
    installed_path(${header})
    set(target "${TARGET}/${installed}")
    if(target IN_LIST written)
        continue()
    endif()
    list(APPEND written "${target}")
    file(READ "${SOURCE}/${header}" text)
    string(REGEX MATCHALL "#include \"[^\"]+\"" includes "${text}")
    foreach(include IN LISTS includes)
        string(REGEX REPLACE "#include \"([^\"]+)\"" "\\1" included "${include}")
        installed_path(${included})
        string(REPLACE "${include}" "#include <${installed}>" text "${text}")
        list(APPEND wanted "${included}")
    endforeach()
    set(present "")
    if(EXISTS "${target}")
        file(READ "${target}" present)
    endif()
    if(NOT present STREQUAL text)  # a header that has not changed keeps its time
        file(WRITE "${target}" "${text}")
    endif()
endwhile()

file(GLOB_RECURSE present "${TARGET}/allot/*.hpp")
list(REMOVE_ITEM present ${written})
if(present)
    file(REMOVE ${present})
endif()
