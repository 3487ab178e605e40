// sqlite SKUS LINES ascending|scattered
//
// Allocates the same lines as `allocate` in SQLite: in memory, prepared statements, one
// transaction. The time is from the names as text to the batch that each line got.

#include <cstdlib>

#include "benchmarks/sqlite_peer.hpp"
#include "benchmarks/stopwatch.hpp"

int main(int argc, char** argv) {
    using namespace allot;
    using namespace bench::sqlite;
    bench::require(argc == 4, "sqlite SKUS LINES ascending|scattered");
    const std::size_t skus = std::strtoull(argv[1], nullptr, 10);
    const std::size_t count = std::strtoull(argv[2], nullptr, 10);
    const auto ids = bench::order_ids(argv[3]);

    check(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0));
    sqlite3* db = nullptr;
    check(sqlite3_open_v2(":memory:", &db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          nullptr));
    execute(db, "PRAGMA journal_mode = OFF");
    execute(db, "PRAGMA synchronous = OFF");
    execute(db, "PRAGMA locking_mode = EXCLUSIVE");
    add_stock(db, skus);
    const auto lines = bench::random_lines(0, count, skus, ids);

    {
        const bench::Stopwatch stopwatch;
        execute(db, "BEGIN");
        Allocator allocator{db};
        for (const bench::LineText& line : lines) {
            bench::require(allocator.allocate(line, 1).has_value(), "line is allocated");
        }
        execute(db, "COMMIT");
        stopwatch.report_operations(static_cast<double>(count));
    }
    require_all_held(db, skus, count);
    check(sqlite3_close(db));
}
