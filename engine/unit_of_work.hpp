#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <utility>

#include "engine/commands.hpp"
#include "engine/ports.hpp"
#include "engine/repository.hpp"

namespace allot {

/// One change of the store, which is committed as a whole or not at all. Facts are applied when
/// they are recorded, so a unit sees its own changes; the destructor reverts them, last first,
/// unless they were committed. A repository has at most one unit at a time. Not thread-safe.
class UnitOfWork final : public FactRecorder {
public:
    UnitOfWork(Repository& repository, Journal& journal) noexcept
        : repository_{repository}, journal_{journal} {}
    ~UnitOfWork() { rollback(); }
    UnitOfWork(const UnitOfWork&) = delete;
    UnitOfWork& operator=(const UnitOfWork&) = delete;

    [[nodiscard]] Repository& repository() noexcept { return repository_; }
    [[nodiscard]] Product* find(SkuView sku) { return repository_.find(sku); }
    /// Finds the product, or adds it. A product added here is removed when the unit is rolled back.
    Product& find_or_add(SkuView sku);

    /// Checks the version that the caller has read (optimistic concurrency). Version 0: no batch of
    /// the SKU was ever added.
    /// \return Refusal::version_conflict when the product has another version, Refusal::unknown_sku
    /// when there is none.
    Result<void> expect(SkuView sku, Version version);

    /// Applies and records a fact, of which it copies the names. Out of memory ends the process:
    /// half a fact must not be applied, and the journal has all that was ever acknowledged.
    void record(Product& product, const Fact& fact,
                const Decision& decision = {}) noexcept override;
    /// Reverts all that was recorded.
    void rollback() noexcept { roll_back_to({}); }
    /// Notes a line that no batch could take, in case the command is refused because of it.
    void note_shortage(const LineView& line) { short_line_ = line.owned(); }

    /// Executes `decide(UnitOfWork&)`, which returns a Result, as a part of the unit. When the part
    /// is refused or throws, its facts are reverted. When it is refused for lack of stock, the
    /// shortage of its last refused line is then recorded (R6). Parts nest: a refusal that `decide`
    /// does not return undoes only the inner part.
    template <class Decide>
    auto attempt(Decide&& decide);
    /// Executes `decide(UnitOfWork&)`, and reverts everything that it recorded.
    template <class Decide>
    auto preview(Decide&& decide);

    /// Appends the facts to the journal, as one record. When the journal throws, the unit stays
    /// uncommitted.
    /// \return the LSN of the last fact that the unit wrote or could have read.
    Lsn commit(UnixMicros now);

    /// Valid until another fact is recorded, or the unit is committed or rolled back.
    [[nodiscard]] std::span<const Fact> facts() const noexcept {
        return {facts_.data(), facts_.size()};
    }
    /// The LSN that the last fact recorded so far will have when the unit is committed.
    [[nodiscard]] Lsn last() const noexcept { return journal_.last() + facts_.size(); }

private:
    /// The counts of a unit's records at some point.
    struct Savepoint {
        std::size_t facts = 0;
        std::size_t products_added = 0;
    };
    [[nodiscard]] Savepoint savepoint() const noexcept { return {facts_.size(), products_added_}; }
    void roll_back_to(Savepoint savepoint) noexcept;
    void record_shortage();

    Repository& repository_;
    Journal& journal_;
    boost::container::small_vector<Fact, 4> facts_;
    std::array<std::byte, 256> few_names_;
    /// The text of the facts' names, until the unit ends: a command given to transact(), or a line
    /// in the store that a later fact releases, may not live as long.
    std::pmr::monotonic_buffer_resource names_{few_names_.data(), few_names_.size()};
    boost::container::small_vector<Product*, 4> products_;  // the product of each fact
    EndedShortages ended_;                                  // those that the recorded facts ended
    std::size_t products_added_ = 0;
    std::optional<OrderLine> short_line_;
};

template <class Decide>
auto UnitOfWork::preview(Decide&& decide) {
    struct Revert {
        UnitOfWork& work;
        Savepoint to;
        ~Revert() { work.roll_back_to(to); }
    } const revert{*this, savepoint()};
    return std::forward<Decide>(decide)(*this);
}

template <class Decide>
auto UnitOfWork::attempt(Decide&& decide) {
    const Savepoint before = savepoint();
    short_line_.reset();
    try {
        auto result = std::forward<Decide>(decide)(*this);
        if (result.has_error()) {
            roll_back_to(before);
            if (is_out_of_stock(result.error())) record_shortage();
        }
        return result;
    } catch (...) {
        roll_back_to(before);
        throw;
    }
}

}  // namespace allot
