#pragma once

#include <cstddef>

#include "engine/commands.hpp"
#include "net/text/json_text.hpp"

namespace allot::http {

// What commands are answered with, each one JSON object.

/// Of a line its SKU and quantity, with the object left open.
void begin_line(JsonWriter& json, const Sku& sku, Quantity quantity);
/// \pre as many batches as the order has lines.
void write_allocations(JsonWriter& json, const AllocateOrder& order, const BatchRefs& batches);
void write_batch(JsonWriter& json, const AddBatch& batch);
void write_eta(JsonWriter& json, const Reschedule& command);
void write_released(JsonWriter& json, std::size_t lines);

}  // namespace allot::http
