// sqlite SKUS LINES ascending|scattered
//
// The same lines as `allocate`, in SQLite: in memory, prepared statements, one transaction. Timed:
// from the names as text to the batch that each line got.

#include <sqlite3.h>

#include <cstdlib>
#include <string_view>

#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;
using bench::LineText;

// Of the layouts tried the fastest: the integer key spares SQLite a search by name in the update.
constexpr const char* schema = R"(
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;
    CREATE TABLE batches (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, sku TEXT, eta INTEGER,
                          seq INTEGER, available INTEGER);
    CREATE TABLE allocations ("order" TEXT, sku TEXT, qty INTEGER, batch TEXT,
                              PRIMARY KEY ("order", sku, qty)) WITHOUT ROWID;
)";
// No eta is in the warehouse, and NULL sorts first: the house's order of preference.
constexpr const char* preference = "CREATE INDEX preference ON batches (sku, eta, seq)";

void check(int code, int expected = SQLITE_OK) { bench::require(code == expected, "SQLite works"); }

class Statement {
public:
    Statement(sqlite3* db, const char* sql) {
        check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// \pre `value` outlives the next step.
    void bind(int at, std::string_view value) {
        check(sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()),
                                SQLITE_STATIC));
    }
    void bind_null(int at) { check(sqlite3_bind_null(statement_, at)); }
    void bind(int at, std::int64_t value) { check(sqlite3_bind_int64(statement_, at, value)); }
    /// \return whether there is a row.
    bool step() {
        const int code = sqlite3_step(statement_);
        if (code != SQLITE_ROW) check(code, SQLITE_DONE);
        return code == SQLITE_ROW;
    }
    void reset() { check(sqlite3_reset(statement_)); }
    [[nodiscard]] std::int64_t number(int at) { return sqlite3_column_int64(statement_, at); }
    [[nodiscard]] std::string_view text(int at) {
        const void* const bytes = sqlite3_column_text(statement_, at);
        return {static_cast<const char*>(bytes),
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, at))};
    }

private:
    sqlite3_stmt* statement_ = nullptr;
};

void execute(sqlite3* db, const char* sql) {
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr));
}

void add_stock(sqlite3* db, std::size_t skus) {
    Statement insert{db, "INSERT INTO batches (ref, sku, eta, seq, available) VALUES (?,?,?,?,?)"};
    insert.bind(5, bench::units_a_batch);
    for (std::size_t sku = 0; sku < skus; ++sku) {
        for (std::size_t place = 0; place < bench::batches_a_sku; ++place) {
            const auto ref = bench::batch_name(sku, place);
            const auto name = bench::sku_name(sku);
            const Eta eta = bench::batch_eta(place);
            insert.bind(1, ref.view());
            insert.bind(2, name.view());
            eta.in_warehouse() ? insert.bind_null(3) : insert.bind(3, std::int64_t{eta.days()});
            insert.bind(4, static_cast<std::int64_t>(sku * bench::batches_a_sku + place));
            insert.step();
            insert.reset();
        }
    }
}

class Allocator {
public:
    explicit Allocator(sqlite3* db) : db_{db} {}

    /// \return the batch that holds the line now, good until the next call; none: out of stock.
    std::optional<std::string_view> allocate(const LineText& line, std::int64_t quantity) {
        if (find(line, quantity)) return batch();
        std::int64_t id = 0;
        if (!choose(line, quantity, id)) return std::nullopt;
        take_.bind(1, quantity);
        take_.bind(2, id);
        take_.step();
        take_.reset();
        insert_.bind(1, line.order.view());
        insert_.bind(2, line.sku.view());
        insert_.bind(3, quantity);
        insert_.bind(4, batch());
        insert_.step();
        insert_.reset();
        return batch();
    }

private:
    bool find(const LineText& line, std::int64_t quantity) {
        find_.bind(1, line.order.view());
        find_.bind(2, line.sku.view());
        find_.bind(3, quantity);
        const bool found = find_.step();
        if (found) remember(find_.text(0));
        find_.reset();
        return found;
    }
    bool choose(const LineText& line, std::int64_t quantity, std::int64_t& id) {
        choose_.bind(1, line.sku.view());
        choose_.bind(2, quantity);
        const bool found = choose_.step();
        if (found) {
            id = choose_.number(0);
            remember(choose_.text(1));
        }
        choose_.reset();
        return found;
    }
    // SQLite's own text ends with the statement.
    void remember(std::string_view batch) {
        batch_bytes_ = batch.copy(batch_.data(), batch_.size());
    }
    [[nodiscard]] std::string_view batch() const { return {batch_.data(), batch_bytes_}; }

    sqlite3* db_;
    Statement find_{db_, R"(SELECT batch FROM allocations WHERE "order"=? AND sku=? AND qty=?)"};
    Statement choose_{db_,
                      "SELECT id, ref FROM batches WHERE sku=? AND available>=? "
                      "ORDER BY eta, seq LIMIT 1"};
    Statement take_{db_, "UPDATE batches SET available=available-? WHERE id=?"};
    Statement insert_{db_, "INSERT INTO allocations VALUES (?,?,?,?)"};
    std::array<char, BatchRef::bytes_max> batch_{};
    std::size_t batch_bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "sqlite SKUS LINES ascending|scattered");
    const std::size_t skus = std::strtoull(argv[1], nullptr, 10);
    const std::size_t count = std::strtoull(argv[2], nullptr, 10);
    const auto ids = bench::order_ids(argv[3]);

    check(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0));
    sqlite3* db = nullptr;
    check(sqlite3_open_v2(":memory:", &db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          nullptr));
    execute(db, schema);
    execute(db, "BEGIN");
    add_stock(db, skus);
    execute(db, "COMMIT");
    execute(db, preference);
    const auto lines = bench::random_lines(0, count, skus, ids);

    {
        const bench::Stopwatch stopwatch;
        execute(db, "BEGIN");
        Allocator allocator{db};
        for (const LineText& line : lines) {
            bench::require(allocator.allocate(line, 1).has_value(), "line is allocated");
        }
        execute(db, "COMMIT");
        stopwatch.report_operations(static_cast<double>(count));
    }

    {
        Statement total{db,
                        "SELECT count(*), (SELECT sum(available) FROM batches) FROM allocations"};
        total.step();
        const auto units =
            static_cast<std::int64_t>(skus * bench::batches_a_sku) * bench::units_a_batch;
        bench::require(total.number(0) == static_cast<std::int64_t>(count), "every line is held");
        bench::require(total.number(1) == units - total.number(0), "every unit is accounted for");
    }
    check(sqlite3_close(db));
}
