#pragma once

#include <chrono>
#include <thread>

namespace allot::testing {

/// Waits until other threads have made the condition true, at most 20 s. \return whether they did.
template <class Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

}  // namespace allot::testing
