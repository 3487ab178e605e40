#pragma once

// As storage/store.hpp beside it.
constexpr int shop_counters = 1;
