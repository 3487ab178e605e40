#include "net/cli/io/progress_bar.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>

namespace allot::program {

ProgressBar::ProgressBar(std::ostream& to, bool visible, Now now)
    : to_{to}, now_{std::move(now)}, next_{now_() + interval}, visible_{visible} {}

ProgressBar::~ProgressBar() {
    if (drawn_) to_ << clear_line << std::flush;
}

void ProgressBar::update(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (!visible_ || total == 0) return;
    const auto now = now_();
    if (now < next_) return;
    next_ = now + interval;
    drawn_ = true;

    constexpr std::size_t cells = 30;
    const double share = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
    const auto full = static_cast<std::size_t>(share * cells);
    to_ << clear_line << what << " [" << std::string(full, '#') << std::string(cells - full, '.')
        << "] " << static_cast<int>(share * 100) << " %" << std::flush;
}

}  // namespace allot::program
