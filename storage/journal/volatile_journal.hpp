#pragma once

#include "engine/ports.hpp"

namespace allot {

/// Numbers the facts and discards them, for a store that lives only as long as its process.
class VolatileJournal final : public Journal {
public:
    using Journal::append;
    Lsn append(std::span<const Fact> unit, UnixMicros /*now*/) override {
        last_ += unit.size();
        if (on_durable_) on_durable_(last_);
        return last_;
    }
    [[nodiscard]] Lsn last() const noexcept override { return last_; }
    [[nodiscard]] Lsn durable() const noexcept override { return last_; }
    void on_durable(std::function<void(Lsn)> call) override { on_durable_ = std::move(call); }

private:
    Lsn last_ = 0;
    std::function<void(Lsn)> on_durable_;
};

}  // namespace allot
