// The embedding program's headers beside Allot's, in either order.
#include "storage/store.hpp"

#include <allot/fact.hpp>
#include <allot/store.hpp>

#include "engine/fact.hpp"

static_assert(shop_shelves == 3 && shop_counters == 1);
static_assert(sizeof(allot::Store) > 0 && sizeof(allot::Fact) > 0);
