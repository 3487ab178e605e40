#include "net/cli/failure.hpp"

#include <unistd.h>

#include <system_error>

#include "net/cli/lock_holder.hpp"
#include "net/text/escape.hpp"
#include "storage/errors.hpp"

namespace allot::program {
namespace {

std::string in_use(const StoreInUse& error, const Command& command) {
    std::string text = escaped(error.directory());
    const auto process = lock_holder(error.directory());
    if (process == ::getpid()) {
        text += " is open in this process already";
    } else if (process) {
        text += " is open in another process (process id " + std::to_string(*process) + ")";
    } else {
        text += " is open in another process";
    }
    return text.append(": ").append(command.when_in_use);
}

std::string way_out_of_damage(const Command& command, const Settings& settings) {
    if (!command.when_damaged.empty()) return std::string{command.when_damaged};
    const std::string store = escaped(command.store == nullptr ? "DIR" : command.store(settings));
    return "the store is damaged, and nothing was changed; 'allot check " + store +
           "' names what is wrong, 'allot repair " + store +
           "' says how much can be kept, 'allot restore --replace BACKUP " + store +
           "' brings a backup back";
}

/// Empty if the error says enough.
std::string_view way_out_of(const std::error_code& error) {
    if (error == std::errc::address_in_use) {
        return "; end what listens there, or give another port (--listen, --http), 0 for any";
    }
    if (error == std::errc::address_not_available) {
        return "; this machine has no such address: see --listen and --http";
    }
    if (error == std::errc::no_space_on_device) return "; free some space, and begin again";
    return {};
}

}  // namespace

std::string explained(const std::exception& error, const Command& command,
                      const Settings& settings) {
    if (const auto* const used = dynamic_cast<const StoreInUse*>(&error)) {
        return in_use(*used, command);
    }
    std::string text = escaped(error.what());
    if (dynamic_cast<const UnknownFormat*>(&error) != nullptr) {
        return text + ": another version of allot wrote it; use that one, or a newer one";
    }
    if (dynamic_cast<const CorruptStore*>(&error) != nullptr) {
        return text + "; " + way_out_of_damage(command, settings);
    }
    const auto* const system = dynamic_cast<const std::system_error*>(&error);
    return system == nullptr ? text : text.append(way_out_of(system->code()));
}

}  // namespace allot::program
