#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "engine/ports.hpp"
#include "net/core/rule_text.hpp"

namespace allot {

/// What has failed while a request was executed.
enum class Fault : std::uint8_t { storage_full, storage_fails, other };

/// Executes a request so that one reply comes of it whatever happens.
/// \param instead called with Fault and text, replaces what was appended; gives an LSN as
/// `execute` does.
template <class Execute, class Instead>
Lsn guarded(Execute&& execute, Instead&& instead) {
    try {
        return std::forward<Execute>(execute)();
    } catch (const StorageFull&) {
        return instead(Fault::storage_full, std::string{storage_full_text});
    } catch (const std::system_error&) {
        return instead(Fault::storage_fails, std::string{storage_fails_text});
    } catch (const std::exception& failure) {
        return instead(Fault::other, std::string{"the command failed: "}.append(failure.what()));
    }
}

}  // namespace allot
