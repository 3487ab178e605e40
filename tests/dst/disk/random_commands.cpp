#include "tests/dst/disk/random_commands.hpp"

namespace allot::testing {

Lsn RandomCommands::command(MessageBus& bus) {
    if (random_() % 6 != 0) return one_command(bus);
    MessageBus::Transaction unit{bus};
    for (std::uint64_t left = random_() % 6; left > 0; --left) (void)one_command(bus);
    return unit.commit();
}

Lsn RandomCommands::one_command(MessageBus& bus) {
    switch (random_() % 10) {
        case 0:
        case 1:
            return bus.handle(AddBatch{batch(), sku(), Quantity::of(1 + pick(50)).value(), eta()})
                .lsn;
        case 2: {
            const auto answer =
                bus.handle(ChangeBatchQuantity{batch(), Purchased::of(pick(40)).value()});
            if (answer.result) released_ += *answer.result;
            return answer.lsn;
        }
        case 3:
            return bus.handle(Reschedule{batch(), eta()}).lsn;
        case 4:
            return bus.handle(Deallocate{order()}).lsn;
        case 5:
            return bus.handle(AllocateOrder{order(), {{sku(), quantity()}, {sku(), quantity()}}})
                .lsn;
        default:
            return bus.handle(Allocate{{order(), sku(), quantity()}}).lsn;
    }
}

std::int64_t RandomCommands::pick(std::int64_t below) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
}

std::string RandomCommands::numbered(const char* what, std::uint64_t below) {
    return what + std::to_string(random_() % below);
}

Eta RandomCommands::eta() {
    const auto day = static_cast<std::int32_t>(15'000 + random_() % 5);
    return random_() % 2 == 0 ? Eta::warehouse() : Eta::of_days(day).value();
}

}  // namespace allot::testing
