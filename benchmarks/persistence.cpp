// persistence DIRECTORY SKUS LINES
//
// Measures replay and snapshots, compared with the machine: LINES allocations one a call, mode
// `os`; their replay; a snapshot of them on an idle store; and a plain write of as many bytes. Then
// the rows of a snapshot archived as the store does it, and as Boost.Serialization does it by
// default: class by class, field by field.

#include <algorithm>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"
#include "engine/repository.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/io/file_system.hpp"

namespace {

using namespace allot;
namespace fs = std::filesystem;

// The same state in plain classes, the obvious way to archive it.
struct PlainLine {
    std::string order;
    std::int64_t quantity = 0;
    Lsn allocated_at = 0;
    template <class Archive>
    void serialize(Archive& archive, unsigned /*version*/) {
        archive& order& quantity& allocated_at;
    }
};
struct PlainBatch {
    std::string ref;
    std::int32_t eta_days = 0;
    std::int64_t purchased = 0;
    Lsn added = 0;
    std::vector<PlainLine> lines;
    template <class Archive>
    void serialize(Archive& archive, unsigned /*version*/) {
        archive& ref& eta_days& purchased& added& lines;
    }
};
struct PlainProduct {
    std::string sku;
    Version version = 0;
    Lsn current_to = 0;
    std::vector<PlainBatch> batches;
    template <class Archive>
    void serialize(Archive& archive, unsigned /*version*/) {
        archive& sku& version& current_to& batches;
    }
};

constexpr std::size_t archived_skus = 10'000;
constexpr std::size_t lines_a_batch = 10;

std::vector<PlainProduct> plain_products() {
    std::vector<PlainProduct> products;
    std::uint64_t order = 0;
    for (std::size_t sku = 0; sku < archived_skus; ++sku) {
        PlainProduct& product = products.emplace_back();
        product.sku = bench::sku_name(sku).view();
        for (std::size_t rank = 0; rank < bench::batches_a_sku; ++rank) {
            PlainBatch& batch = product.batches.emplace_back();
            batch.ref = bench::batch_name(sku, rank).view();
            batch.eta_days = bench::batch_eta(rank).days();
            batch.purchased = bench::units_a_batch;
            batch.added = ++product.version;
            for (std::size_t i = 0; i < lines_a_batch; ++i) {
                batch.lines.push_back(
                    {std::string{bench::order_name(order++).view()}, 1, ++product.version});
            }
        }
        product.current_to = product.version;
    }
    return products;
}

void add_name(snapshot::Chunk& chunk, const std::string& name) {
    chunk.names.insert(chunk.names.end(), name.begin(), name.end());
}

/// Chunks as copied from a repository.
std::vector<snapshot::Chunk> chunks_of(const std::vector<PlainProduct>& products) {
    Repository repository{7};
    snapshot::Chunk all;
    for (const PlainProduct& product : products) {
        all.products.push_back({product.version, product.current_to,
                                static_cast<std::uint32_t>(product.batches.size()),
                                static_cast<std::uint32_t>(product.sku.size())});
        add_name(all, product.sku);
        for (const PlainBatch& batch : product.batches) {
            all.batches.push_back({batch.added, batch.eta_days,
                                   static_cast<std::uint32_t>(batch.purchased),
                                   static_cast<std::uint32_t>(batch.lines.size()),
                                   static_cast<std::uint32_t>(batch.ref.size())});
            add_name(all, batch.ref);
            for (const PlainLine& line : batch.lines) {
                all.lines.push_back({line.allocated_at, static_cast<std::uint32_t>(line.quantity),
                                     static_cast<std::uint32_t>(line.order.size())});
                add_name(all, line.order);
            }
        }
    }
    bench::require(snapshot::restore(all, repository), "the rows are a state");
    std::vector<snapshot::Chunk> chunks;
    snapshot::RowCopier copier{repository, static_cast<Index>(repository.size())};
    while (!copier.ended()) {
        if (chunks.empty() || chunks.back().bytes() >= snapshot::chunk_bytes) chunks.emplace_back();
        copier.copy(chunks.back(), 256);
    }
    return chunks;
}

void compare_archives() {
    const std::vector<PlainProduct> products = plain_products();
    const std::vector<snapshot::Chunk> chunks = chunks_of(products);

    auto begin = bench::Steady::now();
    std::size_t tuned_bytes = 0;
    std::string archived;
    for (const snapshot::Chunk& chunk : chunks) {
        archived.clear();
        snapshot::archive(chunk, archived);
        tuned_bytes += archived.size();
    }
    bench::report("archive_tuned_seconds", bench::seconds_since(begin));

    begin = bench::Steady::now();
    std::size_t default_bytes = 0;
    for (const PlainProduct& product : products) {
        std::ostringstream text;
        boost::archive::binary_oarchive archive{text};
        archive << product;
        default_bytes += text.str().size();
    }
    bench::report("archive_default_seconds", bench::seconds_since(begin));
    bench::report("archive_tuned_bytes", static_cast<double>(tuned_bytes));
    bench::report("archive_default_bytes", static_cast<double>(default_bytes));
}

StoreOptions options() {
    return {.durability = {.mode = Durability::Mode::os}, .snapshot_every_bytes = 0};
}

/// Writes so many bytes as a snapshot is written: to a new file, in pieces, synced at its end.
void write_plainly(const fs::path& path, std::uint64_t bytes) {
    const std::vector<std::byte> piece(std::size_t{1} << 20U, std::byte{0x5A});
    const auto file = posix_file_system().open(path, FileSystem::Mode::create);
    for (std::uint64_t at = 0; at < bytes; at += piece.size()) {
        file->write_at(at,
                       std::span{piece}.first(std::min<std::uint64_t>(piece.size(), bytes - at)));
    }
    file->sync();
}

std::uint64_t newest_snapshot_bytes(const fs::path& directory) {
    for (const auto& file : fs::directory_iterator{directory}) {
        if (snapshot::start_of(file.path().filename().string())) return file.file_size();
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "persistence DIRECTORY SKUS LINES");
    const fs::path directory = argv[1];
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t count = std::strtoull(argv[3], nullptr, 10);
    const auto facts = static_cast<double>(count);

    std::uint64_t hash = 0;
    double stock_facts = 0;
    {
        Store store = Store::open(directory, options());
        bench::add_stock(store, skus);
        stock_facts = static_cast<double>(store.status().last);
        const auto lines = bench::random_lines(0, count, skus);
        const auto begin = bench::Steady::now();
        for (const bench::LineText& line : lines) {
            bench::require(store.allocate(bench::checked(line)).has_value(), "line is allocated");
        }
        bench::report("live_facts_per_second", facts / bench::seconds_since(begin));
        hash = store.state_hash();
    }
    {
        const auto begin = bench::Steady::now();
        Store store = Store::open(directory, options());
        const double took = bench::seconds_since(begin);
        bench::report("replayed_facts_per_second", (stock_facts + facts) / took);
        bench::require(store.state_hash() == hash, "replay gives the same state");

        const auto before = bench::Steady::now();
        bench::require(store.snapshot() > 0, "a snapshot was taken");
        bench::report("snapshot_seconds", bench::seconds_since(before));
    }
    const std::uint64_t bytes = newest_snapshot_bytes(directory);
    bench::report("snapshot_bytes", static_cast<double>(bytes));
    const auto begin = bench::Steady::now();
    write_plainly(directory / "plain", bytes);
    bench::report("plain_write_seconds", bench::seconds_since(begin));

    compare_archives();
}
