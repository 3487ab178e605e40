#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/message_bus.hpp"
#include "tests/commands/commands.hpp"
#include "tests/commands/naive_model.hpp"
#include "tests/commands/tally.hpp"

namespace allot::testing {

struct Explain {
    AllocateOrder order;
};
/// A command that the engine has a function for.
using EngineCommand = std::variant<AddBatch, Allocate, AllocateOrder, Deallocate,
                                   ChangeBatchQuantity, Reschedule, Explain>;
/// The lines of an order.
[[nodiscard]] std::vector<NaiveModel::Line> lines_of(const Words& words);
/// \throws std::logic_error of words that are none.
[[nodiscard]] EngineCommand engine_command(const Words& words);
/// Whether engine_command() knows it; a filter of Commands.
[[nodiscard]] bool of_engine(std::string_view verb, bool queued);

/// What came of the commands of a unit: a batch, a count, "ok" or a refusal, in the words of the
/// naive model; and the LSN that makes it certain.
struct Played {
    std::vector<std::string> answers;
    Lsn lsn = 0;
    bool operator==(const Played&) const = default;
};

[[nodiscard]] std::string answer_text(const Result<void>& result);
[[nodiscard]] std::string answer_text(const Result<std::size_t>& result);
[[nodiscard]] std::string answer_text(const Result<BatchRef>& result);
[[nodiscard]] std::string answer_text(const OrderResult& result);
[[nodiscard]] std::string answer_text(const std::vector<ExplainedLine>& plan);

/// \param engine has handle(command) and explain(order), as a MessageBus.
template <class Engine>
Played play(const Words& words, Engine& engine) {
    return std::visit(
        [&]<class Command>(const Command& command) -> Played {
            if constexpr (std::is_same_v<Command, Explain>) {
                return {{answer_text(engine.explain(command.order))}, engine.journal().last()};
            } else {
                const auto answer = engine.handle(command);
                return {{answer_text(answer.result)}, answer.lsn};
            }
        },
        engine_command(words));
}

/// \param whole of a transaction, all of it happens or nothing: at the first refusal it ends.
/// \throws std::system_error when the storage has failed.
Played play(const Unit& unit, MessageBus& bus, bool whole = false);
/// What the engine is to do.
Played play(const Unit& unit, NaiveModel& model, bool whole = false);
std::string play(const Words& words, NaiveModel& model);

/// The refusals that commands as they are drawn can meet.
inline constexpr std::array refusals_met{Refusal::unknown_sku, Refusal::out_of_stock,
                                         Refusal::batch_exists, Refusal::unknown_batch};
void count(Tally& tally, const Unit& unit, const Played& played);

/// All batches and shortages and every line, in words that are equal for equal states.
[[nodiscard]] std::string describe(Repository& repository, std::uint64_t skus = skus_drawn);
[[nodiscard]] std::string describe(NaiveModel& model, std::uint64_t skus = skus_drawn);

}  // namespace allot::testing
