#include "storage/format/journal_format.hpp"
#include "storage/format/rewound_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/io/temporary_file.hpp"
#include "storage/repair/repair.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using StepKind = RepairStep::Kind;
using Mode = FileSystem::Mode;

/// Executes the steps of a plan, one by one; each is durable before the next begins.
class StepExecutor {
public:
    StepExecutor(FileSystem& files, const fs::path& directory)
        : files_{files}, directory_{directory} {}

    void operator()(const RepairStep& step) {
        switch (step.kind) {
            case StepKind::create:
                return create(step);
            case StepKind::patch:
                keep(step);
                return overwrite(step, step.content);
            case StepKind::set_aside:
                return rename(step.file, kept_name(step.file));
            case StepKind::cut:
                keep(step);
                return overwrite(step, std::vector<std::byte>(step.bytes));
            case StepKind::set_length:
                return set_length(step);
            case StepKind::rename:
                return rename(step.file, step.to);
        }
    }

private:
    [[nodiscard]] std::string kept_name(const std::string& name) const {
        return store_files::unused_name(files_, directory_, "lost-" + name);
    }

    void create(const RepairStep& step) {
        replace_durably(files_, directory_, store_files::staged_name(1), step.file, step.content);
    }

    /// Saves the bytes that a step removes.
    void keep(const RepairStep& step) {
        std::vector<std::byte> bytes(step.bytes);
        files_.open(directory_ / step.file, Mode::read)->read_at(step.offset, bytes);
        const std::uint64_t number = journal::segment_number(step.file).value_or(0);
        write_durably(
            files_, directory_,
            kept_name(std::to_string(number) + "-" + std::to_string(step.offset) + ".bin"), bytes);
    }

    void overwrite(const RepairStep& step, std::span<const std::byte> bytes) {
        const auto file = files_.open(directory_ / step.file, Mode::update);
        file->write_at(step.offset, bytes);
        file->sync();
    }

    void set_length(const RepairStep& step) {
        const auto file = files_.open(directory_ / step.file, Mode::update);
        file->truncate(step.bytes);
        file->sync();
    }

    void rename(const std::string& from, const std::string& to) {
        store_files::rename_durably(files_, directory_, from, to);
    }

    FileSystem& files_;
    const fs::path& directory_;
};

}  // namespace

void apply_repair(FileSystem& files, const fs::path& directory, const RepairPlan& plan) {
    // REWOUND comes first, so that it exists after a crash between any two steps.
    if (!plan.steps.empty()) {
        rewound_file::write(files, directory, plan.store_id, plan.lost_histories);
    }
    StepExecutor execute{files, directory};
    for (const RepairStep& step : plan.steps) execute(step);
}

}  // namespace allot
