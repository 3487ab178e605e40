#pragma once

#include <boost/assert.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/containers/copy_name.hpp"

namespace allot {

/// A stored name: 24 bytes, of which up to 23 hold the name itself; a longer name is on the heap.
/// (A Name takes 65 bytes, so that it never allocates; a store holds millions of these.)
class CompactName {
public:
    CompactName() noexcept = default;
    explicit CompactName(std::string_view name) {
        BOOST_ASSERT(name.size() <= 0xFF);
        size_ = static_cast<std::uint8_t>(name.size());
        char* to = bytes_;
        if (on_heap()) {
            to = new char[name.size()];
            std::memcpy(bytes_, &to, sizeof to);
        }
        copy_name(to, name.data(), name.size());
    }
    CompactName(CompactName&& other) noexcept {
        std::memcpy(bytes_, other.bytes_, sizeof bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    CompactName& operator=(CompactName&& other) noexcept {
        CompactName{std::move(other)}.swap(*this);
        return *this;
    }
    CompactName(const CompactName&) = delete;
    CompactName& operator=(const CompactName&) = delete;
    ~CompactName() {
        if (on_heap()) delete[] heap();
    }

    [[nodiscard]] std::string_view view() const noexcept {
        return {on_heap() ? heap() : bytes_, size_};
    }

private:
    static constexpr std::size_t inline_bytes_max = 23;
    [[nodiscard]] bool on_heap() const noexcept { return size_ > inline_bytes_max; }
    [[nodiscard]] char* heap() const noexcept {
        char* at = nullptr;
        std::memcpy(&at, bytes_, sizeof at);
        return at;
    }
    void swap(CompactName& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
    }

    char bytes_[inline_bytes_max] = {};
    std::uint8_t size_ = 0;
};
static_assert(sizeof(CompactName) == 24);

}  // namespace allot
