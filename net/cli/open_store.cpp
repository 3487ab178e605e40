#include "net/cli/open_store.hpp"

#include <stdexcept>
#include <utility>

#include "net/cli/io/progress_bar.hpp"
#include "net/cli/settings/rules.hpp"
#include "storage/bootstrap.hpp"
#include "storage/recovery/inspect.hpp"

namespace allot::program {

Store open_store(const std::filesystem::path& directory, StoreOptions options, Console& console,
                 Logger& log, std::vector<EventSink> sinks) {
    ProgressBar bar{console.err, console.err_is_terminal};
    options.progress = [&bar, report = std::move(options.progress)](const Progress& progress) {
        bar.update(progress.what, progress.done, progress.total);
        if (report) report(progress);
    };
    options.warning = [&log](std::string_view text) { log.warning(text); };
    return bootstrap(directory, std::move(options), {.sinks = std::move(sinks)});
}

std::string data_directory(const Settings& settings) {
    return settings.get("data", directory_rule);
}

std::string store_directory(const Settings& settings) {
    if (settings.operands().empty()) return data_directory(settings);
    const std::string& directory = settings.operands().front();
    if (directory.empty()) throw UsageError{"'': expected a directory"};
    return directory;
}

void require_store(const std::filesystem::path& directory) {
    if (holds_store(directory)) return;
    throw std::runtime_error{"no store in " + directory.string() +
                             ": --data or the operand names a store's directory, and 'allot serve' "
                             "or 'allot import' makes one"};
}

Store open_existing_store(const std::filesystem::path& directory, StoreOptions options,
                          Console& console, Logger& log) {
    require_store(directory);
    return open_store(directory, std::move(options), console, log);
}

}  // namespace allot::program
