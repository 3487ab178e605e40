#include "net/cli/io/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "storage/io/system_clock.hpp"

using namespace allot;
using namespace allot::program;

namespace {

/// Sets the limit of open files of this process, and restores it at the end.
class Limit {
public:
    Limit() { BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0); }
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    ~Limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

    void lower(rlim_t soft) const {
        const rlimit limit{std::min(soft, before_.rlim_max), before_.rlim_max};
        BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
    [[nodiscard]] static rlim_t now() {
        rlimit limit{};
        BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
        return limit.rlim_cur;
    }
    [[nodiscard]] rlim_t hard() const noexcept { return before_.rlim_max; }

private:
    rlimit before_{};
};

struct Started {
    Limit limit;
    SystemClock clock;
    std::ostringstream log_text;
    Logger log{log_text, clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_low_limit_of_open_files, Started)

BOOST_AUTO_TEST_CASE(when_a_server_starts_then_it_is_raised_for_the_clients_and_the_store) {
    limit.lower(100);
    BOOST_TEST(descriptors_for(200, 0, log) == 200U);
    BOOST_TEST(Limit::now() >= 200U + 64U);
}

// Each hanging connection takes descriptors, without which the storage would fail.
BOOST_AUTO_TEST_CASE(when_many_sinks_are_set_then_there_are_descriptors_for_all_connections) {
    limit.lower(100);
    BOOST_TEST(descriptors_for(200, 17, log) == 200U);
    BOOST_TEST(Limit::now() >= 200U + 64U + 17U * 4U);
}

BOOST_AUTO_TEST_CASE(when_the_hard_limit_is_too_low_then_fewer_clients_are_let_in) {
    const auto wanted = static_cast<std::size_t>(std::min<rlim_t>(limit.hard(), 1U << 30U));
    const std::size_t fit = descriptors_for(wanted, 16, log);
    BOOST_TEST(fit + 64 + 16 * 4 <= wanted);
    BOOST_TEST(log_text.str().find("allows fewer clients") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
