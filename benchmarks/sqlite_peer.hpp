#pragma once

#include <sqlite3.h>

#include <array>
#include <optional>
#include <string_view>

#include "benchmarks/workload.hpp"

/// The allocations of a store in SQLite, with prepared statements. The caller chooses the
/// durability, and when to commit.
namespace allot::bench::sqlite {

// The fastest tried layout: because of the integer key the update needs no search by name.
inline constexpr const char* schema = R"(
    CREATE TABLE batches (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, sku TEXT, eta INTEGER,
                          seq INTEGER, available INTEGER);
    CREATE TABLE allocations ("order" TEXT, sku TEXT, qty INTEGER, batch TEXT,
                              PRIMARY KEY ("order", sku, qty)) WITHOUT ROWID;
)";
// A NULL eta means the warehouse, and sorts first: Allot's order of preference.
inline constexpr const char* preference = "CREATE INDEX preference ON batches (sku, eta, seq)";

inline void check(int code, int expected = SQLITE_OK) { require(code == expected, "SQLite works"); }

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

inline void execute(sqlite3* db, const char* sql) {
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr));
}

/// Adds the batches of all SKUs in one transaction.
inline void add_stock(sqlite3* db, std::size_t skus) {
    execute(db, schema);
    execute(db, "BEGIN");
    Statement insert{db, "INSERT INTO batches (ref, sku, eta, seq, available) VALUES (?,?,?,?,?)"};
    insert.bind(5, units_a_batch);
    for (std::size_t sku = 0; sku < skus; ++sku) {
        for (std::size_t rank = 0; rank < batches_a_sku; ++rank) {
            const auto ref = batch_name(sku, rank);
            const auto name = sku_name(sku);
            const Eta eta = batch_eta(rank);
            insert.bind(1, ref.view());
            insert.bind(2, name.view());
            eta.in_warehouse() ? insert.bind_null(3) : insert.bind(3, std::int64_t{eta.days()});
            insert.bind(4, static_cast<std::int64_t>(sku * batches_a_sku + rank));
            insert.step();
            insert.reset();
        }
    }
    execute(db, "COMMIT");
    execute(db, preference);
}

class Allocator {
public:
    explicit Allocator(sqlite3* db) : db_{db} {}

    /// \return the batch that holds the line now, valid until the next call; none: out of stock.
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
    // SQLite's own text is valid only until the statement is reset.
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

/// Ends the program unless all requested lines are allocated, and every unit is accounted for.
inline void require_all_held(sqlite3* db, std::size_t skus, std::size_t lines) {
    Statement total{db, "SELECT count(*), (SELECT sum(available) FROM batches) FROM allocations"};
    total.step();
    const auto units = static_cast<std::int64_t>(skus * batches_a_sku) * units_a_batch;
    require(total.number(0) == static_cast<std::int64_t>(lines), "every line is held");
    require(total.number(1) == units - total.number(0), "every unit is accounted for");
}

}  // namespace allot::bench::sqlite
