#include "net/program/open_store.hpp"

#include <system_error>
#include <utility>

#include "net/program/progress_bar.hpp"

namespace allot::program {

Store open_store(const std::filesystem::path& directory, StoreOptions options, Console& console,
                 Logger& log) {
    ProgressBar bar{console.err, console.err_is_terminal};
    options.progress = [&bar](const Progress& progress) {
        bar.update(progress.what, progress.done, progress.total);
    };
    options.warning = [&log](std::string_view text) { log.warning(text); };
    return Store::open(directory, std::move(options));
}

Store open_existing_store(const std::filesystem::path& directory, Console& console, Logger& log) {
    if (!std::filesystem::is_directory(directory)) {
        throw std::system_error{ENOTDIR, std::generic_category(),
                                "no store in " + directory.string()};
    }
    return open_store(directory, {}, console, log);
}

}  // namespace allot::program
