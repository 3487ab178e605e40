#pragma once

// A header of the embedding program whose path is that of one of Allot's in its source tree.
constexpr int shop_shelves = 3;
