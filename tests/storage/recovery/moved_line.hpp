#pragma once

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>

#include "storage/store.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

inline constexpr const char* first_segment = "journal-0000000000000001.log";

/// The bytes of a file up to the zeros at its end.
inline std::size_t used_bytes(const Bytes& bytes) {
    std::size_t size = bytes.size();
    while (size > 0 && bytes[size - 1] == 0) --size;
    return size;
}

/// A store in which a batch has shrunk and its line was moved (R8), and the bytes of its journal.
struct Moved : Scratch {
    Moved() {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 50}).value();
        store.add_batch({"b2", "sku", 50, "2011-01-01"}).value();
        store.allocate({"o1", "sku", 20}).value();
        store.allocate({"o2", "sku", 20}).value();
        before_shrink = used_bytes(read_file(path / first_segment));
        BOOST_TEST(store.change_batch_quantity({"b1", 25}).value() == 1U);
        after_shrink = used_bytes(read_file(path / first_segment));
        hash = store.state_hash();
    }
    [[nodiscard]] Bytes journal() const { return read_file(path / first_segment); }
    void set_journal(const Bytes& bytes) const { write_file(path / first_segment, bytes); }

    std::size_t before_shrink = 0;
    std::size_t after_shrink = 0;
    std::uint64_t hash = 0;
};

}  // namespace allot::testing
