#include "net/core/reply_writer.hpp"

namespace allot {

void ReplyWriter::text(std::string_view text) {
    if (version_ == 2) return bulk(text);
    constexpr std::string_view format = "txt:";
    header('=', static_cast<std::int64_t>(format.size() + text.size()));
    out_.append(format);
    out_.append(text);
    end_line();
}

void ReplyWriter::boolean(bool value) {
    if (version_ == 2) return integer(value ? 1 : 0);
    out_.append(value ? "#t\r\n" : "#f\r\n");
}

void ReplyWriter::map(std::size_t pairs) {
    if (version_ == 2) return array(2 * pairs);
    header('%', static_cast<std::int64_t>(pairs));
}

void ReplyWriter::set(std::size_t size) {
    if (version_ == 2) return array(size);
    header('~', static_cast<std::int64_t>(size));
}

void ReplyWriter::push(std::size_t size) {
    if (version_ == 2) return array(size);
    header('>', static_cast<std::int64_t>(size));
}

}  // namespace allot
