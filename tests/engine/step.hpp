#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "engine/commands.hpp"
#include "tests/engine/naive_model.hpp"

namespace allot::testing {

/// One event in the history of a store: plain numbers and few names, so that commands affect the
/// same objects, and a failing history shrinks to a short one.
struct Step {
    enum class Kind : std::uint8_t {
        add_batch,
        allocate,
        allocate_order,
        deallocate_order,
        deallocate_sku,
        deallocate_line,
        set_quantity,
        reschedule,
        receive,
        explain,
        again,  ///< the previous command
        snapshot,
        restart,
        kill,
        power_cut,
    };
    static constexpr int batches = 10, skus = 4, orders = 6;

    Kind kind{};
    int batch_number = 0, sku_number = 0, order_number = 0, day = 0;
    std::int64_t units = 1;
    std::vector<std::pair<int, std::int64_t>> items;  ///< SKU and units, of an order's lines
    bool waits = true;                                ///< until the command is durable
    std::uint32_t draw = 0;                           ///< the seed of a power cut's effect

    static std::string sku(int number) { return "Stuhl größe " + std::to_string(number); }
    static std::string order(int number) { return "order № " + std::to_string(number); }
    [[nodiscard]] std::string ref() const { return "batch " + std::to_string(batch_number); }
    [[nodiscard]] std::string sku() const { return sku(sku_number); }
    [[nodiscard]] std::string order() const { return order(order_number); }
    [[nodiscard]] std::string eta() const {
        return day == 0 ? "" : "2011-01-0" + std::to_string(day);
    }
    [[nodiscard]] NaiveModel::Line line() const { return {order(), sku(), units}; }
    [[nodiscard]] std::vector<NaiveModel::Line> lines() const {
        std::vector<NaiveModel::Line> all;
        for (const auto& [number, count] : items) all.push_back({order(), sku(number), count});
        return all;
    }
    [[nodiscard]] AllocateOrder order_of_lines() const {
        AllocateOrder all{OrderId::of(order()).value(), {}};
        for (const auto& [number, count] : items) {
            all.lines.push_back({Sku::of(sku(number)).value(), Quantity::of(count).value()});
        }
        return all;
    }
};

inline void showValue(const Step& step, std::ostream& out) {
    constexpr const char* names[] = {"ADDBATCH",         "ALLOCATE",       "ALLOCATE lines",
                                     "DEALLOCATE order", "DEALLOCATE sku", "DEALLOCATE line",
                                     "SETQTY",           "RESCHEDULE",     "RECEIVE",
                                     "EXPLAIN",          "again",          "snapshot",
                                     "restart",          "kill",           "power cut"};
    out << names[static_cast<std::size_t>(step.kind)] << ' ' << step.ref() << ' ' << step.sku()
        << ' ' << step.order() << ' ' << step.units << " [" << step.eta() << "]";
    for (const auto& [sku, units] : step.items) out << ' ' << Step::sku(sku) << 'x' << units;
    out << (step.waits ? "" : " without waiting");
    if (step.kind == Step::Kind::power_cut) out << " draw " << step.draw;
    out << '\n';
}

}  // namespace allot::testing

template <>
struct rc::Arbitrary<allot::testing::Step> {
    static Gen<allot::testing::Step> arbitrary() {
        using allot::testing::Step;
        using Kind = Step::Kind;
        return gen::build<Step>(
            gen::set(&Step::kind, gen::weightedElement<Kind>({{12, Kind::add_batch},
                                                              {20, Kind::allocate},
                                                              {12, Kind::allocate_order},
                                                              {3, Kind::deallocate_order},
                                                              {3, Kind::deallocate_sku},
                                                              {6, Kind::deallocate_line},
                                                              {14, Kind::set_quantity},
                                                              {6, Kind::reschedule},
                                                              {3, Kind::receive},
                                                              {6, Kind::explain},
                                                              {6, Kind::again},
                                                              {3, Kind::snapshot},
                                                              {2, Kind::restart},
                                                              {2, Kind::kill},
                                                              {2, Kind::power_cut}})),
            gen::set(&Step::batch_number, gen::inRange(0, Step::batches)),
            gen::set(&Step::sku_number, gen::inRange(0, Step::skus)),
            gen::set(&Step::order_number, gen::inRange(0, Step::orders)),
            gen::set(&Step::day, gen::inRange(0, 3)),
            gen::set(&Step::units, gen::inRange<std::int64_t>(1, 16)),
            gen::set(&Step::items,
                     gen::resize(
                         4, gen::container<std::vector<std::pair<int, std::int64_t>>>(gen::pair(
                                gen::inRange(0, Step::skus), gen::inRange<std::int64_t>(1, 16))))),
            gen::set(&Step::waits, gen::weightedElement<bool>({{2, true}, {1, false}})),
            gen::set(&Step::draw, gen::arbitrary<std::uint32_t>()));
    }
};
