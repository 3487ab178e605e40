#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "engine/ports.hpp"
#include "net/core/rule_text.hpp"

namespace allot {

/// The cause of an exception from a request.
enum class Fault : std::uint8_t { storage_full, storage_fails, other };

/// Executes a request so that it has exactly one reply, even after an exception.
/// \param instead called with Fault and text after an exception; replaces the appended bytes, and
/// returns an LSN as `execute` does.
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
