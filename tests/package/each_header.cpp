// The public headers of the package, all of them.
#include <allot/bootstrap.hpp>
#include <allot/commands.hpp>
#include <allot/errors.hpp>
#include <allot/eta.hpp>
#include <allot/fact.hpp>
#include <allot/history.hpp>
#include <allot/name.hpp>
#include <allot/options.hpp>
#include <allot/quantity.hpp>
#include <allot/result.hpp>
#include <allot/store.hpp>
