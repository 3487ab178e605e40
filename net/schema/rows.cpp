#include "net/schema/rows.hpp"

namespace allot {

void put_value(ReplyWriter& reply, Eta eta) {
    reply.value(eta.in_warehouse() ? std::string{"warehouse"} : eta.to_string());
}

}  // namespace allot
