#include "storage/format/manifest.hpp"

#include <boost/test/unit_test.hpp>

using namespace allot;

namespace {

const Manifest some{.purpose = Manifest::Purpose::restore,
                    .store_id = 0x123456789ABCDEF0,
                    .last = 42,
                    .files = {{"journal-0000000000000001.log", {4096, 1, 2}},
                              {"torn-1-64.bin", {0, 0xFFFFFFFFFFFFFFFF, 0}}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_list_of_files)

BOOST_AUTO_TEST_CASE(when_the_list_is_written_then_it_is_text_that_gives_the_same_list) {
    const std::string text = some.text();
    BOOST_TEST(
        text.starts_with("allot copy 1\npurpose restore\nstore 123456789abcdef0\nlast 42\n"
                         "00000000000000010000000000000002 4096 journal-0000000000000001.log\n"));
    BOOST_TEST((Manifest::parse(text) == some));
    BOOST_TEST((Manifest::parse(Manifest{}.text()) == Manifest{}));
}

BOOST_AUTO_TEST_CASE(when_any_bit_is_another_or_any_part_is_missing_then_it_is_refused) {
    const std::string text = some.text();
    for (std::size_t at = 0; at < text.size(); ++at) {
        BOOST_TEST(!Manifest::parse(text.substr(0, at)).has_value());
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
            BOOST_TEST(!Manifest::parse(damaged).has_value());
        }
    }
    BOOST_TEST(!Manifest::parse(text + text).has_value());
}

BOOST_AUTO_TEST_CASE(when_a_name_leads_elsewhere_then_it_is_refused) {
    for (const std::string& name : {std::string{"../evil"}, std::string{".."}, std::string{"."},
                                    std::string{"LOCK\0.log", 9}}) {
        Manifest evil = some;
        evil.files[name] = {};
        BOOST_TEST(!Manifest::parse(evil.text()).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
