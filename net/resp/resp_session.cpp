#include "net/resp/resp_session.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

#include "net/core/guarded.hpp"
#include "net/core/rule_text.hpp"
#include "net/schema/command_table.hpp"
#include "net/text/ascii_case.hpp"

namespace allot {

namespace {
bool allocates_one_line(const PrefetchWindow::Entry& entry) {
    return entry.spec != nullptr && entry.spec->has(flag_line) &&
           entry.request.args.size() == one_line_args;
}

/// \return false, for admit().
template <class... Parts>
bool refuse(Call& call, ErrorCode code, const Parts&... parts) {
    call.fail(code, parts...);
    return false;
}

bool refuse_unauthenticated(Call& call) {
    return refuse(call, ErrorCode::no_auth, "Authentication required.");
}
}  // namespace

RespSession::RespSession(ServerContext& context, std::string peer)
    : Session{context, std::move(peer)},
      parser_{context.limits.request},
      id_{context.enter(*this)} {
    deauthenticate();
}

RespSession::~RespSession() {
    release();
    context_.leave(id_);
}

void RespSession::received(std::size_t bytes) {
    parser_.commit(bytes);
    context_.counters.bytes_in += bytes;
}

void RespSession::authenticate() noexcept {
    unauthenticated_since_ = ServerContext::Time::max();
    wrong_passwords_ = 0;
    parser_.set_limits(context_.limits.request);
}

void RespSession::deauthenticate() noexcept {
    if (!context_.password || !is_authenticated()) return;
    unauthenticated_since_ = context_.clock.now;
    parser_.set_limits(context_.limits.request.before_auth());
}

void RespSession::reply_wrong_password() {
    reply_.error(ErrorCode::wrong_pass, wrong_pass_text);
    count_wrong_password();
}

std::optional<Session::ExecuteResult> RespSession::resume() {
    if (wait_ && !end_wait()) return ExecuteResult::blocked;
    return std::nullopt;
}

std::size_t RespSession::execute_requests(std::size_t most, Lsn& saw) {
    if (parser_.pending() == 0 && parser_.error().empty()) return 0;
    const RequestParser::Outcome outcome = read_window(most);
    const std::span<const PrefetchWindow::Entry> ahead{context_.window.entries.data(),
                                                       context_.window.size};
    if (ahead.empty()) {
        if (outcome != RequestParser::Outcome::need_more) protocol_error();
        return 0;
    }
    request_began_ = ServerContext::Time::max();
    const std::size_t lines = ahead.size() - (allocates_one_line(ahead.back()) ? 0 : 1);
    look_up(lines);
    run_all(ahead.first(lines), saw);
    if (lines != ahead.size()) run_all(ahead.subspan(lines), saw);
    return ahead.size();
}

/// Reads the next requests into the window: ALLOCATEs of one line, then at most one other request.
/// So the session checks its limits before and after each request of another kind.
RequestParser::Outcome RespSession::read_window(std::size_t requests_max) {
    PrefetchWindow& ahead = context_.window;
    auto outcome = RequestParser::Outcome::ready;
    std::string_view known;  // the verb of `spec`
    const CommandSpec* spec = nullptr;
    ahead.size = 0;
    for (auto& entry :
         std::span{ahead.entries}.first(std::min(requests_max, ahead.entries.size()))) {
        outcome = parser_.next(entry.request);
        if (outcome != RequestParser::Outcome::ready) break;
        const std::string_view verb = entry.request.args.front();
        if (!std::ranges::equal(verb, known)) spec = context_.commands.find(known = verb);
        entry.spec = spec;
        entry.found = nullptr;
        ++ahead.size;
        if (!allocates_one_line(entry)) break;
    }
    return outcome;
}

/// Looks up the lines of the ALLOCATEs of a window together, unless admit() would refuse or queue
/// them. None of them changes what admit() checks.
void RespSession::look_up(std::size_t lines) const {
    PrefetchWindow& window = context_.window;
    if (lines == 0 || !context_.store.serves_all()) return;
    const CommandSpec& allocate = *window.entries.front().spec;
    if (needs_authentication(allocate) || is_barred_by_listening(allocate) || queues(allocate))
        return;
    for (std::size_t i = 0; i < lines; ++i) {
        const auto& args = window.entries[i].request.args;
        window.lines[i] = {.order = args[1], .sku = args[2]};
        window.entries[i].found = &window.found[i];
    }
    context_.store.lock();
    window.now = context_.store.backend.bus->look_up(std::span{window.lines}.first(lines),
                                                     std::span{window.found}.first(lines));
}

/// Executes requests of one verb, then reads the clock once: a reading for each would slow ALLOCATE
/// down by more than the times are worth.
void RespSession::run_all(std::span<const PrefetchWindow::Entry> entries, Lsn& saw) {
    std::size_t done = 0;
    const bool queues = transaction_.is_queueing();
    for (; done < entries.size() && state_ == State::open; ++done) {
        saw = std::max(saw, run(entries[done]));
        check_output();
    }
    if (done != 0) take_time(entries.first(done), queues);
}

/// \param queued true: the requests count for their verbs when they are executed.
void RespSession::take_time(std::span<const PrefetchWindow::Entry> done, bool queued) {
    const CommandSpec* const spec = done.front().spec;
    VerbCounters& verb = context_.counters.verbs[context_.commands.index_of(spec)];
    const bool counts = !queued || spec == nullptr || spec->has(flag_at_once);
    if (counts) verb.calls += done.size();
    if (!context_.timings.are_taken()) return;
    const auto took = context_.timings.lap();
    if (counts) verb.took += took;
    context_.timings.resp.add(took / static_cast<std::int64_t>(done.size()), done.size());
    if (context_.timings.slow.is_slow(took) && spec != nullptr && is_authenticated()) {
        note_slow(took, shown_slow(done), names_.name);
    }
}

/// Redacts arguments that may be a password, or be meant as one.
std::vector<std::string> RespSession::shown_slow(
    std::span<const PrefetchWindow::Entry> done) const {
    const auto& args = done.front().request.args;
    const CommandSpec& spec = *done.front().spec;
    std::vector<std::string> kept{std::string{spec.name}};
    if (!spec.has(flag_no_auth)) {
        kept = SlowLog::bounded({args.data(), args.size()});
    } else if (args.size() > 1) {
        kept.emplace_back("(redacted)");
    }
    if (done.size() > 1) {
        kept.push_back("... (" + std::to_string(done.size() - 1) + " more commands)");
    } else if (spec.has(flag_exec)) {
        kept.push_back("... (" + std::to_string(transaction_.executed()) + " commands)");
    }
    return kept;
}

Lsn RespSession::run(const PrefetchWindow::Entry& entry) {
    ++context_.counters.commands;
    last_command_ = context_.clock.now;
    reply_.set_framed(entry.request.framed);
    const auto& args = entry.request.args;
    Call call{{context_, *this}, entry.spec, {args.data(), args.size()}, reply_, entry.found};
    return answer(call, [&] { return dispatch(call); });
}

/// Answers a waiting FEED if its wait has ended. \return false otherwise.
bool RespSession::end_wait() {
    const bool shown = context_.store.backend.history->end() >= wait_->from;
    if (!shown && wait_->due > context_.clock.now && !context_.store.failed) return false;
    const FeedRequest request{.from = wait_->from, .most = awaited_most_};
    wait_.reset();
    last_command_ = context_.clock.now;  // it was not idle
    context_.store.unlock();
    Call call{{context_, *this}, nullptr, {}, reply_};
    (void)answer(call, [&] {
        if (reply_with_facts(call, request)) return no_lsn;
        if (context_.store.failed) {
            call.fail(ErrorCode::read_only, storage_failed_text);
        } else {
            reply_without_facts(call, request);
        }
        return no_lsn;
    });
    (void)context_.timings.lap();  // which is not the next command's
    return true;
}

/// Executes one command so that it has exactly one reply, and the next command can be executed.
template <class Execute>
Lsn RespSession::answer(Call& call, Execute&& execute) {
    const std::size_t before = output_.tail().size();
    message_bytes_ = 0;
    const auto instead = [&](ErrorCode code, const auto&... parts) {
        output_.tail().resize(before);
        call.fail(code, parts...);
        return no_lsn;
    };
    return guarded(
        [&] {
            const Lsn saw = std::forward<Execute>(execute)();
            const std::size_t bytes = output_.tail().size() - before - message_bytes_;
            if (bytes <= context_.limits.reply_bytes_max) return saw;
            end_slice();
            instead(ErrorCode::generic, "the reply would have more than ",
                    context_.limits.reply_bytes_max, " bytes");
            return saw;
        },
        [&](Fault fault, const std::string& text) {
            return instead(fault == Fault::other ? ErrorCode::generic : ErrorCode::read_only, text);
        });
}

Lsn RespSession::dispatch(Call& call) {
    if (call.found != nullptr) return call.spec->run(call);  // look_up() has admitted it
    const std::size_t before = output_.tail().size();
    if (!admit(call)) {
        if (transaction_.is_queueing()) transaction_.refused(call, before);
        return no_lsn;
    }
    if (queues(*call.spec)) return transaction_.queue(call), no_lsn;
    return call.spec->run(call);
}

/// Enters the store for a command that is executed now.
/// \return true if it may be executed or queued; false after replying with an error.
bool RespSession::admit(Call& call) {
    const CommandSpec* const spec = call.spec;
    if (spec == nullptr) return refuse_unknown(call);
    if (needs_authentication(*spec)) return refuse_unauthenticated(call);
    if (!spec->accepts(call.args.size() - 1)) {
        return refuse(call, ErrorCode::generic, "wrong number of arguments for '",
                      lower_case(spec->name), "' command: ", call.args.size() - 1,
                      wanted_arguments(spec->syntax));
    }
    if (is_barred_by_listening(*spec)) {
        return refuse(call, ErrorCode::generic, "Can't execute '", lower_case(spec->name),
                      "': only (P)SUBSCRIBE, (P)UNSUBSCRIBE, PING, QUIT and RESET are allowed to a "
                      "client that listens to channels");
    }
    const auto unavailable = enter_store(spec->store_use(), !queues(*spec));
    return !unavailable || refuse(call, unavailable->code, unavailable->text);
}

/// \return false, for admit().
bool RespSession::refuse_unknown(Call& call) {
    const std::string_view verb = call.args.front();
    if (equal_ignoring_case(verb, "POST") || equal_ignoring_case(verb, "Host:")) {
        disconnect(DisconnectReason::cross_protocol);
        return false;
    }
    if (!is_authenticated()) return refuse_unauthenticated(call);
    std::string args;
    for (const std::string_view arg : call.args.subspan(1)) {
        if (args.size() >= echoed_bytes_max) break;
        if (!args.empty()) args.push_back(' ');
        append_quoted(args, {arg.substr(0, echoed_bytes_max - args.size())});
    }
    return refuse(call, ErrorCode::generic, "unknown command ", Quoted{verb},
                  args.empty() ? "" : ", with args beginning with: ", args,
                  "; HELP lists the commands");
}

void RespSession::deliver(std::string_view frame, Lsn lsn) {
    if (ended()) return;
    output_.tail().append(frame);
    // Within execute(), what stands before it may have to wait: it is sealed with that at the
    // slice's end, and with what its own command saw.
    if (executing_) message_bytes_ += frame.size();
    if (!executing_) output_.seal(lsn, context_.clock.now);
    check_output();
    account();
    has_output_();
}

bool RespSession::enqueue(std::string_view frame) {
    if (ended()) return false;
    output_.tail().append(frame);
    check_output();
    return !std::exchange(needs_flush_, true);
}

void RespSession::flush_messages() {
    needs_flush_ = false;
    output_.seal(no_lsn, context_.clock.now);
    account();
    has_output_();
}

void RespSession::disconnect() {
    if (is_disconnected()) return;
    disconnect(DisconnectReason::storage_failed);
    has_output_();
}

void RespSession::protocol_error() {
    context_.counters.count(ErrorCode::generic);
    context_.counters.count(parser_.is_beyond_limits() ? DisconnectReason::request_limit
                                                       : DisconnectReason::protocol_error);
    reply_.error(ErrorCode::generic, "Protocol error: ", parser_.error());
    end();
}

}  // namespace allot
