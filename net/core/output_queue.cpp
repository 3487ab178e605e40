#include "net/core/output_queue.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace allot {

void OutputQueue::seal(Lsn lsn, Time now) {
    if (seals_ != 0) {
        Seal& last = seal_at(seals_ - 1);
        if (last.end == tail_.size()) return;  // nothing was appended
        if (lsn <= last.lsn || seals_ == seals_max) {
            last = {tail_.size(), std::max(lsn, last.lsn), last.lsn == 0 ? now : last.since};
            return;
        }
    } else if (tail_.empty()) {
        return;
    }
    seal_at(seals_) = {tail_.size(), lsn, now};
    ++seals_;
}

/// Moves the first `end` bytes of the tail, whose seals are released, to sending().
bool OutputQueue::hand_over(std::size_t end) {
    BOOST_ASSERT(sending().empty());
    sent_ = 0;
    if (end == tail_.size()) {
        sending_.clear();
        sending_.swap(tail_);
        return true;
    }
    sending_.assign(tail_, 0, end);
    tail_.erase(0, end);
    for (std::size_t i = 0; i < seals_; ++i) seal_at(i).end -= end;
    return true;
}

void OutputQueue::sent(std::size_t bytes) noexcept {
    sent_ += bytes;
    if (sent_ < sending_.size()) return;
    sent_ = 0;
    sending_.clear();
    if (sending_.capacity() > kept_bytes_max) std::string{}.swap(sending_);
    if (tail_.empty() && tail_.capacity() > kept_bytes_max) std::string{}.swap(tail_);
}

void OutputQueue::trim() noexcept {
    if (sending().empty()) {
        sent_ = 0;
        std::string{}.swap(sending_);
    }
    if (tail_.empty()) std::string{}.swap(tail_);
}

void OutputQueue::clear() noexcept {
    std::string{}.swap(sending_);
    std::string{}.swap(tail_);
    sent_ = seals_ = 0;
}

}  // namespace allot
