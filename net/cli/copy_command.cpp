#include "net/cli/copy_command.hpp"

#include <filesystem>
#include <ostream>

#include "net/cli/command.hpp"
#include "net/cli/io/progress_bar.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

namespace fs = std::filesystem;
using Kind = SyncAction::Kind;

bool is_one_directory(const fs::path& a, const fs::path& b) {
    std::error_code not_there;
    return fs::weakly_canonical(a) == fs::weakly_canonical(b) || fs::equivalent(a, b, not_there);
}

void print(const SyncAction& action, std::ostream& to) {
    switch (action.kind) {
        case Kind::copy:
            to << "copy " << escaped(action.to) << '\n';
            return;
        case Kind::move:
            to << "move " << escaped(action.from) << " to " << escaped(action.to) << '\n';
            return;
        case Kind::remove:
            to << "delete " << escaped(action.from) << '\n';
            return;
    }
}

}  // namespace

int run_copy(const Settings& settings, Console& console, std::string_view command, CopyStore copy) {
    const fs::path from = settings.operands().at(0);
    const fs::path to = settings.operands().at(1);
    if (from.empty() || to.empty()) throw UsageError{"'': expected a directory"};
    if (is_one_directory(from, to)) {
        throw UsageError{"'" + escaped_short(to.string()) + "': is the directory to copy from"};
    }
    const bool dry_run = settings.is_on("dry-run");
    const CopyReport report = [&] {
        ProgressBar bar{console.err, console.err_is_terminal};
        CopyOptions options;
        options.dry_run = dry_run;
        options.replace = settings.is_on("replace");
        options.progress = [&bar](const Progress& progress) {
            bar.update(progress.what, progress.done, progress.total);
        };
        options.warning = [&](std::string_view text) {
            if (console.err_is_terminal) console.err << clear_line;
            console.err << "allot " << command << ": warning: " << escaped(text) << '\n';
        };
        try {
            return copy(posix_file_system(), from, posix_file_system(), to, options);
        } catch (const CopyRefused& error) {
            throw CopyRefused{error.what() +
                              std::string{"; nothing was changed; with --replace it would be"}};
        }
    }();
    for (const SyncAction& action : report.actions) print(action, console.out);
    console.out << escaped(to.string()) << (dry_run ? ": would hold " : ": holds ")
                << escaped(from.string()) << " to LSN " << report.last << ", in " << report.files
                << " files of " << report.bytes << " bytes; " << report.bytes_copied << " bytes "
                << (dry_run ? "to copy\n" : "copied\n");
    return exit_code::ok;
}

}  // namespace allot::program
