#include <array>

#include "engine/listing.hpp"
#include "net/commands/server_commands.hpp"
#include "net/limits.hpp"
#include "net/schema/container.hpp"
#include "net/schema/define.hpp"
#include "net/text/escape.hpp"
#include "net/text/numbers.hpp"

namespace allot {

namespace {
/// The position at which a listing continues.
struct ListCursor {
    Index index;
};
}  // namespace

template <>
struct ValueOf<ListCursor> {
    static constexpr std::string_view noun = "cursor";
    static constexpr std::string_view schema = "";
    static std::optional<ListCursor> read(Source& source, const Field& field,
                                          const RawValue& value) {
        const auto index = parse_uint(value.text(), no_index - 1);
        if (index) return ListCursor{static_cast<Index>(*index)};
        source.fail(ErrorCode::syntax,
                    "invalid cursor " + in_quotes(value.text()) +
                        ": expected 0 at first, then the cursor of the last reply",
                    field.name);
        return {};
    }
};

namespace commands {
namespace {

struct Listing {
    struct Parameters {
        ListCursor cursor;
    };
    static constexpr std::tuple fields{required<ListCursor>("cursor")};

    /// \param listed its last LSN is that of the listed state.
    static void write_rows(ReplyWriter& reply, const auto& listed) {
        reply.array(3);
        put_value(reply, listed.last);
        put_value(reply, listed.page.next);
        reply.array(listed.page.rows.size());
    }
    template <class Row>
    struct Page {
        ListedRows<Row> page;
        Lsn last;
    };
};

struct ExportBatches : Listing {
    using Reply = Page<ListedBatch>;
    static Outcome<Reply> run(const Parameters& parameters, Context& context) {
        const Lsn last = context.last_lsn();
        return {
            Reply{list_batches(context.repository(), parameters.cursor.index, exported_rows_max),
                  last},
            last};
    }
    static void write(ReplyWriter& reply, const Reply& listed) {
        write_rows(reply, listed);
        for (const ListedBatch& row : listed.page.rows) {
            put_row(reply, Column{"batch", row.batch}, Column{"sku", row.sku},
                    Column{"quantity", row.purchased}, Column{"eta", row.eta},
                    Column{"added", row.added});
        }
    }
};

struct ExportAllocations : Listing {
    using Reply = Page<ListedLine>;
    static Outcome<Reply> run(const Parameters& parameters, Context& context) {
        const Lsn last = context.last_lsn();
        return {Reply{list_lines(context.repository(), parameters.cursor.index, exported_rows_max),
                      last},
                last};
    }
    static void write(ReplyWriter& reply, const Reply& listed) {
        write_rows(reply, listed);
        for (const ListedLine& row : listed.page.rows) {
            put_row(reply, Column{"order", row.line.order}, Column{"sku", row.line.sku},
                    Column{"quantity", row.line.quantity}, Column{"batch", row.batch},
                    Column{"allocated_at", row.allocated_at});
        }
    }
};

constexpr std::array exports{
    subcommand<ExportBatches>("BATCHES",
                              "Lists batches as [batch, sku, quantity, eta, LSN of its addition]."),
    subcommand<ExportAllocations>(
        "ALLOCATIONS",
        "Lists allocated lines as [order, sku, quantity, batch, LSN of its first allocation].")};

}  // namespace

constinit const CommandSpec specs::export_rows = container({
    .name = "EXPORT",
    .flags = flag_read | flag_no_multi,
    .syntax = "BATCHES|ALLOCATIONS|HELP [cursor]",
    .reply = "array of the last LSN, the next cursor and rows",
    .summary = "Lists all batches or allocated lines, some at a time",
    .group = "stock",
    .subcommands = exports,
});

}  // namespace commands
}  // namespace allot
