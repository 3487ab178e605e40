#include "storage/recovery/recovery.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <random>
#include <system_error>

#include "storage/format/store_files.hpp"
#include "storage/io/huge_pages.hpp"
#include "storage/snapshot/snapshot_file.hpp"

namespace allot {

namespace {

/// Applies journaled units to a repository that a snapshot may have filled already.
class Replay {
public:
    /// \param shortages_known see Recovered
    Replay(Repository& repository, bool shortages_known) noexcept
        : repository_{repository}, shortages_known_{shortages_known} {}

    bool operator()(std::span<const JournaledUnit> units) {
        look_up(units);
        std::size_t at = 0;  // in found_
        for (const JournaledUnit& unit : units) {
            touched_.clear();
            Lsn lsn = unit.first;
            for (const Fact& fact : unit.facts) {
                if (!apply(fact, lsn++, found_[at++])) return false;
            }
            for (Product* const product : touched_) product->set_current_to(lsn - 1);
        }
        return true;
    }
    [[nodiscard]] std::uint64_t facts() const noexcept { return facts_; }

private:
    static LineNames names_of(const Fact& fact) noexcept {
        const auto* const allocated = std::get_if<LineAllocated>(&fact);
        return {allocated == nullptr ? std::string_view{} : allocated->line.order.view(),
                sku_of(fact).view()};
    }

    void look_up(std::span<const JournaledUnit> units) {
        names_.clear();
        for (const JournaledUnit& unit : units) {
            for (const Fact& fact : unit.facts) names_.push_back(names_of(fact));
        }
        found_.resize(names_.size());
        const std::span names{names_};
        for (std::size_t at = 0; at < names.size(); at += Repository::lookups_max) {
            const std::size_t count = std::min(names.size() - at, Repository::lookups_max);
            repository_.look_up(names.subspan(at, count), std::span{found_}.subspan(at, count));
        }
        products_ = repository_.size();
    }

    bool apply(const Fact& fact, Lsn lsn, const LineLookup& found) {
        Product* product = found.product;  // null when it did not exist before the units
        if (product == nullptr) product = repository_.find(sku_of(fact));
        if (product == nullptr) {
            if (!std::holds_alternative<BatchAdded>(fact)) return false;
            product = &repository_.add(sku_of(fact));
        }
        if (product->current_to() >= lsn) return true;  // the snapshot holds it already
        touched_.push_back(product);
        ++facts_;
        const bool applied = product->apply(fact, lsn);
        if (found.slot != nullptr && repository_.size() == products_) repository_.store_hint(found);
        return applied || is_of_unknown_shortage(fact);
    }

    [[nodiscard]] bool is_of_unknown_shortage(const Fact& fact) const noexcept {
        return !shortages_known_ && std::holds_alternative<ShortageWithdrawn>(fact);
    }

    Repository& repository_;
    const bool shortages_known_;
    std::uint64_t facts_ = 0;
    // The units that are being applied:
    std::vector<LineNames> names_;
    std::vector<LineLookup> found_;
    std::size_t products_ = 0;                              // when these were found
    boost::container::small_vector<Product*, 16> touched_;  // of one of them
};

/// Joins the histories of a snapshot with those of the journal, which may overlap.
Histories joined(Histories histories, const Histories& journal) {
    for (const auto& [id, first] : journal.begun()) {
        const bool is_later = histories.begun().empty() || first >= histories.begun().back().first;
        if (is_later) histories.begin(id, first);
    }
    histories.add_lost(journal.lost());
    return histories;
}

}  // namespace

std::uint64_t random_id() {
    std::random_device source;
    return std::uint64_t{source()} << 32U | source();
}

bool holds_store(FileSystem& files, const std::filesystem::path& directory) {
    return std::ranges::any_of(files.list(directory), [](const std::string& name) {
        return journal::segment_number(name) || snapshot::start_of(name);
    });
}

void refuse_foreign_directory(FileSystem& files, const std::filesystem::path& directory) {
    store_files::refuse_incomplete(files, directory);
    if (holds_store(files, directory)) return;
    std::string foreign;
    for (const std::string& name : files.list(directory)) {
        if (!store_files::is_ours(name)) foreign = name;
    }
    if (foreign.empty()) return;
    throw std::system_error{std::make_error_code(std::errc::file_exists),
                            directory.string() + " holds " + foreign +
                                " and no journal: it is not a store, and not empty"};
}

std::vector<Lsn> list_snapshots(FileSystem& files, const std::filesystem::path& directory) {
    std::vector<Lsn> starts;
    for (const std::string& name : files.list(directory)) {
        if (const auto start = snapshot::start_of(name)) starts.push_back(*start);
    }
    return starts;  // the names sort like their numbers
}

Recovered recover_from(FileSystem& files, const std::filesystem::path& directory, Lsn start,
                       const StoreOptions& options) {
    Recovered recovered;
    recovered.repository = std::make_unique<Repository>(random_id(), huge_pages());
    snapshot::Verified loaded{};
    const snapshot::Header& header = loaded.header;
    const std::string name = snapshot::file_name(start);
    if (start != 0) {
        loaded = snapshot::load(files, directory / name, *recovered.repository, options.progress);
    }
    recovered.shortages_known = start == 0 || snapshot::holds_shortages(header.version);
    Replay replay{*recovered.repository, recovered.shortages_known};
    recovered.journal = scan_journal(
        files, directory, start,
        [&](std::span<const JournaledUnit> units) { return replay(units); }, options.progress);
    recovered.replayed = replay.facts();
    recovered.histories = joined(std::move(loaded.histories), recovered.journal.histories);

    const JournalTail& tail = recovered.journal.tail;
    if (start != 0 && tail.segment == 0) {
        throw CorruptStore{name, 0, start, "there is no journal beside it"};
    }
    if (start != 0 && tail.last < header.end) {
        throw CorruptStore{journal::segment_name(tail.segment), tail.offset, tail.last + 1,
                           "the journal ends before LSN " + std::to_string(header.end) +
                               ", which " + name + " holds"};
    }
    if (start != 0 && tail.store_id != header.store_id) {
        throw CorruptStore{name, 0, start, "the snapshot belongs to another store"};
    }
    return recovered;
}

Recovered recover(FileSystem& files, const std::filesystem::path& directory,
                  const StoreOptions& options) {
    store_files::refuse_incomplete(files, directory);
    std::vector<Lsn> good;
    for (const Lsn start : list_snapshots(files, directory)) {
        try {
            snapshot::verify(files, directory / snapshot::file_name(start));
            good.push_back(start);
        } catch (const UnknownFormat&) {
            throw;  // a later format, not damage: an older snapshot would silently lose facts
        } catch (const CorruptStore& error) {
            if (options.warning) {
                options.warning("the store skips a damaged snapshot: " + std::string{error.what()});
            }
        }
    }
    Recovered recovered = recover_from(files, directory, good.empty() ? 0 : good.back(), options);
    recovered.snapshots = std::move(good);
    return recovered;
}

}  // namespace allot
