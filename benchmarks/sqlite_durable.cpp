// sqlite_durable FILE SKUS LINES LINES_A_COMMIT
//
// Allocates the same lines as `durable` in SQLite on a disk: a write-ahead log that every commit
// syncs, with a cache for all pages and a lock that is taken once.

#include <cstdlib>

#include "benchmarks/sqlite_peer.hpp"
#include "benchmarks/stopwatch.hpp"

namespace {

using namespace allot;
using namespace bench::sqlite;

void require_answer(sqlite3* db, const char* question, std::string_view answer) {
    Statement statement{db, question};
    bench::require(statement.step() && statement.text(0) == answer, question);
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 5, "sqlite_durable FILE SKUS LINES LINES_A_COMMIT");
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t count = std::strtoull(argv[3], nullptr, 10);
    const std::size_t a_commit = std::strtoull(argv[4], nullptr, 10);

    check(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0));
    sqlite3* db = nullptr;
    check(sqlite3_open_v2(
        argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr));
    execute(db, "PRAGMA locking_mode = EXCLUSIVE");
    execute(db, "PRAGMA cache_size = -1048576");  // KiB
    require_answer(db, "PRAGMA journal_mode = WAL", "wal");
    execute(db, "PRAGMA synchronous = FULL");
    add_stock(db, skus);
    execute(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    require_answer(db, "PRAGMA synchronous", "2");
    const auto lines = bench::random_lines(0, count, skus);

    {
        Allocator allocator{db};
        const auto begin = bench::Steady::now();
        for (std::size_t first = 0; first < count; first += a_commit) {
            execute(db, "BEGIN IMMEDIATE");
            for (std::size_t i = first; i < std::min(count, first + a_commit); ++i) {
                bench::require(allocator.allocate(lines[i], 1).has_value(), "line is allocated");
            }
            execute(db, "COMMIT");
        }
        bench::report("seconds", bench::seconds_since(begin));
    }
    require_all_held(db, skus, count);
    check(sqlite3_close(db));
}
